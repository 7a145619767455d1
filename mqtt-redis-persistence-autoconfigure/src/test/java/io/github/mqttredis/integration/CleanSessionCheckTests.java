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

import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.mqttredis.autoconfigure.EmbeddedRedis;
import io.github.mqttredis.autoconfigure.MqttContexts;
import io.github.mqttredis.integration.ComponentChecker.CleanSessionException;
import io.github.mqttredis.integration.ComponentChecker.Finding;
import io.github.mqttredis.integration.ComponentChecker.Kind;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.testing.Packets;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.mqtt.core.DefaultMqttPahoClientFactory;
import org.springframework.integration.mqtt.core.MqttComponent;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@code mqtt.persistence.clean-session}: with each component that makes a
 * client, for a broker that is away. Paho removes what is stored all the same.
 */
@ExtendWith(OutputCaptureExtension.class)
class CleanSessionCheckTests {

	@RegisterExtension
	static final EmbeddedRedis REDIS = new EmbeddedRedis();

	/** A PUBLISH of each version, with QoS 2 and packet id 1. */
	private static final Map<MqttVersion, byte[]> RECORDS = Map.of(MqttVersion.V3, Packets.publish(1, 2, "kept"),
			MqttVersion.V5, new byte[] { 0x34, 7, 0, 1, 't', 0, 1, 0, 'a' });

	private static boolean clean;

	private final ApplicationContextRunner contexts = MqttContexts.with(REDIS)
		.withUserConfiguration(IntegrationApplication.class);

	@BeforeEach
	void spoil() {
		clean = true;
	}

	static Stream<Variant> variants() {
		return Stream.of(new Variant("manager", MqttVersion.V3, () -> Components.manager(options(), "clean")),
				new Variant("handler", MqttVersion.V3, null, HandlerApplication.class),
				new Variant("adapter", MqttVersion.V3, null, AdapterApplication.class),
				new Variant("manager5", MqttVersion.V5, () -> Components.manager(optionsV5(), "clean")),
				new Variant("handler5", MqttVersion.V5, () -> Components.handler(optionsV5(), "clean")),
				new Variant("adapter5", MqttVersion.V5, () -> Components.adapter(optionsV5(), "clean")));
	}

	@ParameterizedTest
	@MethodSource("variants")
	void whenASessionIsThrownAwayThenTheComponentIsNamedOnceAndSilentWhenMended(Variant variant,
			CapturedOutput output) {
		ApplicationContextRunner runner = variant.in(this.contexts);
		String setter = (variant.version() == MqttVersion.V3) ? "setCleanSession(false)" : "setCleanStart(false)";
		runner.run((context) -> {
			assertThat(Components.findings(context)).singleElement().satisfies((finding) -> {
				assertThat(finding.kind()).isEqualTo(Kind.CLEAN_SESSION);
				assertThat(finding.component()).isEqualTo(variant.name());
				assertThat(finding.mend()).contains(setter, "mqtt.client.clean-session=false",
						"mqtt.persistence.clean-session=allow");
			});
			assertThat(output).containsOnlyOnce(
					"The MQTT client of '" + variant.name() + "' discards its stored session at each connect");
		});
		clean = false;
		runner.run((context) -> assertThat(Components.findings(context)).isEmpty());
	}

	@ParameterizedTest
	@MethodSource("variants")
	void whenPolicyIsFailThenTheContextFailsBeforeAnythingIsRemoved(Variant variant) {
		SessionId id = SessionId.ofUri("clean", Components.URI, variant.version());
		this.contexts.run((context) -> {
			Session session = context.getBean(SessionStore.class).open(id);
			session.put("s-1", RECORDS.get(variant.version()));
		});
		// The lease of a start that failed is given back: nobody waits for it to end.
		ApplicationContextRunner fail = this.contexts.withPropertyValues("mqtt.persistence.clean-session=fail",
				"mqtt.persistence.lease.acquire-timeout=0s");
		variant.in(fail)
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOfSatisfying(CleanSessionException.class,
						(ex) -> assertThat(ex.findings()).singleElement()
							.extracting(Finding::component)
							.isEqualTo(variant.name())));
		fail.run((context) -> {
			Session session = context.getBean(SessionStore.class).open(id);
			assertThat(session.keys()).containsExactly("s-1");
			session.clear();
		});
		clean = false;
		variant.in(fail).run((context) -> assertThat(Components.findings(context)).isEmpty());
	}

	@ParameterizedTest
	@MethodSource("variants")
	void whenPolicyIsAllowThenNothingIsSaid(Variant variant) {
		variant.in(this.contexts)
			.withPropertyValues("mqtt.persistence.clean-session=allow")
			.run((context) -> assertThat(Components.findings(context)).isEmpty());
	}

	@Test
	void whenThePropertiesThrowTheSessionAwayThenTheManagerIsNamed() {
		ApplicationContextRunner runner = this.contexts.withPropertyValues("mqtt.client.client-id=clean",
				"mqtt.client.server-uris=" + Components.URI, "mqtt.client.clean-session=true");
		runner.run((context) -> assertThat(Components.findings(context)).singleElement()
			.extracting(Finding::component)
			.isEqualTo("mqttv3ClientManager"));
		runner.withPropertyValues("mqtt.persistence.clean-session=fail")
			.run((context) -> assertThat(context).getFailure().isInstanceOf(CleanSessionException.class));
	}

	private static MqttConnectOptions options() {
		MqttConnectOptions options = Components.options();
		options.setCleanSession(clean);
		return options;
	}

	private static MqttConnectionOptions optionsV5() {
		MqttConnectionOptions options = Components.optionsV5();
		options.setCleanStart(clean);
		return options;
	}

	record Variant(String name, MqttVersion version, Supplier<MqttComponent<?>> component, Class<?>... application) {

		ApplicationContextRunner in(ApplicationContextRunner contexts) {
			if (this.component == null) {
				return contexts.withUserConfiguration(this.application);
			}
			@SuppressWarnings("unchecked")
			Class<MqttComponent<?>> type = (Class<MqttComponent<?>>) this.component.get().getClass();
			return contexts.withBean(this.name, type, this.component);
		}

		@Override
		public String toString() {
			return this.name;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableIntegration
	static class IntegrationApplication {

	}

	@Configuration(proxyBeanMethods = false)
	static class FactoryApplication {

		@Bean
		DefaultMqttPahoClientFactory factory() {
			return Components.factory(options());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class HandlerApplication extends FactoryApplication {

		@Bean
		MqttComponent<?> handler(MqttPahoClientFactory factory) {
			return Components.handler(factory, "clean");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class AdapterApplication extends FactoryApplication {

		@Bean
		MqttComponent<?> adapter(MqttPahoClientFactory factory) {
			return Components.adapter(factory, "clean");
		}

	}

}
