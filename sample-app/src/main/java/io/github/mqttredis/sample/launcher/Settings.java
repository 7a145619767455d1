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

import java.util.List;

import org.springframework.boot.context.properties.bind.BindResult;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * The gateway's settings, as far as the launcher has to know them: what the command line
 * and the environment say, bound as Spring Boot binds them.
 */
final class Settings {

	static final String CLIENT_ID = "mqtt.client.client-id";

	static final String SERVER_URIS = "mqtt.client.server-uris";

	static final String KEY_PREFIX = "mqtt.persistence.key-prefix";

	static final String BROKER_ID = "mqtt.persistence.broker-id";

	static final String SERVER_PORT = "server.port";

	private static final int PAGE_PORT = 8090;

	private static final List<String> REDIS = List.of("spring.data.redis.url", "spring.data.redis.host",
			"spring.data.redis.port", "spring.data.redis.sentinel.nodes", "spring.data.redis.cluster.nodes",
			"spring.data.redis.masterreplica.nodes");

	private final Binder binder;

	Settings(Environment environment) {
		this.binder = Binder.get(environment);
	}

	boolean redisIsConfigured() {
		return REDIS.stream().anyMatch((name) -> this.binder.bind(name, Bindable.listOf(String.class)).isBound());
	}

	boolean brokerIsConfigured() {
		return !serverUris().isEmpty();
	}

	private List<String> serverUris() {
		return this.binder.bind(SERVER_URIS, Bindable.listOf(String.class)).orElse(List.of());
	}

	Broker broker() {
		return new Broker(serverUris(), string("mqtt.client.username").orElse(null),
				string("mqtt.client.password").orElse(null));
	}

	String clientId() {
		return string(CLIENT_ID).orElse("sample-gateway");
	}

	String keyPrefix() {
		return string(KEY_PREFIX).orElse("mqtt:persistence");
	}

	String brokerId(String uri) {
		return string(BROKER_ID).orElse(uri);
	}

	int port() {
		return this.binder.bind("gateway.port", Integer.class)
			.orElseGet(() -> this.binder.bind(SERVER_PORT, Integer.class).orElse(8080));
	}

	int pagePort() {
		return this.binder.bind("page.port", Integer.class).orElseGet(() -> Ports.isFree(PAGE_PORT) ? PAGE_PORT : 0);
	}

	private BindResult<String> string(String name) {
		return this.binder.bind(name, String.class);
	}

}
