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

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FailingLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the application does when its client has connected, and which subscriptions are
 * there then.
 */
class ConnectCompleteTests extends AbstractLinkTests {

	private final List<String> arrived = new CopyOnWriteArrayList<>();

	private final CountDownLatch end = new CountDownLatch(1);

	@AfterEach
	void letGo() {
		this.end.countDown();
	}

	private PahoClient connect(String version, Runnable connected) throws Exception {
		return connect(version, new PahoClient.Application() {

			@Override
			public void arrived(String topic, byte[] payload, int packetId) {
				ConnectCompleteTests.this.arrived.add(topic);
			}

			@Override
			public void connected() {
				connected.run();
			}

		});
	}

	private void publish(String topic) throws Exception {
		publish(1, new byte[1], topic);
	}

	private void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@ParameterizedTest
	@CsvSource({ "v3, false", "v3, true", "v5, false", "v5, true" })
	void whenItThrowsThenTheLinkIsDroppedAndTheClientTriesAgain(String version, boolean error) throws Exception {
		AtomicInteger calls = new AtomicInteger();
		CountDownLatch third = new CountDownLatch(1);
		PahoClient client = connect(version, () -> {
			if (calls.incrementAndGet() < 3) {
				throwSome(error);
			}
			third.countDown();
		});
		Await.until("the application has taken a connection", () -> third.getCount() == 0);
		assertThat(this.link.connacks()).isEqualTo(3);
		Await.until("the client is connected", client::isConnected);
		client.subscribe(this.clientId);
		publish(this.clientId);
		Await.until("the message has arrived", () -> this.arrived.size() == 1);
		assertThat(calls).hasValue(3);
		assertThat(this.link.connacks()).isEqualTo(3);
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenItThrowsAndCannotBeLoggedThenTheLinkIsDroppedAllTheSame(String version) throws Exception {
		AtomicInteger calls = new AtomicInteger();
		try (FailingLog log = FailingLog.of(ConnectNotices.class)) {
			connect(version, () -> {
				if (calls.incrementAndGet() == 1) {
					throwSome(false);
				}
			});
			Await.until("the application has taken a connection", () -> calls.get() == 2);
			assertThat(log.failures()).isOne();
		}
	}

	private static void throwSome(boolean error) {
		if (error) {
			throw new NoClassDefFoundError("the application's");
		}
		throw new IllegalStateException("the application's");
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenTheClientConnectsAgainWhileItRunsThenTheNextOneWaits(String version) throws Exception {
		AtomicInteger begun = new AtomicInteger();
		AtomicInteger running = new AtomicInteger();
		AtomicBoolean overlapped = new AtomicBoolean();
		PahoClient client = connect(version, () -> {
			begun.incrementAndGet();
			overlapped.compareAndSet(false, running.incrementAndGet() > 1);
			await(this.end);
			running.decrementAndGet();
		});
		Await.until("it runs", () -> begun.get() == 1);
		for (int links = 1; links < 3; links++) {
			int made = links;
			this.link.cut();
			Await.until("the client is connected again", () -> this.link.connacks() > made && client.isConnected());
		}
		// What is told on the thread of the callback is told before a message arrives.
		client.subscribe(this.clientId);
		publish(this.clientId);
		Await.until("the message has arrived", () -> this.arrived.size() == 1);
		this.end.countDown();
		Await.until("the application knows of the last connection", () -> begun.get() > 1 && running.get() == 0);
		assertThat(overlapped).isFalse();
		assertThat(begun).hasValue(2);
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenListenersComeAndGoWhileAMessageIsHandedOverThenTheLinkStays(String version) throws Exception {
		PahoClient client = connect(version, () -> {
		});
		CountDownLatch inHand = new CountDownLatch(1);
		List<String> filters = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			filters.add(this.clientId + "/+".repeat(i) + "/#");
		}
		String topic = this.clientId + "/1/2/3/4/5/6/7/8";
		for (String filter : filters) {
			client.subscribe(filter, (name, payload, packetId) -> {
				inHand.countDown();
				await(this.end);
				this.arrived.add(filter);
			});
		}
		publish(topic);
		await(inHand);
		client.subscribe(this.clientId + "-more", (name, payload, packetId) -> this.arrived.add("more"));
		client.unsubscribe(this.clientId + "/#");
		this.end.countDown();
		Await.until("all have it", () -> this.arrived.containsAll(filters.subList(1, 7)));
		publish(this.clientId + "-more");
		Await.until("the new listener has its message", () -> this.arrived.contains("more"));
		assertThat(this.link.connacks()).isEqualTo(1);
	}

}
