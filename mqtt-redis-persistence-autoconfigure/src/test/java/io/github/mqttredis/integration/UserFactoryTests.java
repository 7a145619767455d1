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

package io.github.mqttredis.integration;

import io.github.mqttredis.autoconfigure.EmbeddedRedis;
import io.github.mqttredis.autoconfigure.MqttContexts;
import io.github.mqttredis.paho.v3.PersistentMqttAsyncClient;
import io.github.mqttredis.paho.v3.PersistentMqttClient;
import io.github.mqttredis.paho.v3.SessionMqttClientPersistence;
import org.eclipse.paho.client.mqttv3.IMqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttClientPersistence;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.BeanUtils;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.mqtt.core.DefaultMqttPahoClientFactory;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for factories that the application defines.
 */
@ExtendWith(OutputCaptureExtension.class)
class UserFactoryTests {

	@RegisterExtension
	static final EmbeddedRedis REDIS = new EmbeddedRedis();

	private static final String URI = "tcp://127.0.0.1:1";

	private final ApplicationContextRunner contexts = MqttContexts.with(REDIS);

	@Test
	void whenTheBeanIsADefaultFactoryThenEachClientIsOursWithItsOwnPersistence() {
		this.contexts.withUserConfiguration(DefaultFactory.class).run((context) -> {
			DefaultMqttPahoClientFactory factory = context.getBean(DefaultMqttPahoClientFactory.class);
			IMqttAsyncClient one = factory.getAsyncClientInstance(URI, "one");
			IMqttAsyncClient two = factory.getAsyncClientInstance(URI, "two");
			assertThat(one).isInstanceOf(PersistentMqttAsyncClient.class);
			assertThat(PahoInternals.persistence(one)).isInstanceOf(SessionMqttClientPersistence.class)
				.isNotSameAs(PahoInternals.persistence(two));
			assertThat(factory.getClientInstance(URI, "three")).isInstanceOf(PersistentMqttClient.class);
			assertThat(factory.getConnectionOptions().getKeepAliveInterval()).isEqualTo(13);
		});
	}

	@Test
	void whenOnlyTheOptionsHaveUrisThenTheFirstIsTheClients() {
		this.contexts.withUserConfiguration(DefaultFactory.class).run((context) -> {
			DefaultMqttPahoClientFactory factory = context.getBean(DefaultMqttPahoClientFactory.class);
			factory.getConnectionOptions().setServerURIs(new String[] { "tcp://127.0.0.1:7" });
			assertThat(factory.getAsyncClientInstance(null, "one").getServerURI()).isEqualTo("tcp://127.0.0.1:7");
		});
	}

	@Test
	void whenTheBeanHasAForeignPersistenceThenItIsKeptAndLoggedOnce(CapturedOutput output) {
		MemoryPersistence foreign = new MemoryPersistence();
		this.contexts.withBean("foreign", DefaultMqttPahoClientFactory.class, () -> factory(foreign)).run((context) -> {
			DefaultMqttPahoClientFactory factory = context.getBean(DefaultMqttPahoClientFactory.class);
			IMqttAsyncClient client = factory.getAsyncClientInstance(URI, "one");
			assertThat(client).isExactlyInstanceOf(MqttAsyncClient.class);
			assertThat(PahoInternals.persistence(client)).isSameAs(foreign);
			factory.getAsyncClientInstance(URI, "two");
			assertThat(output).containsOnlyOnce("The application set the persistence of the MQTT component 'foreign'");
		});
	}

	@Test
	void whenAForeignPersistenceIsSetLaterThenItIsKept() {
		MemoryPersistence foreign = new MemoryPersistence();
		this.contexts.withUserConfiguration(DefaultFactory.class).run((context) -> {
			DefaultMqttPahoClientFactory factory = context.getBean(DefaultMqttPahoClientFactory.class);
			factory.setPersistence(foreign);
			assertThat(PahoInternals.persistence(factory.getAsyncClientInstance(URI, "one"))).isSameAs(foreign);
		});
	}

	@Test
	void whenOneOfOursWasSetByHandThenEachClientStillGetsItsOwn() {
		this.contexts.withUserConfiguration(FactoryWithOurs.class).run((context) -> {
			DefaultMqttPahoClientFactory factory = context.getBean(DefaultMqttPahoClientFactory.class);
			IMqttAsyncClient one = factory.getAsyncClientInstance(URI, "one");
			IMqttAsyncClient two = factory.getAsyncClientInstance(URI, "two");
			assertThat(one).isInstanceOf(PersistentMqttAsyncClient.class);
			assertThat(PahoInternals.persistence(one)).isNotSameAs(PahoInternals.persistence(two));
		});
	}

	@Test
	void whenASubclassMakesItsClientsItselfThenItStillDoesAndEachGetsItsOwnPersistence() {
		this.contexts.withBean(OwnClients.class).run((context) -> {
			OwnClients factory = context.getBean(OwnClients.class);
			IMqttAsyncClient one = factory.getAsyncClientInstance(null, "one");
			IMqttAsyncClient two = factory.getAsyncClientInstance(null, "two");
			assertThat(one.getClientId()).isEqualTo("own-one");
			assertThat(one.getServerURI()).isEqualTo("tcp://127.0.0.1:7");
			assertThat(PahoInternals.persistence(one)).isInstanceOf(SessionMqttClientPersistence.class)
				.isNotSameAs(PahoInternals.persistence(two));
			assertThat(factory.getClientInstance(URI, "three")).isInstanceOf(PersistentMqttClient.class);
		});
	}

