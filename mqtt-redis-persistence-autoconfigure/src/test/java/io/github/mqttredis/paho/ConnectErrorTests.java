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
import java.lang.Thread.UncaughtExceptionHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import javax.net.SocketFactory;

import io.github.mqttredis.paho.MessageObserver.Observed;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FailingLog;
import io.github.mqttredis.testing.Packets;
import io.github.mqttredis.testing.Ports;
import io.github.mqttredis.testing.ThreadShortage;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.DirectFieldAccessor;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Tests that an {@link Error} ends no client: neither while it connects, which Paho's
 * threads do not expect, nor while it sends what waited.
 */
@ExtendWith(OutputCaptureExtension.class)
class ConnectErrorTests extends AbstractLinkTests {

	private static final String NO_THREAD = ThreadShortage.REASON;

	private final List<String> arrived = new CopyOnWriteArrayList<>();

	/** How many more times what is to fail once works before. */
	private final AtomicInteger left = new AtomicInteger(-1);

	private PahoClient connect(String version) throws Exception {
		PahoClient client = connect(version, (topic, payload, packetId) -> this.arrived.add(new String(payload)));
		client.subscribe(this.clientId);
		client.subscribe("t");
		return client;
	}

	private void failAfter(int times) {
		this.left.set(times);
	}

	/** JUnit ends all tests if it meets an OutOfMemoryError. */
	private void failOnce() {
		if (this.left.getAndDecrement() == 0) {
			throw new InternalError(NO_THREAD);
		}
	}

	private boolean hasFailed() {
		return this.left.get() < 0;
	}

	private static DirectFieldAccessor fields(PahoClient client) {
		return new DirectFieldAccessor(client.client());
	}

	private void failThreads(PahoClient client) {
		fields(client).setPropertyValue("comms.executorService", new Threads());
	}

	private void assertComesBackIfFailing(PahoClient client, int after) throws Exception {
		failAfter(after);
		this.link.cut();
		assertComesBack(client);
	}

	private void assertComesBack(PahoClient client) throws Exception {
		Await.until("it has failed", this::hasFailed);
		Await.until("the client is connected", client::isConnected);
		publish(1, "a".getBytes(StandardCharsets.UTF_8), this.clientId);
		Await.until("the message has arrived", () -> this.arrived.contains("a"));
	}

	/** Of the thread that connects, the receiver, the sender and the callback. */
	@ParameterizedTest
	@CsvSource({ "v3, 0", "v3, 1", "v3, 2", "v3, 3", "v5, 0", "v5, 1", "v5, 2", "v5, 3" })
	void whenAThreadCannotBeMadeThenTheClientComesBack(String version, int thread, CapturedOutput output)
			throws Exception {
		PahoClient client = connect(version);
		failThreads(client);
		failAfter(thread);
		this.link.cut();
		assertComesBack(client);
		assertThat(output).contains("An Error in", this.clientId, "InternalError: " + NO_THREAD);
	}

	@ParameterizedTest
	@CsvSource({ "v3, 0", "v3, 1", "v3, 2", "v3, 3", "v5, 0", "v5, 1", "v5, 2", "v5, 3" })
	void whenAThreadCannotBeMadeForTheApplicationsConnectThenThatEndsAndTheNextOneWorks(String version, int thread)
			throws Exception {
		PahoClient client = create(version);
		failThreads(client);
		failAfter(thread);
		try {
			client.connect(60);
			assertThat(version).as("Paho tries MQTT 3.1").isEqualTo("v3");
		}
		catch (MqttException | org.eclipse.paho.client.mqttv3.MqttException ex) {
			assertThat(ex).hasStackTraceContaining(NO_THREAD);
			client.connect(60);
		}
		assertThat(hasFailed()).isTrue();
		assertThat(client.isConnected()).isTrue();
	}

