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
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.SessionEvent;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.ThreadShortage;
import org.junit.jupiter.api.Test;

import org.springframework.integration.mqtt.core.Mqttv3ClientManager;
import org.springframework.integration.support.SmartLifecycleRoleController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests that an {@link Error} does not end what is tried again and again.
 */
class IntegrationErrorTests {

	private final AtomicInteger calls = new AtomicInteger();

	private final Manager manager = new Manager();

	private final ClientManagerInRole member = new ClientManagerInRole(this.manager, "role",
			new SmartLifecycleRoleController());

	private void failOnce() {
		if (this.calls.incrementAndGet() == 1) {
			throw new InternalError("once");
		}
	}

	@Test
	void whenAManagerMeetsAnErrorThenItIsStartedAgain() {
		this.member.start();
		Await.until("it is started", this.member::isStarted);
		assertThat(this.calls).hasValue(2);
		this.member.stop();
	}

	@Test
	void whenThereIsNoThreadToStartAManagerThenItCanBeStartedLater() {
		try (ThreadShortage shortage = ThreadShortage.begin()) {
			assertThatExceptionOfType(InternalError.class).isThrownBy(this.member::start);
			this.member.start();
			assertThat(shortage.isOver()).isTrue();
		}
		Await.until("it is started", this.member::isStarted);
		this.member.stop();
	}

	@Test
	void whenThereIsNoThreadToLookAtAQuarantineThenTheNextEventHasItLookedAt() {
		AtomicInteger looks = new AtomicInteger();
		UndeliveredMessageRelay relay = new UndeliveredMessageRelay(() -> {
			looks.incrementAndGet();
			return null;
		}, List.of((event) -> {
		}));
		relay.start();
		int before = looks.get();
		SessionEvent event = new SessionEvent.Opened(new SessionId("client", "broker", MqttVersion.V3), "owner", 0,
				Duration.ZERO);
		try (ThreadShortage shortage = ThreadShortage.begin()) {
			assertThatExceptionOfType(InternalError.class).isThrownBy(() -> relay.onEvent(event));
			relay.onEvent(event);
			assertThat(shortage.isOver()).isTrue();
		}
		Await.until("it is looked at", () -> looks.get() > before);
		relay.stop();
	}

	private final class Manager extends Mqttv3ClientManager {

		Manager() {
			super("tcp://127.0.0.1:1", "client");
		}

		@Override
		public void start() {
			failOnce();
		}

	}

}
