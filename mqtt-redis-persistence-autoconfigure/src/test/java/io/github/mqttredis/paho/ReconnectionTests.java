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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When a client tries to get its link back. Time passes where a test says so.
 */
class ReconnectionTests {

	private final Clock clock = new Clock();

	private final Client client = new Client();

	private final Reconnection reconnection = new Reconnection(this.clock);

	@BeforeEach
	void connect() {
		this.reconnection.connecting(this.client, true, 128_000);
		this.client.connected = true;
		this.reconnection.accepted();
	}

	private void loseLink() {
		this.client.connected = false;
		this.reconnection.linkEnded();
	}

	@Test
	void whenAttemptsFailThenPausesGrowUpToTheLongest() {
		loseLink();
		for (int attempt = 0; attempt < 9; attempt++) {
			this.clock.next();
			this.reconnection.linkEnded();
		}
		this.clock.next();
		assertThat(this.clock.pauses).containsExactly(1000L, 2000L, 4000L, 8000L, 16_000L, 32_000L, 64_000L, 128_000L,
				128_000L, 128_000L);
		assertThat(this.client.attempts).isEqualTo(10);
	}

	/**
	 * The pause of the attempt before was waited out, up to 128 s.
	 */
	@Test
	void whenLinkIsLostRightAfterALateReconnectThenTheNextAttemptComesAfterTheFirstPause() {
		loseLink();
		for (int attempt = 0; attempt < 9; attempt++) {
			this.clock.next();
		}
		this.client.connected = true;
		this.reconnection.accepted();
		loseLink();
		assertThat(this.clock.next()).isEqualTo(1000);
		assertThat(this.client.attempts).isEqualTo(10);
	}

	/**
	 * The broker's answer is told on the thread of the callback, a lost link on another.
	 */
	@Test
	void whenLinkIsLostBeforeItIsToldThatTheBrokerHasAcceptedThenTheNextAttemptComesAfterTheFirstPause() {
		loseLink();
		for (int attempt = 0; attempt < 9; attempt++) {
			this.clock.next();
		}
		this.reconnection.linkEnded();
		this.reconnection.accepted();
		assertThat(this.clock.next()).isEqualTo(1000);
	}

	@Test
	void whenConnectedThenNoAttemptWaits() {
		loseLink();
		this.clock.next();
		this.client.connected = true;
		this.reconnection.accepted();
		assertThat(this.clock.waiting).isNull();
		assertThat(this.reconnection.isLinkLost()).isTrue();
	}

	@Test
	void whenAnAttemptIsUnderWayThenTheNextOneWaitsNoLonger() {
		loseLink();
		this.clock.next();
		this.client.connecting = true;
		this.clock.next();
		this.clock.next();
		assertThat(this.clock.pauses).containsExactly(1000L, 2000L, 2000L);
	}

	@Test
	void whenAnAttemptThrowsThenAnotherOneFollows() {
		loseLink();
		this.client.failure = new IOException("refused");
		this.clock.next();
		this.client.error = new InternalError("no thread");
		this.clock.next();
		this.client.error = null;
		assertThat(this.clock.next()).isEqualTo(4000);
		assertThat(this.client.attempts).isEqualTo(3);
	}

	/** On a busy machine it may begin later than the next attempt. */
	@Test
	void whenTheThreadOfAnAttemptHasNotBegunThenItIsNotTakenForDead() throws Exception {
		Thread former = new Thread(this.reconnection::opening);
		former.start();
		former.join();
		loseLink();
		this.reconnection.alone(() -> {
			this.client.connecting = true;
			return true;
		});
		this.clock.next();
		assertThat(this.client.connecting).isTrue();
	}

	/** It ends as soon as Paho's other threads are started, which run a moment later. */
	@Test
	void whenTheThreadOfAnAttemptHasEndedThenTheOthersAreWaitedForUntilTheAttemptAfterNext() throws Exception {
		loseLink();
		this.client.connecting = true;
		Thread opening = new Thread(() -> {
			this.reconnection.opening();
			this.reconnection.starting(new CountDownLatch(1));
		});
		opening.start();
		opening.join();
		this.clock.next();
		assertThat(this.client.connecting).isTrue();
		this.clock.next();
		assertThat(this.client.connecting).isFalse();
	}

	@Test
	void whenNoneCanBePlannedBehindAnAttemptThenItIsPlannedAllTheSame() {
		loseLink();
		this.clock.error = new InternalError("no memory");
		this.clock.next();
		assertThat(this.client.attempts).isOne();
		assertThat(this.clock.next()).isEqualTo(2000);
	}

	@Test
	void whenThereIsNoThreadForTheNextAttemptThenItIsPlannedAllTheSame() {
		this.clock.error = new OutOfMemoryError("no thread");
		loseLink();
		assertThat(this.clock.error).isNull();
		assertThat(this.clock.next()).isEqualTo(1000);
	}

	@Test
	void whenTheApplicationFailsOverEachConnectionThenPausesGrowUntilItTakesOne() {
		for (int attempt = 0; attempt < 3; attempt++) {
			this.reconnection.notTaken();
			loseLink();
			this.clock.next();
			this.client.connected = true;
			this.reconnection.accepted();
		}
		this.reconnection.taken();
		this.reconnection.notTaken();
		loseLink();
		this.clock.next();
		assertThat(this.clock.pauses).containsExactly(1000L, 2000L, 4000L, 1000L);
	}

	@Test
	void whenRedisIsBackThenTheNextAttemptComesAtOnce() {
		loseLink();
		this.clock.next();
		this.reconnection.held(true);
		assertThat(this.reconnection.redisIsBack()).isFalse();
		assertThat(this.clock.next()).isZero();
		this.client.connected = true;
		assertThat(this.reconnection.redisIsBack()).isTrue();
	}

	@Test
	void whenDisconnectedThenNoAttemptWaitsAndNoneIsMade() {
		loseLink();
		Runnable late = this.clock.waiting;
		this.reconnection.disconnecting();
		assertThat(this.clock.waiting).isNull();
		late.run();
		this.reconnection.linkEnded();
		assertThat(this.clock.waiting).isNull();
		assertThat(this.client.attempts).isZero();
	}

	private static final class Client implements Reconnection.Client {

		private boolean connected;

		private boolean connecting;

		private int attempts;

		private @Nullable Exception failure;

		private @Nullable Error error;

		@Override
		public boolean isConnected() {
			return this.connected;
		}

		@Override
		public boolean isConnecting() {
			return this.connecting;
		}

		@Override
		public void abandon() {
			this.connecting = false;
		}

		@Override
		public void connect() throws Exception {
			this.attempts++;
			if (this.error != null) {
				throw this.error;
			}
			if (this.failure != null) {
				throw this.failure;
			}
		}

	}

	private static final class Clock implements Reconnection.Timer {

		private final List<Long> pauses = new ArrayList<>();

		private @Nullable Runnable waiting;

		private long pause;

		private @Nullable Error error;

		@Override
		public Runnable after(long millis, Runnable task) {
			if (this.error != null) {
				Error thrown = this.error;
				this.error = null;
				throw thrown;
			}
			this.waiting = task;
			this.pause = millis;
			return task;
		}

		@Override
		public void cancel(@Nullable Runnable task) {
			if (this.waiting == task) {
				this.waiting = null;
			}
		}

		/** Let the pause pass that is waited for. */
		long next() {
			Runnable task = this.waiting;
			assertThat(task).as("an attempt waits").isNotNull();
			this.waiting = null;
			long passed = this.pause;
			this.pauses.add(passed);
			task.run();
			return passed;
		}

	}

}
