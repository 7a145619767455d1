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

package io.github.mqttredis.paho.v3;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.ConnectThread;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisStores;
import io.github.mqttredis.testing.TcpLink;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttCallbackExtended;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for a link that is lost while the application has a message in hand.
 */
class LinkLostInCallbackTests {

	private static final AtomicInteger CLIENTS = new AtomicInteger();

	/** Of its own in each test: a thread that hangs is known by it. */
	private final String clientId = "gateway-" + CLIENTS.incrementAndGet();

	private final RedisServer server = RedisServer.start();

	private final ArtemisBroker broker = ArtemisBroker.start();

	private final TcpLink link = TcpLink.to(this.broker.uri());

	private final RedisStores stores = new RedisStores(this.server);

	private final Map<String, Integer> received = new ConcurrentHashMap<>();

	private final CountDownLatch inHand = new CountDownLatch(1);

	private final CountDownLatch done = new CountDownLatch(1);

	private PersistentMqttAsyncClient client;

	private MqttClient publisher;

	@BeforeEach
	void connect() throws Exception {
		this.client = new PersistentMqttAsyncClient(this.link.uri(), this.clientId,
				new SessionMqttClientPersistence(this.stores.start(), "broker"));
		MqttConnectOptions options = new MqttConnectOptions();
		options.setCleanSession(false);
		options.setAutomaticReconnect(true);
		this.client.connect(options).waitForCompletion(Await.MILLIS);
		this.client.subscribe("command", 2, (topic, message) -> {
			this.inHand.countDown();
			this.done.await();
			this.received.merge(new String(message.getPayload()), 1, Integer::sum);
		}).waitForCompletion(Await.MILLIS);
		this.publisher = new MqttClient(this.broker.uri(), "publisher", new MemoryPersistence());
		this.publisher.connect();
	}

	@AfterEach
	void close() throws Exception {
		this.done.countDown();
		this.client.disconnectForcibly(1, 1);
		this.publisher.disconnectForcibly(1, 1);
		this.publisher.close();
		this.link.close();
		this.stores.close();
		this.broker.close();
		this.server.close();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2 })
	void whenCallbackIsBusyAtReconnectThenClientConnectsOnceItHasReturned(int qos) throws Exception {
		loseLinkInCallback(qos);
		Await.until("the attempt to connect waits", () -> ConnectThread.waitsForCallback(this.clientId));
		this.done.countDown();
		assertThatMessagesArrive(qos);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2 })
	void whenCallbackReturnsBeforeReconnectThenItsAnswerStopsNothing(int qos) throws Exception {
		loseLinkInCallback(qos);
		this.done.countDown();
		assertThatMessagesArrive(qos);
	}

	@Test
	void whenApplicationDisconnectsThenTheAttemptToConnectEnds() throws Exception {
		loseLinkInCallback(1);
		Await.until("the attempt to connect waits", () -> ConnectThread.waitsForCallback(this.clientId));
		this.client.disconnectForcibly(1, 1);
		// It would end by itself after 30 s.
		Await.until("the attempt has ended", () -> !ConnectThread.exists(this.clientId));
	}

	@Test
	void whenLinkIsLostWhileACallbackWaitsForItsSubscriptionThenTheCallbackIsTold() throws Exception {
		CountDownLatch subscribing = new CountDownLatch(1);
		CompletableFuture<MqttException> failed = new CompletableFuture<>();
		this.client.setCallback(new SubscribingCallback(() -> {
			this.link.holdAnswers();
			IMqttToken token = this.client.subscribe(new String[] { "command" }, new int[] { 2 }, null, null, null);
			subscribing.countDown();
			token.waitForCompletion();
		}, failed));
		this.link.cut();
		assertThat(subscribing.await(Await.MILLIS, TimeUnit.MILLISECONDS)).isTrue();
		this.link.cut();
		this.link.releaseAnswers();
		assertThat(failed).succeedsWithin(Await.LIMIT);
	}

	private void loseLinkInCallback(int qos) throws Exception {
		this.publisher.publish("command", "first".getBytes(), qos, false);
		this.inHand.await();
		this.link.cut();
		Await.until("the link is lost", () -> !this.client.isConnected());
	}

	private void assertThatMessagesArrive(int qos) throws Exception {
		Await.until("the client is connected again", this.client::isConnected);
		this.publisher.publish("command", "second".getBytes(), qos, false);
		// A connection on which Paho sends no CONNECT ends when the broker's patience
		// does.
		assertThat(this.link.connections()).isEqualTo(2);
		Await.until("all have arrived",
				() -> this.received.containsKey("first") && this.received.containsKey("second"));
	}

	/**
	 * Subscribes whenever the client has connected.
	 */
	private record SubscribingCallback(Subscription subscription,
			CompletableFuture<MqttException> failed) implements MqttCallbackExtended {

		@Override
		public void connectComplete(boolean reconnect, String serverUri) {
			try {
				this.subscription.run();
			}
			catch (MqttException ex) {
				this.failed.complete(ex);
			}
		}

		@Override
		public void connectionLost(Throwable cause) {
		}

		@Override
		public void messageArrived(String topic, MqttMessage message) {
		}

		@Override
		public void deliveryComplete(IMqttDeliveryToken token) {
		}

	}

	@FunctionalInterface
	private interface Subscription {

		void run() throws MqttException;

	}

}