	@Test
	void whenASubclassFailsThenItsFailureIsTheCallers() {
		this.contexts.withBean(OwnClients.class)
			.run((context) -> assertThatThrownBy(
					() -> context.getBean(OwnClients.class).getAsyncClientInstance(URI, "refused"))
				.isInstanceOf(MqttException.class));
	}

	@Test
	void whenAClassIsFinalThenTheBeanIsLeftAndReported(CapturedOutput output) {
		this.contexts.withBean("sealed", FinalFactory.class).run((context) -> {
			assertThat(context.getBean(FinalFactory.class).getAsyncClientInstance(URI, "one"))
				.isExactlyInstanceOf(MqttAsyncClient.class);
			assertThat(output).contains("The sessions of the MQTT client factory 'sealed' are not stored in Redis");
		});
	}

	@Test
	void whenAMethodIsFinalThenTheBeanIsLeftAndReported(CapturedOutput output) {
		this.contexts.withBean("partly", FinalMethod.class).run((context) -> {
			assertThat(context.getBean(FinalMethod.class).name()).isEqualTo("name");
			assertThat(output).contains("The sessions of the MQTT client factory 'partly' are not stored in Redis");
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { DefaultMqttPahoClientFactory.class, OwnClients.class, FinalFactory.class })
	void whenAFactoryHasAJdkProxyThenItIsServed(Class<? extends MqttPahoClientFactory> type, CapturedOutput output) {
		this.contexts.withUserConfiguration(JdkProxies.class)
			.withBean("proxied", MqttPahoClientFactory.class, () -> BeanUtils.instantiateClass(type))
			.run((context) -> {
				MqttPahoClientFactory factory = context.getBean(MqttPahoClientFactory.class);
				assertThat(factory).isNotInstanceOf(DefaultMqttPahoClientFactory.class);
				IMqttAsyncClient one = factory.getAsyncClientInstance(URI, "one");
				assertThat(PahoInternals.persistence(one)).isInstanceOf(SessionMqttClientPersistence.class)
					.isNotSameAs(PahoInternals.persistence(factory.getAsyncClientInstance(URI, "two")));
				assertThat(MqttPahoClientFactoryPostProcessor.serves(factory)).isTrue();
				assertThat(output).doesNotContain("are not stored in Redis");
			});
	}

	@Test
	void whenAFactoryIsAMockThenItIsLeft(CapturedOutput output) throws Exception {
		IMqttAsyncClient taught = mock();
		DefaultMqttPahoClientFactory mock = mock();
		given(mock.getConnectionOptions()).willReturn(new MqttConnectOptions());
		given(mock.getAsyncClientInstance(URI, "one")).willReturn(taught);
		this.contexts.withBean("mocked", DefaultMqttPahoClientFactory.class, () -> mock).run((context) -> {
			MqttPahoClientFactory factory = context.getBean(MqttPahoClientFactory.class);
			assertThat(factory).isSameAs(mock);
			assertThat(factory.getAsyncClientInstance(URI, "one")).isSameAs(taught);
			assertThat(output).doesNotContain("are not stored in Redis");
		});
	}

	@Test
	void whenInjectionIsSwitchedOffThenTheBeanIsLeft() {
		this.contexts.withUserConfiguration(DefaultFactory.class)
			.withPropertyValues("mqtt.persistence.inject=false")
			.run((context) -> assertThat(
					context.getBean(DefaultMqttPahoClientFactory.class).getAsyncClientInstance(URI, "one"))
				.isExactlyInstanceOf(MqttAsyncClient.class));
	}

	@Test
	void whenTheContextStartsThenNoBeanIsMadeTooEarly(CapturedOutput output) {
		this.contexts.withUserConfiguration(DefaultFactory.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(output).doesNotContain("not eligible for getting processed");
		});
	}

	private static DefaultMqttPahoClientFactory factory(MqttClientPersistence persistence) {
		DefaultMqttPahoClientFactory factory = new DefaultMqttPahoClientFactory();
		factory.setPersistence(persistence);
		return factory;
	}

	@Configuration(proxyBeanMethods = false)
	static class DefaultFactory {

		@Bean
		DefaultMqttPahoClientFactory ownFactory() {
			DefaultMqttPahoClientFactory factory = new DefaultMqttPahoClientFactory();
			MqttConnectOptions options = new MqttConnectOptions();
			options.setKeepAliveInterval(13);
			factory.setConnectionOptions(options);
			return factory;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FactoryWithOurs {

		@Bean
		DefaultMqttPahoClientFactory ownFactory(MqttClientPersistence persistence) {
			return factory(persistence);
		}

	}

	static class OwnClients extends DefaultMqttPahoClientFactory {

		@Override
		public MqttConnectOptions getConnectionOptions() {
			MqttConnectOptions options = super.getConnectionOptions();
			options.setServerURIs(new String[] { "tcp://127.0.0.1:7" });
			return options;
		}

		@Override
		public IMqttAsyncClient getAsyncClientInstance(@Nullable String uri, String clientId) throws MqttException {
			if (clientId.equals("refused")) {
				throw new MqttException(MqttException.REASON_CODE_CLIENT_EXCEPTION);
			}
			return super.getAsyncClientInstance(uri, "own-" + clientId);
		}

	}

	static final class FinalFactory extends DefaultMqttPahoClientFactory {

	}

	static class FinalMethod extends DefaultMqttPahoClientFactory {

		private final String name = "name";

		final String name() {
			return this.name;
		}

	}

}
