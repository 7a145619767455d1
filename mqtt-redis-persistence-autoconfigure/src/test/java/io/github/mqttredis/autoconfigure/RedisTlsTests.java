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
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionInspector;
import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Packets;
import io.github.mqttredis.testing.Ports;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.TlsMaterial;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.args.ClientType;
import redis.clients.jedis.params.ClientKillParams;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests that the connections of the store have the certificates that the application's
 * connection to Redis has.
 */
@ExtendWith(OutputCaptureExtension.class)
class RedisTlsTests {

	private static final int TLS_PORT = Ports.free();

	private static TlsMaterial material;

	private static RedisServer redis;

	@BeforeAll
	static void start() throws Exception {
		material = TlsMaterial.create();
		redis = RedisServer.start("--tls-port", Integer.toString(TLS_PORT), "--tls-auth-clients", "no",
				"--tls-cert-file", material.certificateFile().toString(), "--tls-key-file",
				material.privateKeyFile().toString());
	}

	@AfterAll
	static void stop() {
		redis.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "lettuce", "jedis" })
	void whenRedisSpeaksTlsThenSessionsAreStoredAndHealthAndEndpointSeeThem(String client) throws Exception {
		try (ConfigurableApplicationContext context = run("spring.data.redis.client-type=" + client,
				"spring.data.redis.ssl.bundle=redis",
				"spring.ssl.bundle.pem.redis.truststore.certificate=file:" + material.certificateFile(),
				"mqtt.persistence.key-prefix=" + client, "management.endpoints.web.exposure.include=mqttsessions")) {
			SessionStore store = context.getBean(SessionStore.class);
			Session session = store.open(new SessionId("tls", "broker", MqttVersion.V3));
			session.put("s-1", Packets.publish(1, 1, "payload"));
			try (Jedis plain = redis.connect()) {
				assertThat(plain.hkeys(client + ":{tls@broker}:v3")).containsExactly("s-1");
				// Connections that are made anew have them as well.
				plain.clientKill(new ClientKillParams().type(ClientType.NORMAL));
			}
			Await.until("it is connected again", () -> session.status().state() == SessionState.OWNER);
			session.put("s-2", Packets.publish(2, 1, "payload"));
			assertThat(store.server().isAvailable()).isTrue();
			assertThat(context.getBean(SessionInspector.class).sessions("0", 10).entries()).hasSize(1);
		}
	}

	@Test
	void whenTheApplicationDoesNotTrustTheCertificateThenTheStartFailsAndSaysWhy(CapturedOutput output) {
		assertThatThrownBy(() -> run("spring.data.redis.ssl.enabled=true"));
		assertThat(output).contains("MQTT sessions cannot be kept in Redis", "unable to find valid certification path",
				"Set spring.data.redis.ssl.bundle to an SSL bundle");
		assertThat(output).doesNotContain("Start Redis");
	}

	@Test
	void whenTheApplicationDoesNotSpeakTlsThenTheStartFails(CapturedOutput output) {
		assertThatThrownBy(RedisTlsTests::run);
		assertThat(output).contains("MQTT sessions cannot be kept in Redis", "127.0.0.1:" + TLS_PORT,
				"If it uses TLS, set spring.data.redis.ssl.bundle");
	}

	private static ConfigurableApplicationContext run(String... properties) {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.data.redis.host=127.0.0.1", "spring.data.redis.port=" + TLS_PORT,
					"spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=mqttsessions")
			.properties(properties)
			.run();
	}

	@Configuration(proxyBeanMethods = false)
	@MqttAlone
	static class Application {

	}

}
