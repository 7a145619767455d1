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

import java.time.Duration;

import io.github.mqttredis.autoconfigure.EmbeddedRedis;
import io.github.mqttredis.autoconfigure.MqttContexts;
import io.github.mqttredis.paho.v3.PersistentMqttAsyncClient;
import io.github.mqttredis.paho.v3.SessionMqttClientPersistence;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.Ports;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.eclipse.paho.client.mqttv3.IMqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttClientPersistence;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.ClassFilter;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.ComposablePointcut;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for client managers: ours, and those that the application defines. No broker
 * answers at their address: a manager starts all the same, and goes on trying.
 */
@ExtendWith(OutputCaptureExtension.class)
class ClientManagerTests {

	@RegisterExtension
	static final EmbeddedRedis REDIS = new EmbeddedRedis();

	private final String uri = "tcp://127.0.0.1:" + Ports.free();

	private final ApplicationContextRunner contexts = MqttContexts.with(REDIS)
		.withPropertyValues("mqtt.client.client-id=gateway", "mqtt.client.server-uris=" + this.uri);

	@Test
	void whenOurManagerStartsThenItsClientIsOursAndCallsTheManager() {
		this.contexts.run((context) -> {
			Mqttv3ClientManager manager = context.getBean(Mqttv3ClientManager.class);
			IMqttAsyncClient client = client(manager);
			assertThat(client).isInstanceOf(PersistentMqttAsyncClient.class);
			assertThat(client.getServerURI()).isEqualTo(this.uri);
			assertThat(client.getClientId()).isEqualTo("gateway");
			assertThat(PahoInternals.get(client, "mqttCallback.delegate.delegate"))
				.isSameAs(AopProxyUtils.getSingletonTarget(manager));
			assertThat(PahoInternals.get(client, "delegate.received.manualAcks")).isEqualTo(false);
		});
	}

	@Test
	void whenOurManagerStartsAgainThenItHasANewClientWithANewPersistence() {
		this.contexts.run((context) -> {
			Mqttv3ClientManager manager = context.getBean(Mqttv3ClientManager.class);
			IMqttAsyncClient before = client(manager);
			manager.stop();
			assertThat(manager.isRunning()).isFalse();
			manager.setManualAcks(true);
			manager.start();
			IMqttAsyncClient after = client(manager);
			assertThat(after).isNotSameAs(before).isInstanceOf(PersistentMqttAsyncClient.class);
			assertThat(PahoInternals.persistence(after)).isNotSameAs(PahoInternals.persistence(before));
			assertThat(PahoInternals.get(after, "delegate.received.manualAcks")).isEqualTo(true);
		});
	}

