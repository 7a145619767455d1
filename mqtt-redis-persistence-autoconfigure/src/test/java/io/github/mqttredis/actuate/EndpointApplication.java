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
import java.security.Principal;
import java.util.List;
import java.util.Map;

import io.github.mqttredis.session.SessionStore;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * An application with the endpoint of MQTT sessions, and who asks it over HTTP. The
 * header {@code user} stands for a user who has logged in, whose role is the header's
 * value.
 */
final class EndpointApplication implements AutoCloseable {

	private final HttpClient client = HttpClient.newHttpClient();

	private final ConfigurableApplicationContext context;

	private EndpointApplication(ConfigurableApplicationContext context) {
		this.context = context;
	}

	/**
	 * Start the application.
	 * @param redis where Redis listens
	 * @param properties further properties
	 * @return the application
	 */
	static EndpointApplication start(int redis, String... properties) {
		return new EndpointApplication(new SpringApplicationBuilder(Application.class).web(WebApplicationType.SERVLET)
			.properties("server.port=0", "spring.data.redis.host=127.0.0.1", "spring.data.redis.port=" + redis,
					"management.endpoints.web.exposure.include=mqttsessions", "mqtt.persistence.key-prefix=test")
			.properties(properties)
			.run());
	}

	SessionStore store() {
		return this.context.getBean(SessionStore.class);
	}

	Answer get(String path, String... headers) throws IOException, InterruptedException {
		return send("GET", path, headers);
	}

	Answer post(String path) throws IOException, InterruptedException {
		return send("POST", path);
	}

	Answer delete(String path) throws IOException, InterruptedException {
		return send("DELETE", path);
	}

	private Answer send(String method, String path, String... headers) throws IOException, InterruptedException {
		URI uri = URI.create("http://127.0.0.1:" + this.context.getEnvironment().getProperty("local.server.port")
				+ "/actuator/mqttsessions" + path);
		HttpRequest.Builder request = HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody());
		if (headers.length > 0) {
			request.headers(headers);
		}
		HttpResponse<String> response = this.client.send(request.build(), HttpResponse.BodyHandlers.ofString());
		return new Answer(response.statusCode(), response.body());
	}

	@Override
	public void close() {
		this.context.close();
	}

	/**
	 * What came back.
	 *
	 * @param status the status
	 * @param body the body
	 */
	record Answer(int status, String body) {

		Map<String, Object> json() {
			return JsonParserFactory.getJsonParser().parseMap(this.body);
		}

		@SuppressWarnings("unchecked")
		List<Map<String, Object>> list(String name) {
			return (List<Map<String, Object>>) json().get(name);
		}

		@SuppressWarnings("unchecked")
		Map<String, Object> message(String key) {
			Map<String, Object> record = list("records").stream()
				.filter((candidate) -> key.equals(candidate.get("key")))
				.findAny()
				.orElseThrow();
			return (Map<String, Object>) record.get("message");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Filter login() {
			return (request, response, chain) -> {
				String user = ((HttpServletRequest) request).getHeader("user");
				chain.doFilter((user != null) ? new LoggedIn((HttpServletRequest) request, user) : request, response);
			};
		}

	}

	private static final class LoggedIn extends HttpServletRequestWrapper {

		private final String role;

		LoggedIn(HttpServletRequest request, String role) {
			super(request);
			this.role = role;
		}

		@Override
		public Principal getUserPrincipal() {
			return () -> "somebody";
		}

		@Override
		public boolean isUserInRole(String asked) {
			return asked.equals(this.role);
		}

	}

}
