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

import java.nio.file.Path;

import io.github.mqttredis.autoconfigure.EmbeddedRedis;
import io.github.mqttredis.autoconfigure.MqttContexts;
import io.github.mqttredis.integration.ComponentChecker.Finding;
import io.github.mqttredis.integration.ComponentChecker.Kind;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.testing.Packets;
import org.eclipse.paho.client.mqttv3.IMqttAsyncClient;
import org.eclipse.paho.client.mqttv3.IMqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.mqtt.core.DefaultMqttPahoClientFactory;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;
import org.springframework.integration.mqtt.inbound.MqttPahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.outbound.MqttPahoMessageHandler;
import org.springframework.integration.mqtt.outbound.Mqttv5PahoMessageHandler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.mock;

/**
 * Tests for what is found about components whose sessions are stored.
 */
@ExtendWith(OutputCaptureExtension.class)
class ComponentCheckTests {

	@RegisterExtension
	static final EmbeddedRedis REDIS = new EmbeddedRedis();

	private final ApplicationContextRunner contexts = MqttContexts.with(REDIS)
		.withUserConfiguration(IntegrationApplication.class);

	private ApplicationContextRunner fromProperties(String clientId) {
		return this.contexts.withPropertyValues("mqtt.client.client-id=" + clientId,
				"mqtt.client.server-uris=" + Components.URI);
	}

	@Test
	void whenTheFactoryIsAMockThenTheApplicationStarts() {
		MqttPahoClientFactory mock = new MockedFactory();
		this.contexts.withBean(MqttPahoClientFactory.class, () -> mock)
			.withBean("out", MqttPahoMessageHandler.class, () -> new MqttPahoMessageHandler("mocked", mock))
			.run((context) -> assertThat(Components.findings(context)).isEmpty());
	}

	@Test
	void whenSessionExpiryIsMissingThenSaysSoOnce(CapturedOutput output) {
		MqttConnectionOptions options = Components.optionsV5();
		options.setSessionExpiryInterval(null);
		ApplicationContextRunner runner = this.contexts.withBean("out", Mqttv5PahoMessageHandler.class,
				() -> Components.handler(options, "expiry"));
		runner.run((context) -> {
			assertThat(Components.findings(context)).singleElement()
				.extracting(Finding::kind)
				.isEqualTo(Kind.SESSION_EXPIRY);
			assertThat(output).containsOnlyOnce("The broker forgets the MQTT session of 'out' when the link is lost,"
					+ " because no session expiry interval is set. Call setSessionExpiryInterval");
		});
		options.setSessionExpiryInterval(60L);
		runner.run((context) -> assertThat(Components.findings(context)).isEmpty());
	}

	@Test
	void whenSessionExpiryIsZeroInThePropertiesThenNamesTheProperty(CapturedOutput output) {
		ApplicationContextRunner runner = fromProperties("zero").withPropertyValues("mqtt.client.version=5");
		runner.withPropertyValues("mqtt.client.session-expiry=0s").run((context) -> {
			assertThat(Components.findings(context)).hasSize(1);
			assertThat(output).containsOnlyOnce("set mqtt.client.session-expiry above 0s");
		});
		runner.run((context) -> assertThat(Components.findings(context)).isEmpty());
	}

	@Test
	void whenRedisForgetsTheSessionBeforeTheBrokerThenSaysSo(CapturedOutput output) {
		ApplicationContextRunner runner = fromProperties("forgotten").withPropertyValues("mqtt.client.version=5",
				"mqtt.client.session-expiry=1h");
		runner.withPropertyValues("mqtt.persistence.session-expiry=59m").run((context) -> {
			assertThat(Components.findings(context)).singleElement()
				.extracting(Finding::kind)
				.isEqualTo(Kind.REDIS_EXPIRY);
			assertThat(output).containsOnlyOnce("Redis forgets the MQTT session of 'mqttv5ClientManager' after 3540 "
					+ "s without an owner, but the broker only after 3600 s. Raise mqtt.persistence.session-expiry");
		});
		runner.withPropertyValues("mqtt.persistence.session-expiry=1h")
			.run((context) -> assertThat(Components.findings(context)).isEmpty());
		runner.run((context) -> assertThat(Components.findings(context)).isEmpty());
	}

	@Test
	void whenASessionIsForgottenWithinAMinuteThenSaysWhatANumberMeans(CapturedOutput output) {
		fromProperties("short").withPropertyValues("mqtt.persistence.session-expiry=45").run((context) -> {
			assertThat(Components.findings(context)).singleElement()
				.extracting(Finding::kind)
				.isEqualTo(Kind.SHORT_EXPIRY);
			assertThat(output).containsOnlyOnce("Redis forgets the MQTT session of 'mqttv3ClientManager' after 45 s")
				.contains("a number without a unit is in seconds");
		});
		fromProperties("short").withPropertyValues("mqtt.client.version=5", "mqtt.client.session-expiry=45")
			.run((context) -> assertThat(Components.findings(context)).singleElement()
				.asString()
				.startsWith("The broker forgets the MQTT session of 'mqttv5ClientManager' after 45 s"));
		fromProperties("short").withPropertyValues("mqtt.persistence.session-expiry=60")
			.run((context) -> assertThat(Components.findings(context)).isEmpty());
	}

