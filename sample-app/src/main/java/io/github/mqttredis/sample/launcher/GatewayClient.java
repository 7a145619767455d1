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
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Speaks HTTP to the gateway, as any other client of it.
 *
 * @since 0.1.0
 */
public final class GatewayClient {

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private static final int OK = 200;

	private static final int ACCEPTED = 202;

	private final JsonMapper json = new JsonMapper();

	private final HttpClient http = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.connectTimeout(TIMEOUT)
		.build();

	private final String uri;

	GatewayClient(int port) {
		this.uri = "http://localhost:" + port;
	}

	/**
	 * Return where the health of the gateway is to be seen.
	 * @return the address
	 */
	public String healthUri() {
		return this.uri + "/actuator/health";
	}

	boolean isReady() {
		try {
			return get(healthUri()).statusCode() == OK;
		}
		catch (IOException ex) {
			return false;
		}
	}

	/**
	 * Return what the gateway says of the health of its session. That of all the gateway
	 * waits long for Redis when that is away; this comes from memory.
	 * @return the component of the health endpoint, whatever the status; missing if the
	 * gateway does not answer
	 */
	public JsonNode sessionHealth() {
		try {
			return this.json.readTree(get(healthUri() + "/mqttPersistence").body());
		}
		catch (IOException | JacksonException ex) {
			// Not there, or just gone.
			return this.json.missingNode();
		}
	}

	/**
	 * Publish a reading.
	 * @param id its id
	 * @param qos the MQTT quality of service
	 * @return whether the gateway accepted it; otherwise the outcome is unknown
	 */
	public boolean publish(String id, int qos) {
		String body = "{\"id\":\"%s\",\"sensor\":\"demo\",\"value\":21.5}".formatted(id);
		HttpRequest request = HttpRequest.newBuilder(URI.create(this.uri + "/readings?qos=" + qos))
			.timeout(TIMEOUT)
			.header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString(body))
			.build();
		try {
			return send(request).statusCode() == ACCEPTED;
		}
		catch (IOException ex) {
			return false;
		}
	}

	private HttpResponse<String> get(String address) throws IOException {
		return send(HttpRequest.newBuilder(URI.create(address)).timeout(TIMEOUT).build());
	}

	private HttpResponse<String> send(HttpRequest request) throws IOException {
		try {
			return this.http.send(request, HttpResponse.BodyHandlers.ofString());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IOException("interrupted", ex);
		}
	}

}
