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

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.ConnectThread;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisStores;
import io.github.mqttredis.testing.SharedServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.DirectFieldAccessor;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Attempts to connect that take longer than they should.
 */
@ExtendWith(OutputCaptureExtension.class)
class LinkOpeningTests {

	private static final int CONNECT = 1;

	private static final String LATE = "did not answer CONNECT";

	/** Often enough to meet the moment in which Paho's sender waits for CONNECT. */
	private static final long WAKING_NANOS = 20_000;

	private static final AtomicInteger CLIENTS = new AtomicInteger();

	/** Of its own in each test: a thread that connects is known by it. */
	private final String clientId = "opening-" + CLIENTS.incrementAndGet();

	@SharedServer
	private static ArtemisBroker broker;

	private final RedisServer server = RedisServer.start();

	private final RedisStores stores = new RedisStores(this.server);

	private final FaultyLink link = FaultyLink.to(broker.uri());

	@AfterEach
	void close() {
		this.server.resume();
		this.stores.close();
		this.server.close();
		this.link.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenDisconnectedWhileRedisIsAskedThenNoLinkIsMade(String version) throws Exception {
		StoreSettings patient = new StoreSettings("test", Load.seconds(30), Load.seconds(60), Duration.ZERO);
		PahoClient client = PahoClient.connect(version, this.stores.start(patient), this.link.uri(), this.clientId);
		this.server.pause();
		this.link.refuse();
		this.link.cut();
		Await.until("the next attempt waits for Redis", () -> ConnectThread.waitsForRedis(this.clientId));
		client.disconnect();
		this.server.resume();
		Await.until("the attempt has ended", () -> !ConnectThread.exists(this.clientId));
		assertThat(this.link.refused()).isZero();
		client.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenTheBrokerDoesNotAnswerThenTheNextAttemptComesAfterTheConnectionTimeout(String version) throws Exception {
		PahoClient client = PahoClient.connect(version, this.stores.start(), this.link.uri(), this.clientId);
		int attempts = this.link.sent(CONNECT);
		this.link.swallow(true);
		this.link.cut();
		Await.until("the next attempt waits for its answer", () -> this.link.sent(CONNECT) > attempts);
		this.link.swallow(false);
		Await.until("the client is connected", client::isConnected);
		client.disconnect();
		client.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenDisconnectedWhileTheBrokerDoesNotAnswerThenNothingInFlightIsWaitedFor(String version) throws Exception {
		PahoClient client = PahoClient.connect(version, this.stores.start(), this.link.uri(), this.clientId);
		int attempts = this.link.sent(CONNECT);
		this.link.swallow(true);
		this.link.cut();
		Await.until("the next attempt waits for its answer", () -> this.link.sent(CONNECT) > attempts);
		// Paho waits for 30 s for what is in flight, CONNECT as well.
		client.disconnectPatiently(Load.seconds(5).toMillis());
		client.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenPahosSenderEndsBeforeItHasSentConnectThenTheNextAttemptConnects(String version) throws Exception {
		PahoClient client = PahoClient.create(version, this.stores.start(), this.link.uri(), this.clientId);
		Object state = new DirectFieldAccessor(client).getPropertyValue("client.comms.clientState");
		AtomicBoolean waking = new AtomicBoolean(true);
		Thread waker = new Thread(() -> {
			while (waking.get()) {
				ReflectionTestUtils.invokeMethod(state, "notifyQueueLock");
				LockSupport.parkNanos(WAKING_NANOS);
			}
		});
		waker.start();
		try {
			assertThatException().isThrownBy(() -> client.connect(60));
			assertThat(this.link.sent(CONNECT)).isZero();
		}
		finally {
			waking.set(false);
			waker.join();
		}
		client.connect(60);
		assertThat(client.isConnected()).isTrue();
		client.disconnect();
		client.close();
	}

	/**
	 * Paho alone would go on with this attempt when the next link is made, and send
	 * CONNECT twice over that one ({@code CommsCallback.start}). mosquitto drops the
	 * session over it, with all that waits there.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenALinkEndsWhilePahoStartsItsThreadsThenConnectIsSentOnceOverTheNext(String version) throws Exception {
		PahoClient client = PahoClient.connect(version, this.stores.start(), this.link.uri(), this.clientId);
		boolean starting = false;
		for (int i = 0; i < 20 && !starting; i++) {
			int links = this.link.connections();
			this.link.cut();
			Await.until("Paho starts its threads", () -> this.link.connections() > links
					&& (ConnectThread.waitsForCallback(this.clientId) || client.isConnected()));
			starting = !client.isConnected();
		}
		assertThat(starting).as("the link is there, and Paho starts its threads").isTrue();
		int links = this.link.connections();
		this.link.cut();
		Await.until("the next link is there", () -> this.link.connections() > links);
		int sent = this.link.sent(CONNECT);
		Await.until("the client is connected, and no attempt is left",
				() -> client.isConnected() && !ConnectThread.exists(this.clientId));
		client.subscribe("test/a");
		assertThat(this.link.sent(CONNECT) - sent).isLessThanOrEqualTo(this.link.connections() - links);
		client.disconnect();
		client.close();
	}

	/** As after the process was stopped, for longer than the connection time-out. */
	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenTheTimeIsUpWhilePahoStartsItsThreadsThenConnectIsSentOnceOverTheNext(String version, CapturedOutput output)
			throws Exception {
		PahoClient client = PahoClient.connect(version, this.stores.start(), this.link.uri(), this.clientId);
		ThreadPoolExecutor threads = new ThreadPoolExecutor(0, Integer.MAX_VALUE, 1, TimeUnit.SECONDS,
				new SynchronousQueue<>()) {

			@Override
			protected <T> RunnableFuture<T> newTaskFor(Runnable task, T value) {
				boolean late = task.getClass().getSimpleName().equals("CommsCallback")
						&& !output.getAll().contains(LATE);
				return super.newTaskFor(late ? () -> {
					Await.until("the time is up", () -> output.getAll().contains(LATE));
					task.run();
				} : task, value);
			}

		};
		new DirectFieldAccessor(client.client()).setPropertyValue("comms.executorService", threads);
		int sent = this.link.sent(CONNECT);
		this.link.cut();
		Await.until("the client is connected, and no attempt is left",
				() -> output.getAll().contains(LATE) && client.isConnected() && !ConnectThread.exists(this.clientId));
		client.subscribe("test/a");
		assertThat(this.link.sent(CONNECT) - sent).isEqualTo(1);
		client.disconnect();
		client.close();
		threads.shutdown();
	}

	/**
	 * Paho stops the thread that completes the token of connect when a link ends, whether
	 * it has done so or not. Only now and then is it late, so this is tried many times.
	 */
	@Tag("thorough")
	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenTheBrokerEndsTheLinkRightAfterItHasAcceptedTheClientThenConnectingEnds(String version) throws Exception {
		RedisSessionStore store = this.stores.start();
		byte[] connack = "v3".equals(version) ? new byte[] { 0x20, 2, 0, 0 } : new byte[] { 0x20, 3, 0, 0, 0 };
		try (ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
			Thread endingBroker = new Thread(() -> acceptAndEnd(listening, connack));
			endingBroker.start();
			String uri = "tcp://127.0.0.1:" + listening.getLocalPort();
			for (int i = 0; i < 100; i++) {
				PahoClient client = PahoClient.create(version, store, uri, this.clientId + "-" + i);
				client.connect(60);
				client.disconnect();
				client.close();
			}
		}
	}

	/**
	 * With a clean session Paho's sender waits until the session is empty, and is late
	 * when the link has ended meanwhile.
	 */
	@Tag("thorough")
	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenTheBrokerEndsEachLinkAtOnceThenConnectingEnds(String version) throws Exception {
		RedisSessionStore store = this.stores.start();
		try (ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
			Thread endingBroker = new Thread(() -> acceptAndEnd(listening, null));
			endingBroker.start();
			String uri = "tcp://127.0.0.1:" + listening.getLocalPort();
			List<CompletableFuture<Void>> clients = new ArrayList<>();
			ExecutorService threads = Executors.newFixedThreadPool(20);
			for (int i = 0; i < 200; i++) {
				String clientId = this.clientId + "-" + i;
				clients.add(CompletableFuture.runAsync(() -> connectInVain(version, store, uri, clientId), threads));
			}
			CompletableFuture.allOf(clients.toArray(CompletableFuture[]::new)).get();
			threads.shutdown();
		}
	}

	private static void connectInVain(String version, RedisSessionStore store, String uri, String clientId) {
		try {
			PahoClient client = PahoClient.create(version, store, uri, clientId);
			client.bufferOffline();
			client.publish("test/a", "m", 2);
			assertThatException().isThrownBy(client::connectClean)
				.satisfies((ex) -> assertThat(ex).hasMessageNotContaining("Timed out"));
			client.disconnect();
			client.close();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void acceptAndEnd(ServerSocket listening, byte @Nullable [] connack) {
		while (!listening.isClosed()) {
			try (Socket socket = listening.accept()) {
				if (connack != null) {
					socket.getInputStream().read(new byte[1024]);
					socket.getOutputStream().write(connack);
				}
			}
			catch (IOException ex) {
				// The test, or a client, has ended.
			}
		}
	}

}
