/*
 * Copyright 2026 the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.github.mqttredis.sample.launcher;

import java.time.Duration;

import io.github.mqttredis.sample.launcher.LauncherOptions.Store;
import io.github.mqttredis.sample.launcher.demo.CrashDemo;
import io.github.mqttredis.sample.launcher.demo.LongOutage;
import io.github.mqttredis.sample.launcher.demo.Soak;
import io.github.mqttredis.sample.launcher.page.LivePage;

import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.NestedExceptionUtils;

/**
 * Starts a Redis and a broker, unless they are configured, and the gateway as a process
 * of its own; then shows what happens on a page until it is stopped, or runs the crash
 * demo, that of a long outage, or the soak.
 *
 * @since 0.1.0
 */
public final class Launcher {

	private static final Duration SECOND = Duration.ofSeconds(1);

	private static final int FAILED = 1;

	private Launcher() {
	}

	/**
	 * Run the launcher.
	 * @param args options of the launcher and settings of the gateway
	 */
	public static void main(String[] args) {
		System.exit(run(args));
	}

	private static int run(String[] args) {
		try (ConfigurableApplicationContext context = start(args)) {
			return run(context);
		}
		catch (LauncherException ex) {
			System.err.println(ex.getMessage());
		}
		catch (BeanCreationException ex) {
			System.err.println(NestedExceptionUtils.getMostSpecificCause(ex).getMessage());
		}
		return FAILED;
	}

	private static int run(ConfigurableApplicationContext context) {
		LauncherOptions options = context.getBean(LauncherOptions.class);
		try {
			return switch (options.task()) {
				case CRASH_DEMO -> crashDemo(options, context);
				case LONG_OUTAGE -> context.getBean(LongOutage.class).run() ? 0 : FAILED;
				case SOAK -> context.getBean(Soak.class).run();
				case SHOW -> show(context.getBean(LivePage.class));
			};
		}
		catch (RuntimeException ex) {
			if (context.isClosed()) {
				// Asked to stop: whatever was under way has failed.
				return FAILED;
			}
			throw ex;
		}
	}

	private static ConfigurableApplicationContext start(String[] args) {
		// Its own configuration file: that of the gateway says nothing about these
		// servers.
		return new SpringApplicationBuilder(LauncherConfiguration.class).web(WebApplicationType.NONE)
			.properties("spring.config.name=launcher")
			.run(args);
	}

	private static int crashDemo(LauncherOptions options, ConfigurableApplicationContext context) {
		CrashDemo demo = new CrashDemo(options, context.getBean(Gateway.class), context.getBean(InflightReader.class),
				context.getBean(DeliveryObserver.class));
		boolean kept = demo.run();
		if (options.store() == Store.MEMORY) {
			System.out.println("This was the control: Paho's own memory ends with its process."
					+ " Without --store=memory the session is in Redis, and nothing is lost.");
			return 0;
		}
		return kept ? 0 : FAILED;
	}

	private static int show(LivePage page) {
		page.start();
		System.out.println("Watch the gateway, and break it: " + page.uri());
		System.out.println("Health of the gateway: " + page.healthUri());
		while (!Await.until(() -> false, SECOND)) {
			System.out.println(page.check());
		}
		return FAILED;
	}

}
