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

package io.github.mqttredis.paho.v5;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

import io.github.mqttredis.paho.GuardedLink;
import io.github.mqttredis.paho.ReceivedMessages;
import io.github.mqttredis.paho.Reconnection;
import io.github.mqttredis.paho.UndeliverableMessages;
import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisStores;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.internal.ClientComms;
import org.eclipse.paho.mqttv5.client.internal.MqttPersistentData;
import org.eclipse.paho.mqttv5.client.internal.NetworkModule;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.DirectFieldAccessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link BarrierNetworkModule}, with a real Redis that is paused.
 */
class BarrierNetworkModuleTests {

	private final Wire wire = new Wire();

	private RedisServer server;

	private RedisStores stores;

	private SessionMqttClientPersistence persistence;

	private BarrierNetworkModule module;

	@BeforeEach
	void open() throws Exception {
		this.server = RedisServer.start();
		this.stores = new RedisStores(this.server);
		open(Duration.ofSeconds(30));
	}

	private void open(Duration writeTimeout) throws Exception {
		this.persistence = new SessionMqttClientPersistence(
				this.stores.start(new StoreSettings("test", writeTimeout, Load.seconds(60), Duration.ZERO)),
				"tcp://broker:1883", null);
		this.persistence.open("client-" + writeTimeout.toMillis());
		MqttAsyncClient client = new MqttAsyncClient("tcp://broker:1883", "unused", new MemoryPersistence());
		PahoComms comms = new PahoComms(comms(client));
		ReceivedMessages received = new ReceivedMessages(this.persistence.client(), comms);
		Reconnection reconnection = new Reconnection();
		reconnection.reconnecting();
		UndeliverableMessages undeliverable = new UndeliverableMessages(this.persistence.client());
		this.module = new BarrierNetworkModule(this.wire, new GuardedLink(this.persistence.client(), comms,
				reconnection, undeliverable, Duration.ZERO, Duration.ZERO), received, undeliverable, comms, 1000);
		this.module.start();
		this.persistence.put("sb-1", record());
	}

	private static ClientComms comms(MqttAsyncClient client) {
		return (ClientComms) Objects.requireNonNull(new DirectFieldAccessor(client).getPropertyValue("comms"));
	}

	@AfterEach
	void close() {
		this.server.resume();
		this.stores.close();
		this.server.close();
	}

	@Test
	void whenNothingWaitsForRedisThenIsSentAtOnce() throws Exception {
		this.server.pause();
		this.module.getOutputStream().write(new byte[] { 1, 2, 3 }, 1, 2);
		this.module.getOutputStream().write(4);
		assertThat(this.wire.sent.toByteArray()).containsExactly(2, 3, 4);
	}

	@Test
	void whenRecordIsNotYetStoredThenPacketWaitsForIt() throws Exception {
		this.server.pause();
		this.persistence.put("s-1", record());
		CompletableFuture<Void> sender = send();
		Await.until("the sender waits", () -> this.wire.opened);
		assertThatExceptionOfType(java.util.concurrent.TimeoutException.class)
			.isThrownBy(() -> sender.get(200, TimeUnit.MILLISECONDS));
		assertThat(this.wire.sent.size()).isZero();
		this.server.resume();
		sender.get(Await.MILLIS, TimeUnit.MILLISECONDS);
		assertThat(this.wire.sent.toByteArray()).containsExactly(7);
	}

	@Test
	void whenRemovalIsNotYetStoredThenPacketDoesNotWait() throws Exception {
		this.server.pause();
		this.persistence.remove("sb-1");
		send().get(Await.MILLIS, TimeUnit.MILLISECONDS);
		assertThat(this.wire.sent.toByteArray()).containsExactly(7);
	}

	@Test
	void whenStoppedThenWaitingSenderIsLetGoAtOnce() throws Exception {
		this.server.pause();
		this.persistence.put("s-1", record());
		CompletableFuture<Void> sender = send();
		Await.until("the sender waits", () -> this.wire.opened);
		this.module.stop();
		assertThatExceptionOfType(CompletionException.class)
			.isThrownBy(() -> sender.orTimeout(Await.MILLIS, TimeUnit.MILLISECONDS).join())
			.withCauseInstanceOf(IllegalStateException.class)
			.withRootCauseInstanceOf(Exception.class);
		assertThat(this.wire.sent.size()).isZero();
		assertThat(this.wire.stopped).isTrue();
	}

	@Test
	void whenRecordIsNotStoredInTimeThenPacketIsNotSent() throws Exception {
		open(Duration.ofMillis(300));
		this.server.pause();
		this.persistence.put("s-1", record());
		assertThatExceptionOfType(CompletionException.class)
			.isThrownBy(() -> send().orTimeout(Await.MILLIS, TimeUnit.MILLISECONDS).join())
			.havingCause()
			.withCauseInstanceOf(IOException.class);
		assertThat(this.wire.sent.size()).isZero();
	}

	private CompletableFuture<Void> send() {
		return CompletableFuture.runAsync(() -> {
			try {
				OutputStream out = this.module.getOutputStream();
				out.write(7);
				out.flush();
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		});
	}

	private static MqttPersistentData record() {
		return new MqttPersistentData("any", new byte[] { 1 }, 0, 1, null, 0, 0);
	}

	/**
	 * The far end of the wire.
	 */
	private static final class Wire implements NetworkModule {

		private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

		private volatile boolean opened;

		private volatile boolean stopped;

		@Override
		public void start() {
		}

		@Override
		public InputStream getInputStream() {
			return InputStream.nullInputStream();
		}

		@Override
		public OutputStream getOutputStream() {
			this.opened = true;
			return this.sent;
		}

		@Override
		public void stop() {
			this.stopped = true;
		}

		@Override
		public String getServerURI() {
			return "tcp://broker:1883";
		}

	}

}
