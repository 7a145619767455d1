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
import io.github.mqttredis.integration.ComponentChecker.Finding;
import io.github.mqttredis.integration.ComponentChecker.Kind;
import io.github.mqttredis.paho.v3.PersistentMqttAsyncClient;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.CustomScopeConfigurer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportResource;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.core.PriorityOrdered;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.mqtt.core.DefaultMqttPahoClientFactory;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;
import org.springframework.integration.mqtt.core.Mqttv5ClientManager;
import org.springframework.integration.mqtt.inbound.MqttPahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.outbound.MqttPahoMessageHandler;
import org.springframework.integration.mqtt.outbound.Mqttv5PahoMessageHandler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that components whose sessions are not stored are named at start.
 */
@ExtendWith(OutputCaptureExtension.class)
class NotStoredComponentTests {

	@RegisterExtension
	static final EmbeddedRedis REDIS = new EmbeddedRedis();

	private final ApplicationContextRunner contexts = MqttContexts.with(REDIS)
		.withUserConfiguration(IntegrationApplication.class);

	@Test
	void whenComponentsAreMadeFromAUrlThenEachIsNamedOnce(CapturedOutput output) {
		this.contexts
			.withBean("out", MqttPahoMessageHandler.class,
					() -> Components.publisher(new MqttPahoMessageHandler(Components.URI, "a")))
			.withBean("in", MqttPahoMessageDrivenChannelAdapter.class,
					() -> Components
						.subscriber(new MqttPahoMessageDrivenChannelAdapter(Components.URI, "b", "readings")))
			.run((context) -> {
				assertThat(Components.findings(context)).hasSize(2)
					.allSatisfy((finding) -> assertThat(finding.kind()).isEqualTo(Kind.NOT_STORED));
				assertThat(output)
					.containsOnlyOnce("The MQTT session of 'out' is not stored in Redis, because its client "
							+ "factory is not a bean: it was created inline, or from a URL. Pass a client "
							+ "manager bean to its constructor, or an MqttPahoClientFactory bean")
					.containsOnlyOnce("The MQTT session of 'in' is not stored in Redis");
			});
	}

	@Test
	void whenComponentsAreDefinedInXmlThenEachIsNamedAndAFactoryThatXmlMakesIsServed() {
		ApplicationContextRunner runner = this.contexts.withUserConfiguration(Xml.class);
		runner.run((context) -> assertThat(Components.findings(context)).satisfiesExactlyInAnyOrder((finding) -> {
			assertThat(finding.kind()).isEqualTo(Kind.CLEAN_SESSION);
			assertThat(finding.component()).isEqualTo("bare.handler");
		}, (finding) -> {
			assertThat(finding.kind()).isEqualTo(Kind.MAX_INFLIGHT);
			assertThat(finding.component()).isEqualTo("bare.handler");
		}, (finding) -> {
			assertThat(finding.kind()).isEqualTo(Kind.NOT_STORED);
			assertThat(finding.component()).contains("MqttPahoMessageHandler#");
		}));
		runner.withPropertyValues("mqtt.persistence.exclude-beans=bare,*MqttPahoMessageHandler#*")
			.run((context) -> assertThat(Components.findings(context)).isEmpty());
	}

	@Test
	void whenTheFactoryIsMadeInPlaceThenTheComponentIsNamed() {
		this.contexts.withBean("out", MqttPahoMessageHandler.class, () -> Components.handler(Components.factory(), "a"))
			.run((context) -> assertThat(Components.findings(context)).singleElement().satisfies((finding) -> {
				assertThat(finding.kind()).isEqualTo(Kind.NOT_STORED);
				assertThat(finding.component()).isEqualTo("out");
			}));
	}

	@Test
	void whenTheFactoryIsABeanThenThereIsNoFinding() {
		this.contexts.withUserConfiguration(WithFactory.class)
			.run((context) -> assertThat(Components.findings(context)).isEmpty());
		this.contexts.withPropertyValues("mqtt.client.server-uris=" + Components.URI)
			.withUserConfiguration(WithOurFactory.class)
			.run((context) -> assertThat(Components.findings(context)).isEmpty());
	}

