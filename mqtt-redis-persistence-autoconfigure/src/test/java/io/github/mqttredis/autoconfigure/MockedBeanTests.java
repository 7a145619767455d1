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

import io.github.mqttredis.integration.ComponentChecker;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionStore;
import org.eclipse.paho.client.mqttv3.IMqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mockito.Answers;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;
import org.springframework.integration.mqtt.outbound.MqttPahoMessageHandler;
import org.springframework.integration.support.MessageBuilder;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.mock;

/**
 * Tests that an application starts of which a test has put a mock in a bean's place.
 */
class MockedBeanTests {

	private static final SessionId ID = new SessionId("gateway", "b", MqttVersion.V3);

	private static void assertRedisIsAway(SessionStore store) {
		assertThat(store.server().isAvailable()).isFalse();
		assertThatExceptionOfType(SessionException.class).isThrownBy(() -> store.open(ID))
			.withMessageContaining("returns no connection");
	}

	@Nested
	@SpringBootTest(classes = Application.class, webEnvironment = WebEnvironment.NONE)
	@DirtiesContext
	class MockedLettuce {

		@MockitoBean
		private LettuceConnectionFactory factory;

		@Test
		void whenLettuceIsAMockThenTheApplicationStartsAndRedisIsAway(@Autowired SessionStore store) {
			assertRedisIsAway(store);
		}

	}

	@Nested
	@SpringBootTest(classes = Application.class, webEnvironment = WebEnvironment.NONE,
			properties = "spring.data.redis.client-type=jedis")
	@DirtiesContext
	class MockedJedis {

		@MockitoBean
		private JedisConnectionFactory factory;

		@Test
		void whenJedisIsAMockThenTheApplicationStartsAndRedisIsAway(@Autowired SessionStore store) {
			assertRedisIsAway(store);
		}

	}

	@Nested
	@SpringBootTest(classes = Application.class, webEnvironment = WebEnvironment.NONE,
			properties = "spring.data.redis.client-type=jedis")
	@DirtiesContext
	class MockedAny {

		@MockitoBean
		private RedisConnectionFactory factory;

		@Test
		void whenTheConnectionFactoryIsAMockThenTheApplicationStartsAndRedisIsAway(@Autowired SessionStore store) {
			assertRedisIsAway(store);
		}

	}

	@Nested
	@SpringBootTest(classes = Application.class, webEnvironment = WebEnvironment.NONE,
			properties = { "mqtt.client.client-id=gateway", "mqtt.client.server-uris=tcp://127.0.0.1:1",
					"mqtt.client.auto-startup=false" })
	@DirtiesContext
	class MockedStoreAndOptions {

		@MockitoBean
		private SessionStore store;

		@MockitoBean
		private MqttConnectOptions options;

		@Test
		void whenTheStoreAndTheOptionsAreMocksThenTheApplicationStarts(@Autowired SessionStore injected) {
			assertThat(injected).isSameAs(this.store);
		}

	}

	@Nested
	@SpringBootTest(classes = { Application.class, Handler.class }, webEnvironment = WebEnvironment.NONE,
			properties = { "mqtt.client.client-id=gateway", "mqtt.client.server-uris=tcp://127.0.0.1:1",
					"mqtt.client.auto-startup=false", "mqtt.persistence.store=memory" })
	@DirtiesContext
	@ExtendWith(OutputCaptureExtension.class)
	class MockedFactory {

		@MockitoBean
		private MqttPahoClientFactory factory;

		@Test
		void whenTheClientFactoryIsAMockThenItIsAskedForTheClient(@Autowired MqttPahoMessageHandler handler,
				@Autowired ComponentChecker checker, CapturedOutput output) throws Exception {
			MqttConnectOptions options = new MqttConnectOptions();
			options.setServerURIs(new String[] { "tcp://127.0.0.1:1" });
			given(this.factory.getConnectionOptions()).willReturn(options);
			IMqttAsyncClient client = mock(Answers.RETURNS_DEEP_STUBS);
			given(this.factory.getAsyncClientInstance(any(), eq("mocked"))).willReturn(client);
			assertThat(checker.findings()).isEmpty();
			handler.handleMessage(MessageBuilder.withPayload("21.5").build());
			then(client).should().publish(eq("telemetry"), any(MqttMessage.class), any(), any());
			assertThat(output).doesNotContain("not stored in Redis");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Handler {

		@Bean
		MqttPahoMessageHandler handler(MqttPahoClientFactory factory) {
			MqttPahoMessageHandler handler = new MqttPahoMessageHandler("mocked", factory);
			handler.setDefaultTopic("telemetry");
			return handler;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
