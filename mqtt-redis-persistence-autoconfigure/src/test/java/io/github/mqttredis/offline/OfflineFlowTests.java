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

package io.github.mqttredis.offline;

import java.util.ArrayList;
import java.util.List;

import io.github.mqttredis.autoconfigure.EmbeddedRedis;
import io.github.mqttredis.autoconfigure.MqttContexts;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import org.eclipse.paho.client.mqttv3.IMqttClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.MessagingException;
import org.springframework.messaging.support.GenericMessage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Flows of Spring Integration that publish while the broker is stopped.
 */
@Tag("thorough")
class OfflineFlowTests {

	@RegisterExtension
	static final EmbeddedRedis REDIS = new EmbeddedRedis();

	private final List<String> published = new ArrayList<>();

	private ArtemisBroker broker;

	private Arrivals arrivals;

	@BeforeEach
	void startBroker() throws Exception {
		this.broker = ArtemisBroker.start();
		this.arrivals = new Arrivals(this.broker.uri(), "flow");
	}

	@AfterEach
	void stopBroker() throws Exception {
		this.arrivals.close();
		this.broker.close();
	}

	private ApplicationContextRunner contexts(Flow flow) {
		return contexts(flow, true);
	}

	private ApplicationContextRunner contexts(Flow flow, boolean buffer) {
		return MqttContexts.with(REDIS)
			.withUserConfiguration(flow.configuration())
			.withPropertyValues("mqtt.persistence.offline-buffer.enabled=" + buffer,
					"mqtt.client.version=" + flow.version(), "mqtt.client.server-uris=" + this.broker.uri(),
					"mqtt.client.client-id=offline-" + flow);
	}

	private void publish(ApplicationContext context, int count) {
		MessageChannel channel = context.getBean("out", MessageChannel.class);
		for (int i = 0; i < count; i++) {
			String payload = "m" + this.published.size() + "-q2";
			channel.send(new GenericMessage<>(payload));
			this.published.add(payload);
		}
	}

	private static void awaitRecords(ApplicationContext context, int records) {
		Await.until(records + " records are stored",
				() -> context.getBean(SessionStore.class)
					.sessions()
					.stream()
					.mapToInt((session) -> session.size())
					.sum() == records);
	}

	@ParameterizedTest
	@EnumSource
	void whenBrokerIsAwayAtStartThenMessagesAreTakenAndArriveWhenItIsBack(Flow flow) {
		this.broker.stop();
		contexts(flow).run((context) -> {
			assertThat(context).hasNotFailed();
			publish(context, 20);
			awaitRecords(context, 20);
			this.broker.restart();
			this.arrivals.assertArrived(this.published);
			awaitRecords(context, 0);
		});
	}

	@ParameterizedTest
	@EnumSource
	void whenBrokerGoesAwayThenMessagesAreTakenAndArriveWhenItIsBack(Flow flow) {
		contexts(flow).run((context) -> {
			publish(context, 5);
			this.arrivals.assertArrived(this.published);
			awaitRecords(context, 0);
			this.broker.stop();
			publish(context, 20);
			this.broker.restart();
			this.arrivals.assertArrived(this.published);
			publish(context, 5);
			this.arrivals.assertArrived(this.published);
			awaitRecords(context, 0);
		});
	}

	@ParameterizedTest
	@EnumSource
	void whenApplicationStopsWhileBrokerIsAwayThenTheNextOneSendsWhatWaits(Flow flow) {
		this.broker.stop();
		contexts(flow).run((context) -> publish(context, 10));
		Await.until("nobody reconnects any more",
				() -> Thread.getAllStackTraces()
					.keySet()
					.stream()
					.noneMatch((thread) -> thread.getName().startsWith("MQTT Reconnect: offline-")));
		contexts(flow).run((context) -> {
			publish(context, 1);
			awaitRecords(context, 11);
			this.broker.restart();
			this.arrivals.assertArrived(this.published);
			awaitRecords(context, 0);
		});
	}

	@ParameterizedTest
	@EnumSource
	void whenBufferIsOffThenMessageFailsWhileBrokerIsAway(Flow flow) {
		this.broker.stop();
		contexts(flow, false).run(
				(context) -> assertThatExceptionOfType(MessagingException.class).isThrownBy(() -> publish(context, 1)));
	}

	@Test
	void whenBrokerIsAwayThenBlockingClientTakesMessages() {
		this.broker.stop();
		contexts(Flow.V3_FACTORY).run((context) -> {
			MqttPahoClientFactory factory = context.getBean(MqttPahoClientFactory.class);
			try (IMqttClient client = factory.getClientInstance(null, "blocking")) {
				client.publish("flow", "a-q2".getBytes(), 2, false);
				awaitRecords(context, 1);
				this.broker.restart();
				client.connect(factory.getConnectionOptions());
				client.publish("flow", "b-q2".getBytes(), 2, false);
				this.arrivals.assertArrived(List.of("a-q2", "b-q2"));
				client.disconnect();
			}
		});
	}

}