	@Test
	void whenAClientRefusesTheEleventhMessageThenSaysSo(CapturedOutput output) {
		MqttConnectOptions options = Components.options();
		options.setMaxInflight(MqttConnectOptions.MAX_INFLIGHT_DEFAULT);
		ApplicationContextRunner runner = this.contexts.withBean("manager", Mqttv3ClientManager.class,
				() -> Components.manager(options, "narrow"));
		runner.run((context) -> {
			assertThat(Components.findings(context)).singleElement()
				.extracting(Finding::kind)
				.isEqualTo(Kind.MAX_INFLIGHT);
			assertThat(output).containsOnlyOnce("The MQTT client of 'manager' refuses messages while 10 are in flight");
		});
		runner.withPropertyValues("mqtt.persistence.offline-buffer.enabled=true")
			.run((context) -> assertThat(Components.findings(context)).isEmpty());
	}

	@Test
	void whenTwoComponentsHaveOneClientIdThenSaysSoOnce(CapturedOutput output) {
		this.contexts.withUserConfiguration(SharedClientId.class).run((context) -> {
			assertThat(Components.findings(context)).singleElement().satisfies((finding) -> {
				assertThat(finding.kind()).isEqualTo(Kind.SHARED_CLIENT_ID);
				assertThat(finding.component()).isEqualTo("in, out");
			});
			assertThat(output).containsOnlyOnce("'in' and 'out' share the MQTT client id 'one', at " + Components.URI);
		});
	}

	@Test
	void whenRecordsWaitForTheFirstMessageThenTheirNumberIsReported(CapturedOutput output) {
		ApplicationContextRunner runner = this.contexts.withUserConfiguration(PlainHandler.class);
		SessionId id = SessionId.ofUri("plain", Components.URI, MqttVersion.V3);
		runner.run((context) -> {
			assertThat(Components.findings(context)).isEmpty();
			context.getBean(SessionStore.class).open(id).put("s-1", Packets.of("s-1", "a"));
			context.getBean(SessionStore.class).open(id).put("s-2", Packets.of("s-2", "b"));
		});
		runner.run((context) -> {
			assertThat(Components.findings(context)).singleElement()
				.extracting(Finding::kind)
				.isEqualTo(Kind.RECORDS_WAIT);
			assertThat(output)
				.containsOnlyOnce("2 stored records of 'out' wait until the application sends its first message");
			assertThat(context.getBean(SessionStore.class).sessions()).isEmpty();
		});
		runner.withPropertyValues("mqtt.persistence.key-prefix=other")
			.run((context) -> assertThat(Components.findings(context)).isEmpty());
	}

	@Test
	void whenAStoreCannotCountThenTheApplicationStarts() throws Exception {
		SessionStore store = mock();
		given(store.countRecords(any())).willThrow(new IllegalStateException("not built"));
		this.contexts.withUserConfiguration(PlainHandler.class)
			.withBean(SessionStore.class, () -> store)
			.run((context) -> {
				assertThat(Components.findings(context)).isEmpty();
				then(store).should().countRecords(any());
			});
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void whenThereIsAFindingThenTheDocumentationHasIt(Kind kind) {
		assertThat(Path.of("..", "docs", "start-up-reports.md")).content().contains("\n`" + kind + "` | ");
	}

	/**
	 * Answers as a mock does that nobody has taught anything.
	 */
	static final class MockedFactory implements MqttPahoClientFactory {

		@Override
		public IMqttClient getClientInstance(String url, String clientId) {
			return null;
		}

		@Override
		public IMqttAsyncClient getAsyncClientInstance(String url, String clientId) {
			return null;
		}

		@Override
		public MqttConnectOptions getConnectionOptions() {
			return null;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableIntegration
	static class IntegrationApplication {

	}

	@Configuration(proxyBeanMethods = false)
	static class PlainHandler {

		@Bean
		DefaultMqttPahoClientFactory factory() {
			return Components.factory();
		}

		@Bean
		MqttPahoMessageHandler out(MqttPahoClientFactory factory) {
			return Components.handler(factory, "plain");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SharedClientId {

		@Bean
		DefaultMqttPahoClientFactory factory() {
			return Components.factory();
		}

		@Bean
		MqttPahoMessageHandler out(MqttPahoClientFactory factory) {
			return Components.handler(factory, "one");
		}

		@Bean
		MqttPahoMessageDrivenChannelAdapter in(MqttPahoClientFactory factory) {
			return Components.adapter(factory, "one");
		}

		@Bean
		MqttPahoMessageDrivenChannelAdapter other(MqttPahoClientFactory factory) {
			return Components.adapter(factory, "two");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SharedManager {

		@Bean
		MqttPahoMessageHandler out(Mqttv3ClientManager manager) {
			return Components.publisher(new MqttPahoMessageHandler(manager));
		}

		@Bean
		MqttPahoMessageDrivenChannelAdapter in(Mqttv3ClientManager manager) {
			return Components.subscriber(new MqttPahoMessageDrivenChannelAdapter(manager, "readings"));
		}

	}

}
