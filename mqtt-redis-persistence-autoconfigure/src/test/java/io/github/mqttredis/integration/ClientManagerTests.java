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
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.Ports;
import org.eclipse.paho.client.mqttv3.IMqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttClientPersistence;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;

import static org.assertj.core.api.Assertions.assertThat;

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

}
