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

import java.util.List;

import io.github.mqttredis.autoconfigure.MqttClientAutoConfiguration.SslBundleSocketFactory;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.SharedServer;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;
import org.springframework.integration.mqtt.core.Mqttv5ClientManager;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link MqttConnectionDetails}.
 */
class MqttConnectionDetailsTests {

	@RegisterExtension
	static final EmbeddedRedis REDIS = new EmbeddedRedis();

	@SharedServer
	private static ArtemisBroker broker;

	private final ApplicationContextRunner contexts = MqttContexts.with(REDIS);

	@Test
	void whenThereIsNoBeanThenThePropertiesAreTheDetails() {
		this.contexts
			.withPropertyValues("mqtt.client.server-uris=ssl://a:1,ssl://b:2", "mqtt.client.username=u",
					"mqtt.client.password=p", "mqtt.client.ssl-bundle=broker",
					"spring.ssl.bundle.pem.broker.options.enabled-protocols=TLSv1.3")
			.run((context) -> {
				MqttConnectionDetails details = context.getBean(MqttConnectionDetails.class);
				assertThat(details.getServerUris()).containsExactly("ssl://a:1", "ssl://b:2");
				assertThat(details.getUsername()).isEqualTo("u");
				assertThat(details.getPassword()).isEqualTo("p");
				assertThat(details.getSslBundle()).isSameAs(context.getBean(SslBundles.class).getBundle("broker"));
			});
	}

	@Test
	void whenThereIsABeanThenItWinsOverThePropertiesInBothVersions() {
		this.contexts.withBean(MqttConnectionDetails.class, () -> new Details("ssl://real:1"))
			.withPropertyValues("mqtt.client.server-uris=tcp://property:1", "mqtt.client.username=property",
					"mqtt.client.keep-alive=7s")
			.run((context) -> {
				assertThat(context).hasSingleBean(MqttConnectionDetails.class);
				MqttConnectOptions v3 = context.getBean(MqttConnectOptions.class);
				assertThat(v3.getServerURIs()).containsExactly("ssl://real:1");
				assertThat(v3.getUserName()).isEqualTo("user");
				assertThat(v3.getPassword()).containsExactly("secret".toCharArray());
				assertThat(v3.getSocketFactory()).isInstanceOf(SslBundleSocketFactory.class);
				assertThat(v3.getKeepAliveInterval()).isEqualTo(7);
				MqttConnectionOptions v5 = context.getBean(MqttConnectionOptions.class);
				assertThat(v5.getServerURIs()).containsExactly("ssl://real:1");
				assertThat(v5.getUserName()).isEqualTo("user");
				assertThat(v5.getPassword()).isEqualTo("secret".getBytes());
				assertThat(v5.getSocketFactory()).isInstanceOf(SslBundleSocketFactory.class);
			});
	}

	@Test
	void whenOnlyTheBeanNamesTheBrokerThenThereIsAManagerThatConnects() {
		ApplicationContextRunner runner = this.contexts
			.withBean(MqttConnectionDetails.class, () -> () -> List.of(broker.uri()))
			.withPropertyValues("mqtt.client.client-id=details");
		runner.run((context) -> {
			assertThat(context).hasSingleBean(Mqttv3ClientManager.class);
			Await.until("it is connected", context.getBean(ClientManager.class)::isConnected);
		});
		runner.withPropertyValues("mqtt.client.version=5").run((context) -> {
			assertThat(context).hasSingleBean(Mqttv5ClientManager.class);
			Await.until("it is connected", context.getBean(ClientManager.class)::isConnected);
		});
	}

	@Test
	void whenTheBeanIsInAParentContextThenThereIsAManagerThatConnects() {
		new ApplicationContextRunner().withBean(MqttConnectionDetails.class, () -> () -> List.of(broker.uri()))
			.run((parent) -> this.contexts.withParent(parent)
				.withPropertyValues("mqtt.client.client-id=parent")
				.run((context) -> {
					assertThat(context).hasSingleBean(Mqttv3ClientManager.class);
					Await.until("it is connected", context.getBean(ClientManager.class)::isConnected);
				}));
	}

	@Test
	void whenThereIsABeanAndNoClientIdThenThereIsNoManager() {
		this.contexts.withBean(MqttConnectionDetails.class, () -> () -> List.of(broker.uri()))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ClientManager.class));
	}

	private record Details(String uri) implements MqttConnectionDetails {

		@Override
		public List<String> getServerUris() {
			return List.of(this.uri);
		}

		@Override
		public String getUsername() {
			return "user";
		}

		@Override
		public String getPassword() {
			return "secret";
		}

		@Override
		public SslBundle getSslBundle() {
			return SslBundle.systemDefault();
		}

	}

}
