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

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.github.mqttredis.sample.launcher.demo.MemoryClientManager;
import io.github.mqttredis.sample.launcher.demo.OutageApplication;

/**
 * Collects with what the gateway's process is started.
 */
class GatewayArguments {

	private static final String REDIS = "--spring.data.redis.";

	private static final String SESSION_REDIS = "--mqtt.persistence.redis.";

	private final List<String> jvmArguments = new ArrayList<>();

	private final List<String> arguments;

	private final int port;

	GatewayArguments(Settings settings, List<String> given) {
		this.port = settings.port();
		this.arguments = new ArrayList<>(given);
		set(Settings.SERVER_PORT, Integer.toString(this.port));
		set(Settings.CLIENT_ID, settings.clientId());
		set(Settings.KEY_PREFIX, settings.keyPrefix());
		set("spring.main.banner-mode", "off");
		ManagementFactory.getRuntimeMXBean()
			.getInputArguments()
			.stream()
			.filter((argument) -> Stream.of("-Dspring.", "-Dmqtt.").anyMatch(argument::startsWith))
			.forEach(this.jvmArguments::add);
	}

	private void set(String name, String value) {
		this.arguments.removeIf((argument) -> argument.startsWith("--" + name + "="));
		this.arguments.add("--" + name + "=" + value);
	}

	void embeddedRedis(EmbeddedRedis redis) {
		this.arguments.removeIf((argument) -> argument.startsWith(REDIS) || argument.startsWith(SESSION_REDIS));
		set("spring.data.redis.host", EmbeddedRedis.HOST);
		set("spring.data.redis.port", Integer.toString(redis.port()));
		Path unixSocket = redis.unixSocket();
		if (unixSocket != null) {
			set("mqtt.persistence.redis.unix-socket", unixSocket.toString());
		}
		this.jvmArguments.add("-D" + GatewayProcess.REDIS_PID_FILE + "=" + redis.pidFile());
	}

	void broker(List<String> uris) {
		this.arguments.removeIf((argument) -> argument.startsWith("--" + Settings.SERVER_URIS));
		set(Settings.SERVER_URIS, String.join(",", uris));
	}

	void crashDemo(boolean inMemory) {
		// The demo publishes itself, and does not wait for the lease of the killed longer
		// than it must.
		set("sample.interval", "1d");
		set("mqtt.persistence.lease.ttl", "1s");
		if (inMemory) {
			set("mqtt.persistence.enabled", "false");
			set("spring.main.sources", MemoryClientManager.class.getName());
		}
	}

	/**
	 * As in the crash demo, but messages are also accepted while the broker is away.
	 * @param redisPort the port of the link to Redis
	 */
	void soak(int redisPort) {
		crashDemo(false);
		set("mqtt.persistence.offline-buffer.enabled", "true");
		this.arguments.removeIf((argument) -> argument.startsWith(SESSION_REDIS));
		set("spring.data.redis.port", Integer.toString(redisPort));
	}

	/**
	 * An application of its own, without HTTP: nothing but what it publishes.
	 * @param messages how many messages it publishes
	 * @param notes the directory in which it notes them
	 */
	void longOutage(int messages, Path notes) {
		this.jvmArguments.add("-D" + GatewayProcess.APPLICATION + "=" + OutageApplication.class.getName());
		set("spring.main.web-application-type", "none");
		set("spring.main.keep-alive", "true");
		set("mqtt.client.version", "5");
		set("mqtt.persistence.lease.ttl", "1s");
		set("mqtt.persistence.offline-buffer.enabled", "true");
		// Some more: what a kill interrupts counts as well.
		set("mqtt.persistence.offline-buffer.max-messages", Long.toString(messages + 1000L));
		// Two cores are shared with the broker, Redis and the subscriber.
		setUnlessGiven("mqtt.persistence.write-timeout", "20s");
		set(OutageApplication.MESSAGES, Integer.toString(messages));
		set(OutageApplication.NOTES, notes.toString());
	}

	/**
	 * The page publishes itself, so that it knows of every reading what becomes of it,
	 * and turns the broker off.
	 */
	void page() {
		setUnlessGiven("sample.interval", "1d");
		setUnlessGiven("mqtt.persistence.offline-buffer.enabled", "true");
	}

	private void setUnlessGiven(String name, String value) {
		if (this.arguments.stream().noneMatch((argument) -> argument.startsWith("--" + name + "="))) {
			set(name, value);
		}
	}

	GatewaySettings toSettings(boolean echo) {
		return new GatewaySettings(this.port, List.copyOf(this.jvmArguments), List.copyOf(this.arguments), echo);
	}

}
