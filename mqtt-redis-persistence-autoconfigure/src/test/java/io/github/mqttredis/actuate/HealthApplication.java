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

package io.github.mqttredis.actuate;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.testing.Load;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * An application with the actuator, whose health is read over HTTP.
 */
final class HealthApplication implements AutoCloseable {

	/** How long a lease runs. */
	static final Duration LEASE = Load.seconds(1);

	static final SessionId ID = new SessionId("gateway", "broker", MqttVersion.V3);

	private final ConfigurableApplicationContext context;

	private final HttpClient http = HttpClient.newHttpClient();

	private HealthApplication(ConfigurableApplicationContext context) {
		this.context = context;
	}

	static HealthApplication start(int redisPort, String... properties) {
		Stream<String> all = Stream.concat(
				Stream.of("server.port=0", "spring.data.redis.host=127.0.0.1", "spring.data.redis.port=" + redisPort,
						"mqtt.persistence.lease.ttl=" + LEASE, "mqtt.persistence.write-timeout=" + Load.seconds(1),
						"mqtt.persistence.key-prefix=test", "management.endpoint.health.show-details=always",
						"management.endpoint.health.group.readiness.include=readinessState,mqttPersistence"),
				Stream.of(properties));
		// Named twice, a property would have both values.
		Map<String, String> latest = new LinkedHashMap<>();
		all.map((property) -> property.split("=", 2)).forEach((property) -> latest.put(property[0], property[1]));
		String[] arguments = latest.entrySet().stream().map((property) -> "--" + property).toArray(String[]::new);
		return new HealthApplication(
				new SpringApplicationBuilder(Settings.class).web(WebApplicationType.SERVLET).run(arguments));
	}

	SessionStore store() {
		return this.context.getBean(SessionStore.class);
	}

	Answer health() {
		return get("/actuator/health/mqttPersistence");
	}

	Answer get(String path) {
		String port = this.context.getEnvironment().getProperty("local.server.port");
		try {
			HttpResponse<String> response = this.http.send(
					HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
					HttpResponse.BodyHandlers.ofString());
			return new Answer(response.statusCode(), JsonParserFactory.getJsonParser().parseMap(response.body()));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		this.context.close();
	}

	/**
	 * What the endpoint answered.
	 *
	 * @param code the HTTP status code
	 * @param body the JSON
	 */
	record Answer(int code, Map<String, Object> body) {

		String status() {
			return String.valueOf(this.body.get("status"));
		}

		Map<String, Object> redis() {
			return map(details().get("redis"));
		}

		Map<String, Object> client() {
			return map(clients().get(ID.clientId()));
		}

		Map<String, Object> clients() {
			return map(details().get("clients"));
		}

		String state() {
			return String.valueOf(client().get("state"));
		}

		List<?> warnings() {
			return (List<?>) details().getOrDefault("warnings", List.of());
		}

		private Map<String, Object> details() {
			return map(this.body.get("details"));
		}

		@SuppressWarnings("unchecked")
		private static Map<String, Object> map(@Nullable Object json) {
			return Objects.requireNonNullElse((Map<String, Object>) json, Map.of());
		}

	}

	@EnableAutoConfiguration
	static class Settings {

	}

}
