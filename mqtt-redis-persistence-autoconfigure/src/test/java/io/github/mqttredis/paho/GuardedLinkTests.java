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

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.Packets;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisStores;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * Tests for {@link GuardedLink}, with the far end of a wire in place of a broker.
 */
@ParameterizedClass
@ValueSource(strings = { "v3", "v5" })
class GuardedLinkTests {

	private static final byte[] RECORD = { 1 };

	private final String version;

	private final ByteArrayOutputStream wire = new ByteArrayOutputStream();

	private volatile boolean sending;

	private volatile boolean stopped;

	private RedisServer server;

	private RedisStores stores;

	private ClientSession<?> session;

	private GuardedLink link;

	private LinkReport report;

	GuardedLinkTests(String version) {
		this.version = version;
	}

	@BeforeEach
	void open() throws Exception {
		this.server = RedisServer.start();
		this.stores = new RedisStores(this.server);
		open(Duration.ofSeconds(30));
	}

	private void open(Duration writeTimeout) throws Exception {
		PersistentClient<?, ?, ?> client = PahoClient
			.create(this.version,
					this.stores.start(new StoreSettings("test", writeTimeout, Load.seconds(60), Duration.ZERO)),
					"tcp://broker:1883", "client-" + writeTimeout.toMillis())
			.delegate();
		client.reconnection().reconnecting();
		this.session = client.session();
		this.report = client.report();
		this.link = client.guard(0, 0, "tcp://broker:1883", (received, undeliverable) -> new InboundPackets(received,
				undeliverable, () -> false, Integer.MAX_VALUE));
		this.link.open(() -> {
		});
		// So that the put of s-1 does not wait.
		this.session.put("sb-1", RECORD);
	}

	@AfterEach
	void close() {
		this.server.resume();
		this.stores.close();
		this.server.close();
	}

	private OutputStream out() {
		return this.link.guard(this.wire, this::stop);
	}

	private void stop() {
		this.stopped = true;
	}

	@Test
	void whenPahoSendsConnectTwiceThenTheLinkEndsInstead() throws Exception {
		byte[] connect = { 0x10, 0 };
		OutputStream out = out();
		out.write(connect);
		assertThatIOException().isThrownBy(() -> out.write(connect)).withMessageContaining("CONNECT a second time");
		assertThat(this.wire.toByteArray()).isEqualTo(connect);
		out().write(connect);
		assertThat(this.wire.size()).isEqualTo(2 * connect.length);
	}

	@Test
	void whenNothingWaitsForRedisThenIsSentAtOnce() throws Exception {
		this.server.pause();
		out().write(new byte[] { 1, 2, 3 }, 1, 2);
		out().write(4);
		assertThat(this.wire.toByteArray()).containsExactly(2, 3, 4);
	}

	@Test
	void whenRecordIsNotYetStoredThenPacketWaitsForIt() throws Exception {
		this.server.pause();
		this.session.put("s-1", RECORD);
		CompletableFuture<Void> sender = send();
		Await.until("the sender waits", () -> this.sending);
		assertThatExceptionOfType(java.util.concurrent.TimeoutException.class)
			.isThrownBy(() -> sender.get(200, TimeUnit.MILLISECONDS));
		assertThat(this.wire.size()).isZero();
		this.server.resume();
		sender.get(Await.MILLIS, TimeUnit.MILLISECONDS);
		assertThat(this.wire.toByteArray()).containsExactly(7);
	}

	@Test
	void whenRemovalIsNotYetStoredThenPacketDoesNotWait() throws Exception {
		this.server.pause();
		this.session.remove("sb-1");
		send().get(Await.MILLIS, TimeUnit.MILLISECONDS);
		assertThat(this.wire.toByteArray()).containsExactly(7);
	}

	@Test
	void whenStoppedThenWaitingSenderIsLetGoAtOnce() throws Exception {
		this.server.pause();
		this.session.put("s-1", RECORD);
		CompletableFuture<Void> sender = send();
		Await.until("the sender waits", () -> this.sending);
		this.link.close(this::stop);
		// Without an exception, over which Paho would end the next link.
		sender.get(Await.MILLIS, TimeUnit.MILLISECONDS);
		assertThat(this.wire.size()).isZero();
		assertThat(this.stopped).isTrue();
	}

	@Test
	void whenASenderFailsThenTheLinkHasNotEndedBeforeTheSenderHas() throws Exception {
		CountDownLatch failed = new CountDownLatch(1);
		CountDownLatch shutDown = new CountDownLatch(1);
		OutputStream out = this.link.guard(new BrokenStream(), this::stop);
		Thread sender = new Thread(() -> {
			try {
				out.write(7);
			}
			catch (IOException ex) {
				failed.countDown();
				awaitUninterruptibly(shutDown);
			}
		});
		sender.start();
		awaitUninterruptibly(failed);
		CompletableFuture<Void> closing = CompletableFuture.runAsync(() -> {
			try {
				this.link.close(this::stop);
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		});
		Await.until("the link is closed", () -> this.stopped);
		assertThat(closing).isNotDone();
		assertThat(sender.isAlive()).isTrue();
		shutDown.countDown();
		closing.get(Await.MILLIS, TimeUnit.MILLISECONDS);
		assertThat(sender.isAlive()).isFalse();
	}

	@Test
	void whenTheLinkHasEndedThenASenderDoesNotFail() throws Exception {
		OutputStream out = this.link.guard(new BrokenStream(), this::stop);
		this.link.close(this::stop);
		out.write(7);
		out.flush();
		assertThat(this.stopped).isTrue();
	}

	private static void awaitUninterruptibly(CountDownLatch latch) {
		try {
			assertThat(latch.await(Await.MILLIS, TimeUnit.MILLISECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void whenRecordIsNotStoredInTimeThenPacketIsNotSent() throws Exception {
		open(Duration.ofMillis(300));
		this.server.pause();
		this.session.put("s-1", RECORD);
		assertThatExceptionOfType(CompletionException.class)
			.isThrownBy(() -> send().orTimeout(Await.MILLIS, TimeUnit.MILLISECONDS).join())
			.havingCause()
			.withCauseInstanceOf(IOException.class);
		assertThat(this.wire.size()).isZero();
	}

	@Test
	void whenAReceivedMessageCannotBeStoredThenTheReasonIsReported() throws Exception {
		// Paho has sent CONNECT.
		out().write(7);
		this.server.ask((jedis) -> jedis.configSet("maxmemory", "1"));
		this.session.put("s-1", RECORD);
		Await.until("Redis is known to be full", () -> {
			try {
				this.session.put("s-2", RECORD);
				return false;
			}
			catch (IOException ex) {
				return true;
			}
		});
		// MQTT 5 reads a zero as that there are no properties.
		InputStream in = this.link.guard(new ByteArrayInputStream(Packets.publish(9, 2, "\0payload")));
		assertThatIOException().isThrownBy(in::readAllBytes);
		this.link.close(this::stop);
		assertThat(this.report.status().lastFailure()).contains("Could not store r-9");
	}

	private CompletableFuture<Void> send() {
		return CompletableFuture.runAsync(() -> {
			try {
				OutputStream out = out();
				this.sending = true;
				out.write(7);
				out.flush();
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		});
	}

	/** The way to a broker that has ended the link. */
	private static final class BrokenStream extends OutputStream {

		@Override
		public void write(int b) throws IOException {
			throw new IOException("Broken pipe");
		}

		@Override
		public void flush() throws IOException {
			throw new IOException("Broken pipe");
		}

	}

}