	/** Paho tries the servers one after the other. */
	@Test
	void whenAThreadCannotBeMadeForTheNextServerThenTheApplicationsConnectFails() throws Exception {
		PahoClient client = create("v3");
		failThreads(client);
		failAfter(1);
		MqttConnectOptions options = new MqttConnectOptions();
		options.setServerURIs(new String[] { "tcp://127.0.0.1:" + Ports.free(), "tcp://127.0.0.1:" + Ports.free() });
		MqttAsyncClient paho = (MqttAsyncClient) client.client();
		assertThatException().isThrownBy(() -> paho.connect(options).waitForCompletion(Await.MILLIS))
			.withStackTraceContaining("there was no thread for the next one");
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenALinkMeetsAnErrorThenTheClientComesBack(String version) throws Exception {
		PahoClient client = connect(version);
		connectBy(client, this::failOnce);
		assertComesBackIfFailing(client, 0);
	}

	/** Paho catches exceptions only, and would be disconnecting for ever. */
	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenEndingALinkMeetsAnErrorThenTheClientComesBack(String version) throws Exception {
		PahoClient client = connect(version);
		connectBy(client, () -> {
		}, this::failOnce);
		this.link.cut();
		Await.until("there is another link", () -> this.link.connacks() == 2 && client.isConnected());
		assertComesBackIfFailing(client, 0);
	}

	/** Whoever makes the link may handle what the thread does not catch. */
	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenNobodyHearsOfTheErrorThenTheClientComesBack(String version) throws Exception {
		PahoClient client = connect(version);
		UncaughtExceptionHandler deaf = (thread, error) -> {
		};
		connectBy(client, () -> Thread.currentThread().setUncaughtExceptionHandler(deaf));
		failThreads(client);
		assertComesBackIfFailing(client, 1);
	}

	/** Paho makes it on its receiver's thread, as soon as the broker has answered. */
	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenThereIsNoThreadForPingsThenTheClientComesBack(String version) throws Exception {
		PahoClient client = connect(version);
		DirectFieldAccessor fields = fields(client);
		Object pings = fields.getPropertyValue("comms.clientState.pingSender");
		Class<?> type = pings.getClass().getInterfaces()[0];
		fields.setPropertyValue("comms.clientState.pingSender", failing(type, pings, "start"));
		assertComesBackIfFailing(client, 0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenThereIsNoThreadForTheNextAttemptThenTheClientComesBack(String version) throws Exception {
		PahoClient client = connect(version);
		// The thread of all clients may be there for others.
		AttemptThread attempts = new AttemptThread();
		ThreadPoolExecutor executor = (ThreadPoolExecutor) ReflectionTestUtils.getField(attempts, "executor");
		ThreadFactory threads = executor.getThreadFactory();
		executor.setThreadFactory((task) -> {
			failOnce();
			return threads.newThread(task);
		});
		new DirectFieldAccessor(client.delegate()).setPropertyValue("reconnection.timer", attempts);
		assertComesBackIfFailing(client, 0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenThereIsNoThreadToDisconnectThenTheApplicationCanConnectAgain(String version) throws Exception {
		PahoClient client = connect(version);
		failThreads(client);
		failAfter(0);
		assertThatException().isThrownBy(() -> client.disconnectPatiently(Await.MILLIS))
			.withRootCauseInstanceOf(InternalError.class);
		client.connect(60);
		assertComesBack(client);
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenThereIsNoThreadForWhatWaitsThenItIsSentAllTheSame(String version) throws Exception {
		PahoClient client = connect(version);
		client.bufferOffline();
		try (ThreadShortage shortage = ThreadShortage.begin()) {
			client.delegate().offline().requeue(waiting(version));
			assertThat(shortage.isOver()).isTrue();
		}
		Await.until("the message has arrived", () -> this.arrived.contains("a"));
	}

	@ParameterizedTest
	@CsvSource({ "v3, send", "v3, hasRoom", "v5, send", "v5, hasRoom" })
	void whenWhatWaitsMeetsAnErrorThenItIsSentAllTheSame(String version, String method, CapturedOutput output)
			throws Exception {
		PahoClient client = connect(version);
		client.bufferOffline();
		OfflineQueue<?, ?> waiting = client.delegate().offline();
		DirectFieldAccessor fields = new DirectFieldAccessor(waiting);
		fields.setPropertyValue("outlet", failing(Outlet.class, fields.getPropertyValue("outlet"), method));
		failAfter(0);
		waiting.requeue(waiting(version));
		Await.until("it has failed", this::hasFailed);
		Await.until("the message has arrived", () -> this.arrived.contains("a"));
		assertThat(output).contains("The offline buffer of MQTT client '" + this.clientId + "' could not be sent",
				NO_THREAD);
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenAnErrorOverWhatWaitsCannotBeLoggedThenItIsSentAllTheSame(String version) throws Exception {
		PahoClient client = connect(version);
		client.bufferOffline();
		OfflineQueue<?, ?> waiting = client.delegate().offline();
		DirectFieldAccessor fields = new DirectFieldAccessor(waiting);
		fields.setPropertyValue("outlet", failing(Outlet.class, fields.getPropertyValue("outlet"), "send"));
		failAfter(0);
		try (FailingLog log = FailingLog.of(Flusher.class)) {
			waiting.requeue(waiting(version));
			Await.until("the message has arrived", () -> this.arrived.contains("a"));
			assertThat(log.failures()).isPositive();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenThereIsNoThreadToTellAnObserverThenTheMessageIsSentAllTheSame(String version) throws Exception {
		AtomicInteger ended = new AtomicInteger();
		Observed observed = (Observed) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { Observed.class }, (proxy, method, arguments) -> ended.incrementAndGet());
		MessageObserver observer = (MessageObserver) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { MessageObserver.class }, (proxy, method, arguments) -> observed);
		ThreadPoolExecutor teller = (ThreadPoolExecutor) ReflectionTestUtils.getField(ObservedMessages.class, "TELLER");
		PahoClient client = PahoClient.observed(version, redis.stores().start(), this.link.uri(), this.clientId,
				observer);
		client.connect(60);
		Await.until("nothing is told", () -> teller.getPoolSize() == 0);
		try (ThreadShortage shortage = ThreadShortage.begin()) {
			client.publish("t", "a", 0);
			assertThat(shortage.isOver()).isTrue();
		}
		client.publish("t", "b", 0);
		Await.until("the observer is told of the next one", () -> ended.get() == 1);
		client.disconnect();
		client.close();
	}

	private static byte[] waiting(String version) {
		return Packets.of("sb-1", "a", MqttVersion.valueOf(version.toUpperCase(Locale.ROOT)));
	}

	private Object failing(Class<?> type, Object delegate, String failing) {
		return Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { type },
				(proxy, method, arguments) -> {
					if (method.getName().equals(failing)) {
						failOnce();
					}
					try {
						return method.invoke(delegate, arguments);
					}
					catch (InvocationTargetException ex) {
						throw ex.getCause();
					}
				});
	}

	private static void connectBy(PahoClient client, Runnable before) {
		connectBy(client, before, () -> {
		});
	}

	private static void connectBy(PahoClient client, Runnable before, Runnable after) {
		new DirectFieldAccessor(client.delegate()).setPropertyValue("options.socketFactory",
				new Sockets(before, after));
	}

	/** Makes the threads of Paho. */
	private final class Threads extends AbstractExecutorService {

		@Override
		public void execute(Runnable task) {
			failOnce();
			new Thread(task).start();
		}

		@Override
		public void shutdown() {
		}

		@Override
		public List<Runnable> shutdownNow() {
			return List.of();
		}

		@Override
		public boolean isShutdown() {
			return false;
		}

		@Override
		public boolean isTerminated() {
			return false;
		}

		@Override
		public boolean awaitTermination(long timeout, TimeUnit unit) {
			return true;
		}

	}

	/** Makes sockets, on the thread that connects. */
	private static final class Sockets extends SocketFactory {

		private final Runnable before;

		private final Runnable after;

		Sockets(Runnable before, Runnable after) {
			this.before = before;
			this.after = after;
		}

		@Override
		public Socket createSocket() {
			this.before.run();
			return new Socket() {

				@Override
				public synchronized void close() throws IOException {
					super.close();
					Sockets.this.after.run();
				}

			};
		}

		@Override
		public Socket createSocket(String host, int port) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Socket createSocket(String host, int port, InetAddress local, int localPort) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Socket createSocket(InetAddress host, int port) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
			throw new UnsupportedOperationException();
		}

	}

}
