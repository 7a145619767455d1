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

package io.github.mqttredis.redis;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import io.github.mqttredis.redis.Speaker.Exchange;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.Packets;
import io.github.mqttredis.testing.RedisClient;
import io.github.mqttredis.testing.RedisServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.Jedis;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A publisher that finds the I/O thread idle ships its record itself.
 */
class PublishersShipTests {

	private static final SessionId ID = SessionId.ofUri("client", "tcp://broker:1883", MqttVersion.V3);

	private static final String HASH = "test:{client@tcp://broker:1883}:v3";

	private static final StoreSettings SETTINGS = new StoreSettings("test", Load.seconds(30), Load.seconds(10),
			Duration.ZERO);

	/** How long what nobody waits for waits at least. */
	private static final Duration LINGER = Duration.ofMillis(25);

	private final RedisServer server = RedisServer.start();

	private final CompletableFuture<Boolean> stored = new CompletableFuture<>();

	private volatile boolean interrupted;

	private RedisConnectionFactory factory;

	private RedisSessionStore store;

	private Session session;

	private void open(RedisClient client) throws SessionException {
		this.factory = client.connect(this.server.port());
		this.store = new RedisSessionStore(this.factory, SETTINGS);
		this.session = this.store.open(ID);
		this.session.guarded();
		publish("s-1");
	}

	@AfterEach
	void stop() throws Exception {
		this.server.resume();
		this.store.stop();
		((DisposableBean) this.factory).destroy();
		this.server.close();
	}

	private void publish(String record) throws SessionException {
		this.session.beginPublish();
		this.session.put(record, Packets.of(record, "a"));
		this.session.endPublish(true);
	}

	private Thread publishAside(String record) {
		Thread thread = new Thread(() -> {
			try {
				publish(record);
				this.interrupted = Thread.currentThread().isInterrupted();
				this.stored.complete(true);
			}
			catch (SessionException ex) {
				this.interrupted = Thread.currentThread().isInterrupted();
				this.stored.complete(false);
			}
		}, "publisher");
		thread.start();
		Await.until("the publisher ships", () -> Arrays.stream(thread.getStackTrace())
			.anyMatch((frame) -> frame.getClassName().equals(SessionShipper.class.getName())));
		return thread;
	}

	private void assertStored(String... records) {
		try (Jedis redis = this.server.connect()) {
			Await.until("they are stored", () -> redis.hkeys(HASH).equals(Set.of(records)));
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenNobodyElseSpeaksWithRedisThenPublisherShipsItsRecord(RedisClient client) throws Exception {
		open(client);
		this.server.pause();
		publishAside("s-2");
		this.server.resume();
		assertThat(this.stored.get(Await.MILLIS, TimeUnit.MILLISECONDS)).isTrue();
		assertStored("s-1", "s-2");
	}

	@ParameterizedTest
	@EnumSource
	void whenPublisherIsInterruptedThenItsRecordIsStoredAllTheSame(RedisClient client) throws Exception {
		open(client);
		this.server.pause();
		Thread publisher = publishAside("s-2");
		publisher.interrupt();
		this.server.resume();
		assertStored("s-1", "s-2");
		assertThat(this.stored.get(Await.MILLIS, TimeUnit.MILLISECONDS)).as("known to be stored").isTrue();
		assertThat(this.interrupted).isTrue();
		assertThat(this.session.status().state()).isEqualTo(SessionState.OWNER);
		publish("s-3");
		assertStored("s-1", "s-2", "s-3");
	}

	@Test
	void whenAPublisherComesBackAtOnceThenTheIoThreadHasItsTurnBefore() throws Exception {
		open(RedisClient.LETTUCE);
		IoLoop loop = new IoLoop(new RedisLink(this.factory, Load.seconds(10)), Load.seconds(10),
				new Listeners(List.of()), () -> {
				}, () -> {
				});
		loop.connect();
		AtomicBoolean served = new AtomicBoolean();
		AtomicInteger overtaken = new AtomicInteger();
		AtomicBoolean speaking = new AtomicBoolean();
		// The I/O thread has the turn a moment longer than its caller waits.
		Await.until("the publisher has the turn", () -> {
			loop.tryHere(new Silent(), () -> {
				speaking.set(true);
				loop.execute(() -> served.set(true));
				Await.until("the I/O thread waits", PublishersShipTests::isIoThreadWaiting);
				return null;
			});
			return speaking.get();
		});
		Await.until("the I/O thread has its turn", () -> {
			for (int i = 0; i < 1000 && !served.get(); i++) {
				loop.tryHere(new Silent(), () -> {
					if (!served.get()) {
						overtaken.incrementAndGet();
					}
					return null;
				});
			}
			return served.get();
		});
		loop.close();
		assertThat(overtaken).hasValue(0);
	}

	@Test
	void whenNobodyWaitsThenTheIoThreadAsksLater() throws Exception {
		Talker talker = new Talker();
		withLoop((loop) -> {
			for (int i = 0; i < 10; i++) {
				talker.asked = 0;
				long start = System.nanoTime();
				// As a publisher does whose message is acknowledged.
				loop.beforeLong(talker);
				Await.until("it is asked", () -> talker.asked != 0);
				assertThat(Duration.ofNanos(talker.asked - start)).isGreaterThanOrEqualTo(LINGER);
			}
		});
	}

	@Test
	void whenAPublisherSpeaksMeanwhileThenTheIoThreadAsksItLater() throws Exception {
		Talker talker = new Talker();
		withLoop((loop) -> {
			AtomicLong spoke = new AtomicLong();
			Await.until("it speaks before it is asked", () -> {
				talker.asked = 0;
				loop.beforeLong(talker);
				spoke.set(System.nanoTime());
				return loop.tryHere(talker, talker::speak) && talker.asked == 0;
			});
			Await.until("it is asked", () -> talker.asked != 0);
			assertThat(Duration.ofNanos(talker.asked - spoke.get())).isGreaterThanOrEqualTo(LINGER);
		});
	}

	private void withLoop(Consumer<IoLoop> test) throws Exception {
		open(RedisClient.LETTUCE);
		IoLoop loop = new IoLoop(new RedisLink(this.factory, Load.seconds(10)), Load.seconds(10),
				new Listeners(List.of()), () -> {
				}, () -> {
				});
		try {
			loop.connect();
			test.accept(loop);
		}
		finally {
			loop.close();
		}
	}

	private static boolean isIoThreadWaiting() {
		return Thread.getAllStackTraces()
			.entrySet()
			.stream()
			.anyMatch((thread) -> thread.getKey().getName().equals("mqtt-redis-io") && Arrays.stream(thread.getValue())
				.anyMatch((frame) -> frame.getClassName().endsWith("ReentrantLock")
						&& frame.getMethodName().equals("lock")));
	}

	/** Notes when it is asked. */
	private static final class Talker extends Speaker {

		private volatile long asked;

		Exchange<?> speak() {
			return new Exchange<>(this, new SessionIndex("test").add(List.of()), false, (answer) -> {
			}, (trouble, sent) -> {
			});
		}

		@Override
		Exchange<?> next() {
			this.asked = System.nanoTime();
			return null;
		}

		@Override
		void again() {
		}

	}

	/** Has nothing to say. */
	private static final class Silent extends Speaker {

		@Override
		Exchange<?> next() {
			return null;
		}

		@Override
		void again() {
		}

	}

}
