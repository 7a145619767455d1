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

import io.github.mqttredis.sample.launcher.demo.CrashDemo;
import org.eclipse.paho.client.mqttv3.MqttException;

import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.NestedExceptionUtils;

/**
 * Starts a Redis and a broker, unless they are configured, and the gateway as a process
 * of its own; then shows what happens, or runs the crash demo.
 */
public final class Launcher {

	private static final Duration SECOND = Duration.ofSeconds(1);

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
			LauncherOptions options = context.getBean(LauncherOptions.class);
			return options.crashDemo() ? crashDemo(context, options) : watch(context);
		}
		catch (LauncherException ex) {
			System.err.println(ex.getMessage());
		}
		catch (BeanCreationException ex) {
			System.err.println(NestedExceptionUtils.getMostSpecificCause(ex).getMessage());
		}
		catch (MqttException ex) {
			System.err.println("The observer failed: " + ex);
		}
		return 1;
	}

	private static ConfigurableApplicationContext start(String[] args) {
		// Its own configuration file: that of the gateway says nothing about these
		// servers.
		return new SpringApplicationBuilder(LauncherConfiguration.class).web(WebApplicationType.NONE)
			.properties("spring.config.name=launcher")
			.run(args);
	}

	private static int crashDemo(ApplicationContext context, LauncherOptions options) throws MqttException {
		CrashDemo demo = new CrashDemo(options, context.getBean(Gateway.class), context.getBean(InflightReader.class));
		return demo.run(context.getBean(Broker.class)) ? 0 : 1;
	}

	private static int watch(ApplicationContext context) throws MqttException {
		Gateway gateway = context.getBean(Gateway.class);
		StatusLines status = new StatusLines(gateway, context.getBean(InflightReader.class));
		try (DeliveryObserver observer = new DeliveryObserver(context.getBean(Broker.class),
				(id, qos) -> status.delivered())) {
			gateway.start();
			System.out.println("Health of the gateway: " + gateway.client().healthUri());
			while (!Await.until(() -> !gateway.isAlive(), SECOND)) {
				status.print();
			}
		}
		throw new LauncherException("The gateway has ended");
	}

}
