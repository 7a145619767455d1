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
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.mqttredis.memory.MemorySessionStore;
import io.github.mqttredis.memory.MemorySessions;
import io.github.mqttredis.session.OutboundPackets.Head;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.Packets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of how {@link UndeliverableMessages} judges links, with a test in place of the
 * broker.
 */
class JudgedLinkTests {

	private static final int ATTEMPTS = 3;

	private static final int MALFORMED = 0x81;

	private static final int TOO_LARGE = 0x95;

	private static final Head PUBREL = new Head(0x62, 9, 4);

	private static final Head PINGREQ = new Head(0xc0, 0, 2);

	private PersistentClient<?, ?, ?> client;

	private UndeliverableMessages messages;

	@BeforeEach
	void open() throws Exception {
		MemorySessionStore store = new MemorySessionStore(new MemorySessions(),
				new MemorySessionStore.Settings(Duration.ofSeconds(10), Duration.ZERO, false, Duration.ZERO, ATTEMPTS),
				List.of());
		store.start();
		this.client = PahoClient.create("v5", store, "tcp://broker:1883", "judged").delegate();
		this.messages = this.client.undeliverable();
		for (int packetId = 1; packetId <= 2; packetId++) {
			this.client.session().put("s-" + packetId, publish(packetId));
		}
	}

	private static byte[] publish(int packetId) {
		// MQTT 5 reads a zero as that there are no properties.
		return Packets.publish(packetId, 1, "\0payload");
	}

	private boolean send(int packetId) {
		return this.messages.sending(head(packetId)) == null;
	}

	private static Head head(int packetId) {
		return new Head(0x32, packetId, publish(packetId).length);
	}

	private void connect() {
		this.messages.connecting(Load.seconds(60));
	}

	private void end() {
		this.messages.endedByPeer();
		this.messages.ended();
	}

	private int linksBeforeVerdict() {
		int links = 0;
		connect();
		while (send(1)) {
			end();
			assertThat(++links).isLessThan(20);
			connect();
		}
		return links;
	}

	@Test
	void whenSoManyLinksEndBehindAMessageThenItIsNotSentAgain() {
		assertThat(linksBeforeVerdict()).isEqualTo(ATTEMPTS);
	}

	@Test
	void whenAnotherMessageIsAnsweredInBetweenThenTheCountBeginsAgain() {
		for (int link = 1; link < ATTEMPTS; link++) {
			connect();
			assertThat(send(1)).isTrue();
			end();
		}
		connect();
		assertThat(send(2)).isTrue();
		this.messages.answered(2);
		assertThat(send(1)).isTrue();
		end();
		assertThat(linksBeforeVerdict()).isEqualTo(ATTEMPTS - 1);
	}

	@Test
	void whenTheBrokerNamesTheMessageThenOneLinkIsEnough() {
		connect();
		send(PUBREL);
		assertThat(send(1)).isTrue();
		this.messages.disconnected(TOO_LARGE);
		this.messages.ended();
		assertThat(linksBeforeVerdict()).isZero();
	}

	@Test
	void whenAnyPacketMayBeMalformedThenOneLinkIsEnoughOnlyIfThereIsNoOther() {
		connect();
		assertThat(send(1)).isTrue();
		send(PUBREL);
		this.messages.disconnected(MALFORMED);
		this.messages.ended();
		connect();
		assertThat(send(1)).isTrue();
		this.messages.disconnected(MALFORMED);
		this.messages.ended();
		assertThat(linksBeforeVerdict()).isZero();
	}

	private void send(Head other) {
		assertThat(this.messages.sending(other)).isNull();
	}

	/** The links leave no time for an answer, and even less behind a quiet time. */
	@Test
	void whenLinksLastEquallyLongForALargeMessageThenItIsSentOnEach() throws Exception {
		Duration keepAlive = Load.seconds(1);
		long lifetime = keepAlive.toMillis() * 6 / 10;
		long sending = keepAlive.toMillis() * 4 / 10;
		for (int links = 1; links <= 2 * ATTEMPTS; links++) {
			this.messages.connecting(keepAlive);
			CompletableFuture<Void> end = CompletableFuture.runAsync(this::end,
					CompletableFuture.delayedExecutor(lifetime, TimeUnit.MILLISECONDS));
			assertThat(send(1)).isTrue();
			CompletableFuture
				.anyOf(end, new CompletableFuture<>().completeOnTimeout(null, sending, TimeUnit.MILLISECONDS))
				.join();
			if (!end.isDone()) {
				this.messages.written(head(1));
			}
			end.join();
		}
	}

	/** More than the time that counts as shortly after. */
	@Test
	void whenSendingTakesLongThenTheTimeCountsFromTheLastByte() throws Exception {
		int keepAlive = (int) Load.seconds(2).toSeconds();
		long slow = TimeUnit.SECONDS.toMillis(keepAlive) / 6;
		this.client.reconnection().reconnecting();
		int links = 0;
		boolean sent = true;
		while (sent) {
			GuardedLink link = this.client.guard(0, keepAlive, "tcp://broker:1883", (received,
					undeliverable) -> new InboundPackets(received, undeliverable, () -> false, Integer.MAX_VALUE));
			link.open(() -> {
			});
			SlowStream wire = new SlowStream(slow);
			OutputStream out = link.guard(wire, () -> {
			});
			byte[] packet = publish(1);
			out.write(packet, 0, 7);
			out.write(packet, 7, packet.length - 7);
			sent = wire.written > 0;
			assertThat(link.guard(new ByteArrayInputStream(new byte[0])).read()).isEqualTo(-1);
			link.close(() -> {
			});
			links += sent ? 1 : 0;
			assertThat(links).isLessThan(20);
		}
		assertThat(links).isEqualTo(ATTEMPTS);
		assertThat(this.client.session().contains("s-1")).isFalse();
	}

	/** The way to a broker that takes its time. */
	private static final class SlowStream extends OutputStream {

		private final long millis;

		private int written;

		SlowStream(long millis) {
			this.millis = millis;
		}

		@Override
		public void write(int b) throws IOException {
			write(new byte[] { (byte) b }, 0, 1);
		}

		@Override
		public void write(byte[] bytes, int offset, int length) throws IOException {
			try {
				TimeUnit.MILLISECONDS.sleep(this.millis);
			}
			catch (InterruptedException ex) {
				throw new IOException(ex);
			}
			this.written += length;
		}

	}

}
