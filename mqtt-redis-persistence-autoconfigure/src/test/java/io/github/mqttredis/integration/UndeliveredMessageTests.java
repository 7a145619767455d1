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

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.mqttredis.session.MqttUndeliveredMessageEvent;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.session.UndeliveredMessages.Reason;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Packets;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.integration.channel.QueueChannel;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;
import org.springframework.integration.mqtt.outbound.MqttPahoMessageHandler;
import org.springframework.integration.mqtt.support.MqttHeaders;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.support.ChannelInterceptor;
import org.springframework.messaging.support.GenericMessage;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.annotation.DirtiesContext.ClassMode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Tests for {@link UndeliveredMessageRelay} in an application.
 */
@SpringBootTest(classes = UndeliveredMessageTests.DeadLetters.class,
		properties = { "mqtt.persistence.store=memory", "mqtt.persistence.offline-buffer.enabled=true",
				"mqtt.persistence.offline-buffer.max-messages=1",
				"mqtt.persistence.offline-buffer.when-full=drop-oldest", "mqtt.persistence.undelivered.channel=dead",
				"mqtt.persistence.undelivered.events=true", "mqtt.client.client-id=gateway",
				"mqtt.client.server-uris=tcp://localhost:1" })
@DirtiesContext(classMode = ClassMode.AFTER_EACH_TEST_METHOD)
class UndeliveredMessageTests {

	@Autowired
	@Qualifier("telemetry")
	private MessageChannel telemetry;

	@Autowired
	private SessionStore sessions;

	@Autowired
	private DeadLetters letters;

	@Autowired
	private QueueChannel dead;

	@Test
	void whenAMessageIsDroppedOrSetAsideThenChannelAndListenersTakeIt() throws Exception {
		this.telemetry.send(new GenericMessage<>("first"));
		this.telemetry.send(new GenericMessage<>("second"));
		assertThat(this.letters.events).singleElement().satisfies((event) -> {
			assertThat(event.reason()).isEqualTo(Reason.DROPPED);
			assertThat(event.description()).contains("gateway", "a newer message came");
			assertThat(event.session().clientId()).isEqualTo("gateway");
		});
		Message<?> letter = this.dead.receive(0);
		assertThat(letter.getPayload()).isEqualTo("first".getBytes());
		assertThat(letter.getHeaders()).containsKey(MqttHeaders.TOPIC)
			.containsEntry(UndeliveredMessageRelay.EVENT_HEADER, this.letters.events.get(0));

		// Once more after a while, if the application does not take it at first.
		this.letters.refusals = 1;
		SessionId other = new SessionId("other", "broker", MqttVersion.V3);
		Session session = this.sessions.open(other);
		session.put("s-1", Packets.of("s-1", "refused"));
		session.setAside("s-1", 5, "too large");
		letter = this.dead.receive(Await.MILLIS);
		assertThat(letter.getPayload()).isEqualTo("refused".getBytes());
		Await.until("it has left the quarantine", () -> session.status().quarantined() == 0);
		assertThat(this.letters.events).extracting(MqttUndeliveredMessageEvent::reason)
			.containsExactly(Reason.DROPPED, Reason.REFUSED);
		this.sessions.release(session);
	}

	@Test
	void whenAListenerFailsThenTheChannelThatHasTakenTheMessageDoesNotGetItAgain() throws Exception {
		this.telemetry.send(new GenericMessage<>("before"));
		this.dead.clear();
		this.letters.events.clear();
		this.letters.failures = 1;
		assertThatException().isThrownBy(() -> this.telemetry.send(new GenericMessage<>("refused")))
			.withStackTraceContaining("has not taken over what is dropped");
		assertThat(this.dead.receive(0).getPayload()).isEqualTo("before".getBytes());
		this.telemetry.send(new GenericMessage<>("third"));
		assertThat(this.dead.receive(0)).isNull();
		assertThat(this.letters.payloads()).containsExactly("before");

		this.letters.failures = 2;
		SessionId other = new SessionId("other", "broker", MqttVersion.V3);
		Session session = this.sessions.open(other);
		for (String record : List.of("s-1", "s-2")) {
			session.put(record, Packets.of(record, "of " + record));
			session.setAside(record, 5, "too large");
		}
		Await.until("they have left the quarantine", () -> session.status().quarantined() == 0);
		assertThat(this.dead.clear()).extracting((letter) -> new String((byte[]) letter.getPayload()))
			.containsExactlyInAnyOrder("of s-1", "of s-2");
		assertThat(this.letters.payloads()).hasSize(3).contains("before", "of s-1", "of s-2");
		this.sessions.release(session);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableIntegration
	static class DeadLetters {

		private final List<MqttUndeliveredMessageEvent> events = new CopyOnWriteArrayList<>();

		private volatile int refusals;

		private volatile int failures;

		@Bean
		IntegrationFlow publish(Mqttv3ClientManager mqtt) {
			MqttPahoMessageHandler handler = new MqttPahoMessageHandler(mqtt);
			handler.setAsync(true);
			handler.setDefaultTopic("telemetry");
			handler.setDefaultQos(1);
			return IntegrationFlow.from("telemetry").handle(handler).get();
		}

		@Bean
		QueueChannel dead() {
			QueueChannel channel = new QueueChannel();
			channel.addInterceptor(new ChannelInterceptor() {

				@Override
				public Message<?> preSend(Message<?> message, MessageChannel to) {
					return (DeadLetters.this.refusals-- > 0) ? null : message;
				}

			});
			return channel;
		}

		@EventListener
		void on(MqttUndeliveredMessageEvent event) {
			if (this.failures-- > 0) {
				throw new IllegalStateException("The listener fails");
			}
			this.events.add(event);
		}

		List<String> payloads() {
			return this.events.stream().map((event) -> new String(event.message().payload())).toList();
		}

	}

}
