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
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.github.mqttredis.autoconfigure.EmbeddedRedis;
import io.github.mqttredis.autoconfigure.MqttContexts;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.SharedServer;
import org.eclipse.paho.client.mqttv3.IMqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import redis.clients.jedis.Jedis;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.integration.channel.QueueChannel;
import org.springframework.integration.mqtt.core.DefaultMqttPahoClientFactory;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;
import org.springframework.integration.mqtt.inbound.MqttPahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.outbound.MqttPahoMessageHandler;
import org.springframework.messaging.support.GenericMessage;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the clients that handlers and adapters for MQTT 3 get from a factory, with a
 * real broker and a real Redis.
 */
class FactoryClientTests {

	@RegisterExtension
	static final EmbeddedRedis REDIS = new EmbeddedRedis();

	@SharedServer
	private static ArtemisBroker broker;

	private final MqttConnectOptions options = new MqttConnectOptions();

	private final ApplicationContextRunner contexts = MqttContexts.with(REDIS)
		.withPropertyValues("mqtt.persistence.broker-id=broker")
		.withBean(DefaultMqttPahoClientFactory.class, this::factory);

	private DefaultMqttPahoClientFactory factory() {
		this.options.setCleanSession(false);
		DefaultMqttPahoClientFactory factory = new DefaultMqttPahoClientFactory();
		factory.setConnectionOptions(this.options);
		return factory;
	}

	@Test
	void whenAHandlerBuffersOfflineThenAllUrisAreTriedAndTheWillIsSent() throws Exception {
		BlockingQueue<String> arrived = new LinkedBlockingQueue<>();
		try (FaultyLink away = FaultyLink.to(broker.uri());
				FaultyLink link = FaultyLink.to(broker.uri());
				MqttClient outside = new MqttClient(broker.uri(), "outside", new MemoryPersistence())) {
			away.refuse();
			this.options.setServerURIs(new String[] { away.uri(), link.uri() });
			this.options.setWill("factory/will", "will".getBytes(), 1, false);
			outside.connect();
			outside.subscribe("factory/#", 1, (topic, message) -> arrived.add(new String(message.getPayload())));
			this.contexts.withPropertyValues("mqtt.persistence.offline-buffer.enabled=true").run((context) -> {
				MqttPahoMessageHandler handler = handler(context);
				handler.handleMessage(new GenericMessage<>("reading"));
				assertThat(arrived.poll(Await.MILLIS, TimeUnit.MILLISECONDS)).isEqualTo("reading");
				link.refuse();
				link.cut();
				assertThat(arrived.poll(Await.MILLIS, TimeUnit.MILLISECONDS)).isEqualTo("will");
				handler.stop();
				try (Jedis jedis = new Jedis("127.0.0.1", REDIS.port())) {
					assertThat(jedis.keys("*{factory-out@*:lease")).isEmpty();
				}
			});
			outside.disconnect();
		}
	}

	private static MqttPahoMessageHandler handler(ApplicationContext context) {
		MqttPahoMessageHandler handler = new MqttPahoMessageHandler("factory-out",
				context.getBean(MqttPahoClientFactory.class));
		handler.setBeanFactory(context);
		handler.setApplicationEventPublisher(context);
		handler.setDefaultTopic("factory/readings");
		handler.setDefaultQos(1);
		handler.afterPropertiesSet();
		handler.start();
		return handler;
	}

	@Test
	void whenAnAdapterIsAcknowledgedByHandThenNothingIsAcknowledgedBefore() {
		this.options.setServerURIs(new String[] { broker.uri() });
		this.contexts.run((context) -> {
			QueueChannel received = new QueueChannel();
			MqttPahoMessageDrivenChannelAdapter adapter = new MqttPahoMessageDrivenChannelAdapter("factory-in",
					context.getBean(MqttPahoClientFactory.class), "factory/commands");
			adapter.setBeanFactory(context);
			adapter.setManualAcks(true);
			adapter.setOutputChannel(received);
			adapter.afterPropertiesSet();
			// What an adapter does before it says so: the broker may send at once.
			IMqttAsyncClient first = connect(context, adapter);
			first.subscribe("factory/commands", 1).waitForCompletion(Await.MILLIS);
			first.publish("factory/commands", "one".getBytes(), 1, false);
			first.publish("factory/commands", "two".getBytes(), 1, false);
			assertThat(payloads(received)).containsExactly("one", "two");
			first.disconnectForcibly(0, 1000);
			// The first would be acknowledged before the second is handed over.
			IMqttAsyncClient second = connect(context, adapter);
			assertThat(payloads(received)).containsExactly("one", "two");
			second.disconnectForcibly(0, 1000);
		});
	}

	private static List<Object> payloads(QueueChannel received) {
		return List.of(received.receive(Await.MILLIS).getPayload(), received.receive(Await.MILLIS).getPayload());
	}

	private IMqttAsyncClient connect(ApplicationContext context, MqttPahoMessageDrivenChannelAdapter adapter)
			throws Exception {
		IMqttAsyncClient client = context.getBean(MqttPahoClientFactory.class)
			.getAsyncClientInstance(null, "factory-in");
		client.setCallback(adapter);
		client.connect(this.options).waitForCompletion(Await.MILLIS);
		return client;
	}

	@Test
	void whenUrlAndServerUrisDifferThenTheSessionIsOfTheBrokerThatPahoConnectsTo() {
		this.options.setServerURIs(new String[] { broker.uri() });
		this.contexts.run((context) -> assertThat(context.getBean(MqttPahoClientFactory.class)
			.getAsyncClientInstance("tcp://elsewhere:1883", "factory-named")
			.getServerURI()).isEqualTo(broker.uri()));
	}

}