	@Test
	void whenTheBrokerIsAwayThenOurManagerStopsSoon() {
		this.contexts.run((context) -> {
			Mqttv3ClientManager manager = context.getBean(Mqttv3ClientManager.class);
			long start = System.nanoTime();
			manager.stop();
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Load.seconds(10));
		});
	}

	@Test
	void whenTheApplicationsManagerHasNoPersistenceThenItGetsOurs() {
		this.contexts.withBean("own", Mqttv3ClientManager.class, () -> manager(null)).run((context) -> {
			Mqttv3ClientManager manager = context.getBean(Mqttv3ClientManager.class);
			assertThat(PahoInternals.persistence(client(manager))).isInstanceOf(SessionMqttClientPersistence.class);
		});
	}

	@Test
	void whenTheApplicationsManagerHasAForeignPersistenceThenItIsKeptAndLogged(CapturedOutput output) {
		MemoryPersistence foreign = new MemoryPersistence();
		this.contexts.withBean("own", Mqttv3ClientManager.class, () -> manager(foreign)).run((context) -> {
			Mqttv3ClientManager manager = context.getBean(Mqttv3ClientManager.class);
			assertThat(PahoInternals.persistence(client(manager))).isSameAs(foreign);
			assertThat(output).containsOnlyOnce("The application set the persistence of the MQTT component 'own'");
		});
	}

	@Test
	void whenInjectionIsSwitchedOffThenTheApplicationsManagerIsLeft() {
		this.contexts.withBean("own", Mqttv3ClientManager.class, () -> manager(null))
			.withPropertyValues("mqtt.persistence.inject=false")
			.run((context) -> assertThat(PahoInternals.persistence(client(context.getBean(Mqttv3ClientManager.class))))
				.isInstanceOf(MemoryPersistence.class));
	}

	@Test
	void whenAClassIsFinalThenSaysWhatTheManagerDoesNotHave(CapturedOutput output) {
		this.contexts.withBean("sealed", FinalManager.class, () -> new FinalManager(this.uri)).run((context) -> {
			assertThat(client(context.getBean(FinalManager.class))).isInstanceOf(PersistentMqttAsyncClient.class);
			assertThat(output).containsOnlyOnce("The MQTT client manager 'sealed' has no proxy, because its class or "
					+ "one of its methods is final: if the application stops and starts it");
		});
	}

	@Test
	void whenAMethodIsFinalThenSaysWhatTheManagerDoesNotHave(CapturedOutput output) {
		this.contexts.withBean("partly", FinalMethod.class, () -> new FinalMethod(this.uri))
			.run((context) -> assertThat(output)
				.containsOnlyOnce("The MQTT client manager 'partly' has no proxy, because its "
						+ "class or one of its methods is final"));
	}

	@Test
	void whenAFinalManagerHasAJdkProxyThenItsClientsAreOursWheneverItStarts(CapturedOutput output) {
		this.contexts.withUserConfiguration(JdkProxies.class)
			.withBean("aspect5", DefaultPointcutAdvisor.class, ClientManagerTests::aspect)
			.withBean("sealed", ClientManager.class, () -> new FinalManager(this.uri))
			.run((context) -> {
				ClientManager<?, ?> manager = context.getBean("sealed", ClientManager.class);
				assertThat(AopUtils.isJdkDynamicProxy(manager)).isTrue();
				manager.stop();
				manager.start();
				assertThat(manager.getClient()).isInstanceOf(PersistentMqttAsyncClient.class);
				assertThat(output).doesNotContain("has no proxy");
			});
	}

	private static DefaultPointcutAdvisor aspect() {
		return new DefaultPointcutAdvisor(
				new ComposablePointcut((ClassFilter) (type) -> ClientManager.class.isAssignableFrom(type)),
				(MethodInterceptor) MethodInvocation::proceed);
	}

	@ParameterizedTest
	@ValueSource(ints = { 3, 5 })
	void whenTheOptionsCannotBeSentThenTheStartSaysWhich(int version) {
		this.contexts.withPropertyValues("mqtt.client.version=" + version, "mqtt.client.username=us\u0007er")
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining(
						"MQTT client 'gateway' does not connect: its user name has a character that MQTT or Paho"));
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenTheOptionsCannotBeSentThenAManagerThatIsStartedLaterSaysWhichAndTriesNoMore(boolean automatic) {
		Mqttv3ClientManager manager = manager(null);
		manager.getConnectionInfo().setAutomaticReconnect(automatic);
		this.contexts.withBean("own", Mqttv3ClientManager.class, () -> manager).run((context) -> {
			Mqttv3ClientManager own = context.getBean(Mqttv3ClientManager.class);
			own.stop();
			own.getConnectionInfo().setUserName("us\u0007er");
			assertThatThrownBy(own::start).hasStackTraceContaining(
					"MQTT client 'own' does not connect: its user name has a character that MQTT or Paho");
			assertThat(own.isRunning()).isFalse();
			assertThat(context.getBean(SessionStore.class).sessions()).isEmpty();
			own.getConnectionInfo().setUserName("user");
			own.start();
			assertThat(client(own)).isInstanceOf(PersistentMqttAsyncClient.class);
		});
	}

	private Mqttv3ClientManager manager(MqttClientPersistence persistence) {
		Mqttv3ClientManager manager = new Mqttv3ClientManager(this.uri, "own");
		manager.setQuiescentTimeout(1);
		manager.setDisconnectCompletionTimeout(100);
		manager.getConnectionInfo().setCleanSession(false);
		if (persistence != null) {
			manager.setPersistence(persistence);
		}
		return manager;
	}

	private static IMqttAsyncClient client(Mqttv3ClientManager manager) {
		IMqttAsyncClient client = manager.getClient();
		assertThat(client).isNotNull();
		return client;
	}

	static final class FinalManager extends Mqttv3ClientManager {

		FinalManager(String uri) {
			super(uri, "final");
			setQuiescentTimeout(1);
			setDisconnectCompletionTimeout(100);
			getConnectionInfo().setCleanSession(false);
		}

	}

	static class FinalMethod extends Mqttv3ClientManager {

		private final String name = "name";

		FinalMethod(String uri) {
			super(uri, "method");
			setQuiescentTimeout(1);
			setDisconnectCompletionTimeout(100);
		}

		final String name() {
			return this.name;
		}

	}

}