	@Test
	void whenTheFactoryIsOfAScopeThenThereIsNoFinding() {
		this.contexts.withUserConfiguration(WithScopedFactory.class).run((context) -> {
			assertThat(context.getBean(DefaultMqttPahoClientFactory.class).getAsyncClientInstance(Components.URI, "a"))
				.isInstanceOf(PersistentMqttAsyncClient.class);
			assertThat(Components.findings(context)).isEmpty();
		});
	}

	@Test
	void whenTheFactoryCannotBeServedThenTheComponentIsNamed() {
		this.contexts.withBean("sealed", FinalFactory.class)
			.withUserConfiguration(WithAnyFactory.class)
			.run((context) -> assertThat(Components.findings(context)).singleElement()
				.asString()
				.contains("'out' is not stored in Redis, because its client factory cannot be given a persistence"));
	}

	@Test
	void whenTheManagerIsMadeInPlaceThenTheComponentIsNamed() {
		this.contexts
			.withBean("three", MqttPahoMessageHandler.class,
					() -> Components
						.publisher(new MqttPahoMessageHandler(Components.manager(Components.options(), "a"))))
			.withBean("five", Mqttv5PahoMessageHandler.class,
					() -> Components
						.publisher(new Mqttv5PahoMessageHandler(Components.manager(Components.optionsV5(), "b"))))
			.run((context) -> assertThat(context.getBean(ComponentChecker.class).findings())
				.extracting(Finding::toString)
				.satisfiesExactlyInAnyOrder(
						(text) -> assertThat(text).contains("'three'", "its client manager is not a bean"),
						(text) -> assertThat(text).contains("'five'", "its client manager is not a bean")));
	}

	@Test
	void whenAComponentIsMadeTooEarlyThenItIsNamed() {
		this.contexts.withUserConfiguration(TooEarly.class)
			.run((context) -> assertThat(Components.findings(context)).singleElement()
				.asString()
				.contains("'early' is not stored in Redis, because it was created before", "BeanPostProcessor"));
	}

	@Test
	void whenTheApplicationSetAPersistenceThenThereIsNoFinding() {
		DefaultMqttPahoClientFactory factory = Components.factory();
		factory.setPersistence(new MemoryPersistence());
		factory.getConnectionOptions().setCleanSession(true);
		this.contexts.withBean("out", MqttPahoMessageHandler.class, () -> Components.handler(factory, "a"))
			.run((context) -> assertThat(Components.findings(context)).isEmpty());
	}

	@Test
	void whenInjectionIsSwitchedOffThenThereIsNoFinding() {
		this.contexts.withPropertyValues("mqtt.persistence.inject=false")
			.withBean("out", MqttPahoMessageHandler.class, () -> new MqttPahoMessageHandler(Components.URI, "a"))
			.run((context) -> assertThat(Components.findings(context)).isEmpty());
	}

	@Configuration(proxyBeanMethods = false)
	@EnableIntegration
	static class IntegrationApplication {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportResource("classpath:mqtt-components.xml")
	static class Xml {

	}

	@Configuration(proxyBeanMethods = false)
	static class WithAnyFactory {

		@Bean
		MqttPahoMessageHandler out(MqttPahoClientFactory factory) {
			return Components.handler(factory, "a");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WithOurFactory extends WithAnyFactory {

	}

	@Configuration(proxyBeanMethods = false)
	static class WithFactory extends WithAnyFactory {

		@Bean
		DefaultMqttPahoClientFactory factory() {
			return Components.factory();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WithScopedFactory extends WithAnyFactory {

		@Bean
		static CustomScopeConfigurer scopes() {
			CustomScopeConfigurer scopes = new CustomScopeConfigurer();
			scopes.addScope("thread", new SimpleThreadScope());
			return scopes;
		}

		@Bean
		@Scope(scopeName = "thread", proxyMode = ScopedProxyMode.TARGET_CLASS)
		DefaultMqttPahoClientFactory factory() {
			return Components.factory();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TooEarly {

		@Bean
		static Mqttv5ClientManager early() {
			return Components.manager(Components.optionsV5(), "early");
		}

		@Bean
		static First first(Mqttv5ClientManager early) {
			return new First();
		}

	}

	/**
	 * Made before any post-processor is in force, with all that it wants.
	 */
	static final class First implements BeanPostProcessor, PriorityOrdered {

		@Override
		public int getOrder() {
			return LOWEST_PRECEDENCE;
		}

	}

	static final class FinalFactory extends DefaultMqttPahoClientFactory {

	}

}
