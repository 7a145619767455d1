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

package io.github.mqttredis.autoconfigure;

import java.util.Locale;

/**
 * Thrown where the class path lacks what a UNIX socket needs.
 */
final class UnixSocketException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String action;

	private UnixSocketException(String reason, String action) {
		super("Redis cannot be reached over the UNIX socket that " + SessionRedis.UNIX_SOCKET + " names: " + reason);
		this.action = action;
	}

	static UnixSocketException withoutLettuce() {
		return new UnixSocketException("Jedis has no UNIX sockets",
				"Add io.lettuce:lettuce-core, which spring-boot-starter-data-redis brings, next to Jedis; "
						+ "the sessions then use Lettuce, and the application may go on with Jedis");
	}

	static UnixSocketException withoutTransport() {
		return withoutTransport(System.getProperty("os.name"), System.getProperty("os.arch"));
	}

	/**
	 * Make the exception for a system.
	 * @param system the name of the operating system
	 * @param processor the name of the processor's architecture
	 * @return the exception
	 */
	static UnixSocketException withoutTransport(String system, String processor) {
		String reason = "Netty's native transport is not on the class path, or does not load on " + system + ", "
				+ processor;
		String name = system.toLowerCase(Locale.ROOT);
		String arch = processor.equals("aarch64") ? "aarch_64" : processor.equals("amd64") ? "x86_64" : processor;
		if (name.contains("linux")) {
			return new UnixSocketException(reason, dependency("epoll", "linux-" + arch));
		}
		if (name.contains("mac")) {
			return new UnixSocketException(reason, dependency("kqueue", "osx-" + arch));
		}
		return new UnixSocketException(reason, "Lettuce has UNIX sockets on Linux and macOS only");
	}

	private static String dependency(String transport, String classifier) {
		return """
				Add this to the application's dependencies:

				    <dependency>
				        <groupId>io.netty</groupId>
				        <artifactId>netty-transport-native-%s</artifactId>
				        <classifier>%s</classifier>
				        <scope>runtime</scope>
				    </dependency>

				Spring Boot manages its version""".formatted(transport, classifier);
	}

	String action() {
		return this.action;
	}

}
