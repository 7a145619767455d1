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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import io.github.mqttredis.sample.GatewayApplication;

import org.springframework.boot.SpringApplication;

/**
 * The main class of the gateway's process: the gateway, and a watch on the launcher.
 *
 * <p>
 * The launcher holds the other end of this process's standard input. When it ends, in
 * whatever way, this process and the embedded Redis end as well.
 *
 * @since 0.1.0
 */
public final class GatewayProcess {

	/**
	 * The system property with the file that holds the process id of the embedded Redis.
	 */
	static final String REDIS_PID_FILE = "launcher.redis-pid-file";

	/**
	 * The system property with the class of the application, if that is not the gateway.
	 */
	static final String APPLICATION = "launcher.application";

	private static final long GRACE_SECONDS = 10;

	private GatewayProcess() {
	}

	/**
	 * Run the gateway.
	 * @param args its arguments
	 * @throws ClassNotFoundException if there is no such application
	 */
	public static void main(String[] args) throws ClassNotFoundException {
		Daemons.start("launcher-watch", GatewayProcess::watch);
		SpringApplication.run(Class.forName(System.getProperty(APPLICATION, GatewayApplication.class.getName())), args);
	}

	private static void watch() {
		try {
			while (System.in.read() >= 0) {
				continue;
			}
		}
		catch (IOException ex) {
			// The launcher is gone, as at the end of the stream.
		}
		stopRedis();
		Thread exit = Daemons.start("launcher-gone", () -> System.exit(1));
		try {
			exit.join(TimeUnit.SECONDS.toMillis(GRACE_SECONDS));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		Runtime.getRuntime().halt(1);
	}

	private static void stopRedis() {
		Path file = Path.of(System.getProperty(REDIS_PID_FILE, ""));
		try {
			if (Files.isRegularFile(file)) {
				ProcessHandle.of(Long.parseLong(Files.readString(file).strip())).ifPresent(ProcessHandle::destroy);
			}
		}
		catch (IOException | NumberFormatException ex) {
			System.err.println("Redis may still run: " + ex);
		}
	}

}
