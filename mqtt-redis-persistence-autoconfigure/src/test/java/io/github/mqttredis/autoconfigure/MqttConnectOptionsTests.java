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

import java.nio.charset.StandardCharsets;

import io.github.mqttredis.testing.Ports;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the connect options that are made from {@code mqtt.client.*}.
 */
class MqttConnectOptionsTests {

	@RegisterExtension
	static final EmbeddedRedis REDIS = new EmbeddedRedis();

	private final ApplicationContextRunner contexts = MqttContexts.with(REDIS);

	@Test
	void whenNothingIsSetThenSessionsAreKept() {
		this.contexts.run((context) -> {
			MqttConnectOptions options = context.getBean(MqttConnectOptions.class);
			assertThat(options.isCleanSession()).isFalse();
			assertThat(options.isAutomaticReconnect()).isTrue();
			assertThat(options.getMaxInflight()).isEqualTo(1000);
			assertThat(options.getKeepAliveInterval()).isEqualTo(60);
			assertThat(options.getConnectionTimeout()).isEqualTo(30);
			assertThat(options.getServerURIs()).isNull();
			assertThat(options.getUserName()).isNull();
			assertThat(options.getPassword()).isNull();
			assertThat(options.getWillMessage()).isNull();
			assertThat(options.getSocketFactory()).isNull();
		});
	}

	@Test
	void whenAllIsSetThenTheOptionsHaveIt() {
		this.contexts
			.withPropertyValues("mqtt.client.server-uris=tcp://127.0.0.1:1,MQTT://127.0.0.1:2",
					"mqtt.client.username=user", "mqtt.client.password=secret", "mqtt.client.keep-alive=7",
					"mqtt.client.connection-timeout=2m", "mqtt.client.automatic-reconnect=false",
					"mqtt.client.clean-session=true", "mqtt.client.max-inflight=65535",
					"mqtt.client.will.topic=gone/gateway", "mqtt.client.will.payload=tschüss", "mqtt.client.will.qos=2",
					"mqtt.client.will.retained=true")
			.run((context) -> {
				MqttConnectOptions options = context.getBean(MqttConnectOptions.class);
				assertThat(options.getServerURIs()).containsExactly("tcp://127.0.0.1:1", "tcp://127.0.0.1:2");
				assertThat(options.getUserName()).isEqualTo("user");
				assertThat(options.getPassword()).containsExactly("secret".toCharArray());
				assertThat(options.getKeepAliveInterval()).isEqualTo(7);
				assertThat(options.getConnectionTimeout()).isEqualTo(120);
				assertThat(options.isAutomaticReconnect()).isFalse();
				assertThat(options.isCleanSession()).isTrue();
				assertThat(options.getMaxInflight()).isEqualTo(65535);
				assertThat(options.getWillDestination()).isEqualTo("gone/gateway");
				assertThat(options.getWillMessage().getPayload()).isEqualTo("tschüss".getBytes(StandardCharsets.UTF_8));
				assertThat(options.getWillMessage().getQos()).isEqualTo(2);
				assertThat(options.getWillMessage().isRetained()).isTrue();
			});
	}

	@Test
	void whenTheFactoryIsOursThenItHasTheOptions() {
		this.contexts.run((context) -> assertThat(context.getBean(MqttPahoClientFactory.class).getConnectionOptions())
			.isSameAs(context.getBean(MqttConnectOptions.class)));
	}

	@Test
	void whenTheApplicationHasOptionsThenTheyWin() {
		this.contexts.withUserConfiguration(OwnOptions.class)
			.withPropertyValues("mqtt.client.keep-alive=7s")
			.run((context) -> assertThat(
					context.getBean(MqttPahoClientFactory.class).getConnectionOptions().getKeepAliveInterval())
				.isEqualTo(11));
	}

	@Test
	void whenTheApplicationsOptionsHaveNoServerUriThenTheManagerTakesTheProperties() {
		String uri = "tcp://127.0.0.1:" + Ports.free();
		this.contexts.withUserConfiguration(OwnOptions.class)
			.withPropertyValues("mqtt.client.client-id=gateway", "mqtt.client.server-uris=" + uri)
			.run((context) -> {
				ClientManager<?, ?> manager = context.getBean(ClientManager.class);
				assertThat(manager.getUrl()).isEqualTo(uri);
				assertThat(((MqttConnectOptions) manager.getConnectionInfo()).getKeepAliveInterval()).isEqualTo(11);
				assertThat(context.getBean(MqttConnectOptions.class).getServerURIs()).isNull();
			});
	}

	@Test
	void whenThereAreCustomizersThenTheyAreAskedInOrderAfterTheProperties() {
		this.contexts.withUserConfiguration(Customizers.class)
			.withPropertyValues("mqtt.client.keep-alive=7s", "mqtt.client.max-inflight=5")
			.run((context) -> {
				MqttConnectOptions options = context.getBean(MqttConnectOptions.class);
				assertThat(options.getKeepAliveInterval()).isEqualTo(22);
				assertThat(options.getMaxInflight()).isEqualTo(5);
			});
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnOptions {

		@Bean
		MqttConnectOptions ownOptions() {
			MqttConnectOptions options = new MqttConnectOptions();
			options.setKeepAliveInterval(11);
			options.setAutomaticReconnect(true);
			return options;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Customizers {

		@Bean
		@Order(2)
		MqttConnectOptionsCustomizer last() {
			return (options) -> options.setKeepAliveInterval(options.getKeepAliveInterval() + 1);
		}

		@Bean
		@Order(1)
		MqttConnectOptionsCustomizer first() {
			return (options) -> options.setKeepAliveInterval(options.getKeepAliveInterval() * 3);
		}

	}

}
