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

import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.testing.Packets;
import io.github.mqttredis.testing.Ports;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.TlsMaterial;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for sessions over TLS, with a Redis that asks for a client certificate.
 */
@ExtendWith(OutputCaptureExtension.class)
class RedisClientCertificateTests {

	private static final int PORT = Ports.free();

	private static final String OWN = "mqtt.persistence.redis.url=rediss://127.0.0.1:" + PORT;

	private static TlsMaterial server;

	private static TlsMaterial client;

	private static RedisServer redis;

	@BeforeAll
	static void start() throws Exception {
		server = TlsMaterial.create();
		client = TlsMaterial.create();
		redis = RedisServer.start("--tls-port", Integer.toString(PORT), "--tls-cert-file",
				server.certificateFile().toString(), "--tls-key-file", server.privateKeyFile().toString(),
				"--tls-ca-cert-file", client.certificateFile().toString(), "--tls-auth-clients", "yes");
	}

	@AfterAll
	static void stop() {
		redis.close();
	}

	@ParameterizedTest
	@CsvSource({ "lettuce,false", "jedis,false", "lettuce,true", "jedis,true" })
	void whenTheBundleHoldsAClientCertificateThenSessionsAreKeptOverTls(String clientType, boolean own)
			throws Exception {
		String name = clientType + own;
		String[] properties = own ? new String[] { OWN, "mqtt.persistence.redis.ssl-bundle=full" }
				: new String[] { "spring.data.redis.host=127.0.0.1", "spring.data.redis.port=" + PORT,
						"spring.data.redis.ssl.bundle=full" };
		try (ConfigurableApplicationContext context = run(clientType, properties)) {
			context.getBean(SessionStore.class)
				.open(new SessionId(name, "b", MqttVersion.V3))
				.put("s-1", Packets.publish(1, 1, "payload"));
			boolean stored = redis.ask((one) -> one.exists("mqtt:persistence:{" + name + "@b}:v3"));
			assertThat(stored).isTrue();
			String clients = redis.ask(Jedis::clientList);
			assertThat(clients).contains("laddr=127.0.0.1:" + PORT + " ");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "mqtt.persistence.redis.ssl-bundle=anonymous",
			"mqtt.persistence.redis.ssl-bundle=stranger", "none=none" })
	void whenTheBundleLacksACertificateThenTheAnalysisNamesTheBundle(String property, CapturedOutput output) {
		assertThatThrownBy(() -> run("lettuce", OWN, property));
		assertThat(output).contains("APPLICATION FAILED TO START");
		assertThat(output.toString().substring(output.toString().indexOf("APPLICATION FAILED TO START")))
			.contains("127.0.0.1:" + PORT, "mqtt.persistence.redis.ssl-bundle")
			.doesNotContain("\tat ");
	}

	@ParameterizedTest
	@ValueSource(strings = { "lettuce", "jedis" })
	void whenTheCertificateIsThatOfAnotherHostThenTheStartFails(String clientType, CapturedOutput output)
			throws Exception {
		TlsMaterial stranger = TlsMaterial.createFor("dns:redis.example.org");
		int port = Ports.free();
		try (RedisServer other = RedisServer.start("--tls-port", Integer.toString(port), "--tls-auth-clients", "no",
				"--tls-cert-file", stranger.certificateFile().toString(), "--tls-key-file",
				stranger.privateKeyFile().toString())) {
			assertThat(other.isAnswering()).isTrue();
			assertThatThrownBy(() -> run(clientType, "mqtt.persistence.redis.url=rediss://127.0.0.1:" + port,
					"mqtt.persistence.redis.ssl-bundle=other",
					"spring.ssl.bundle.pem.other.truststore.certificate=file:" + stranger.certificateFile()));
			assertThat(output).contains("APPLICATION FAILED TO START", "MQTT sessions cannot be kept in Redis",
					"No subject alternative names matching IP address 127.0.0.1 found",
					"must name the host of its address");
		}
	}

	private static ConfigurableApplicationContext run(String clientType, String... properties) throws Exception {
		String bundle = "spring.ssl.bundle.pem.";
		return new SpringApplicationBuilder(Alone.class).web(WebApplicationType.NONE)
			.properties("spring.data.redis.client-type=" + clientType,
					// The first handshake loads most of the JDK's TLS.
					"mqtt.persistence.write-timeout=10s",
					bundle + "full.truststore.certificate=file:" + server.certificateFile(),
					bundle + "full.keystore.certificate=file:" + client.certificateFile(),
					bundle + "full.keystore.private-key=file:" + client.privateKeyFile(),
					bundle + "anonymous.truststore.certificate=file:" + server.certificateFile(),
					bundle + "stranger.truststore.certificate=file:" + client.certificateFile(),
					bundle + "stranger.keystore.certificate=file:" + client.certificateFile(),
					bundle + "stranger.keystore.private-key=file:" + client.privateKeyFile())
			.properties(properties)
			.run();
	}

	@MqttAlone
	static class Alone {

	}

}
