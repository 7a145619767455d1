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

package io.github.mqttredis.paho;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.ConnectThread;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for a link that is lost while the application has a message in hand.
 */
class LinkLostInCallbackTests extends AbstractLinkTests {

	private static final int SUBSCRIBE = 8;

	private final Map<String, Integer> received = new ConcurrentHashMap<>();

	private final CountDownLatch inHand = new CountDownLatch(1);

	private final CountDownLatch done = new CountDownLatch(1);

	private PahoClient client;

	@AfterEach
	void letGo() {
		this.done.countDown();
	}

	private void connect(String version) throws Exception {
		this.client = connect(version, (topic, payload, packetId) -> {
			this.inHand.countDown();
			this.done.await();
			this.received.merge(new String(payload), 1, Integer::sum);
		});
		this.client.subscribe(this.clientId);
	}

	@ParameterizedTest
	@CsvSource({ "v3, 1", "v3, 2", "v5, 1", "v5, 2" })
	void whenCallbackIsBusyAtReconnectThenClientConnectsOnceItHasReturned(String version, int qos) throws Exception {
		loseLinkInCallback(version, qos);
		Await.until("the attempt to connect waits", () -> ConnectThread.waitsForCallback(this.clientId));
		this.done.countDown();
		assertThatMessagesArrive(qos);
	}

	@ParameterizedTest
	@CsvSource({ "v3, 1", "v3, 2", "v5, 1", "v5, 2" })
	void whenCallbackReturnsBeforeReconnectThenItsAnswerStopsNothing(String version, int qos) throws Exception {
		loseLinkInCallback(version, qos);
		this.done.countDown();
		assertThatMessagesArrive(qos);
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenApplicationDisconnectsThenTheAttemptToConnectEnds(String version) throws Exception {
		loseLinkInCallback(version, 1);
		Await.until("the attempt to connect waits", () -> ConnectThread.waitsForCallback(this.clientId));
		this.client.disconnect();
		// It would end by itself after 30 s.
		Await.until("the attempt has ended", () -> !ConnectThread.exists(this.clientId));
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenLinkIsLostWhileACallbackWaitsForItsSubscriptionThenTheCallbackIsTold(String version) throws Exception {
		CountDownLatch subscribing = new CountDownLatch(1);
		CompletableFuture<Exception> failed = new CompletableFuture<>();
		connect(version);
		this.client.call(new PahoClient.Application() {

			@Override
			public void arrived(String topic, byte[] payload, int packetId) {
			}

			@Override
			public void connected() {
				LinkLostInCallbackTests.this.link.holdAnswers();
				subscribing.countDown();
				try {
					LinkLostInCallbackTests.this.client.subscribe(LinkLostInCallbackTests.this.clientId);
				}
				catch (Exception ex) {
					failed.complete(ex);
				}
			}

		});
		this.link.cut();
		assertThat(subscribing.await(Await.MILLIS, TimeUnit.MILLISECONDS)).isTrue();
		Await.until("the subscription is sent", () -> this.link.sent(SUBSCRIBE) == 2);
		this.link.cut();
		this.link.release();
		assertThat(failed).succeedsWithin(Await.LIMIT);
	}

	private void loseLinkInCallback(String version, int qos) throws Exception {
		connect(version);
		publish(qos, "first".getBytes(), this.clientId);
		this.inHand.await();
		this.link.cut();
		Await.until("the link is lost", () -> !this.client.isConnected());
	}

	private void assertThatMessagesArrive(int qos) throws Exception {
		Await.until("the client is connected again", this.client::isConnected);
		publish(qos, "second".getBytes(), this.clientId);
		// A connection on which Paho sends no CONNECT ends when the broker's patience
		// does.
		assertThat(this.link.connections()).isEqualTo(2);
		Await.until("all have arrived",
				() -> this.received.containsKey("first") && this.received.containsKey("second"));
	}

}
