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

package io.github.mqttredis.crashpoints;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

import io.github.mqttredis.crashpoints.AppClient.RefusedException;
import io.github.mqttredis.crashpoints.CrashSwitch.Call;
import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.TcpLink;
import redis.clients.jedis.Jedis;

/**
 * A process of the application: a client of ours over a store of ours, and what the
 * application does with it. Dies by its {@link CrashSwitch}.
 */
final class AppProcess {

	private static final Duration PATIENCE = Load.seconds(40);

	private final Surroundings surroundings;

	private final String clientId;

	private final Ledger ledger;

	private final CrashSwitch life;

	private final Jedis jedis;

	private final TcpLink link;

	private final RedisSessionStore store;

	/** The store as the client sees it. */
	private final SessionStore watched;

	private final AtomicInteger lost = new AtomicInteger();

	/** How often this process lost its link because it was cut. */
	private int cuts;

	private final CountDownLatch callbackMayEnd = new CountDownLatch(1);

	private volatile Set<String> orphans = Set.of();

	private volatile boolean callbackHangs;

	private volatile boolean hanging;

	private volatile AppClient client;

	private AppProcess(Surroundings surroundings, String clientId, Ledger ledger, CrashPoint target, Fault fault,
			UnaryOperator<Session> mutation, boolean halts) {
		this.surroundings = surroundings;
		this.clientId = clientId;
		this.ledger = ledger;
		this.jedis = surroundings.jedis();
		// In a JVM of its own, it was given the link.
		this.link = TcpLink.to(halts ? surroundings.brokerUri() : surroundings.link(clientId).uri());
		this.life = new CrashSwitch(target, halts ? () -> Runtime.getRuntime().halt(137) : this.link::close);
		Watched watched = new Watched(this.life, fault, this::noteStored);
		this.store = new RedisSessionStore(watched.redis(surroundings.connections()),
				surroundings.variant().settings());
		this.watched = watched.store(this.store, mutation, this::noteArrival);
	}

	static AppProcess of(Surroundings surroundings, String clientId, Ledger ledger, CrashPoint target, Fault fault,
			UnaryOperator<Session> mutation) {
		return new AppProcess(surroundings, clientId, ledger, target, fault, mutation, false);
	}

	/**
	 * Make this JVM the process: it halts at the point.
	 */
	static AppProcess ofThisJvm(Surroundings surroundings, String clientId, Ledger ledger, CrashPoint target,
			Fault fault) {
		return new AppProcess(surroundings, clientId, ledger, target, fault, UnaryOperator.identity(), true);
	}

	CrashSwitch life() {
		return this.life;
	}

	private void noteArrival(String key, byte[] record) {
		try {
			this.ledger.arrived(key, this.client.payload(record));
		}
		catch (Exception ex) {
			this.ledger.failed("what arrived cannot be read: " + ex);
		}
	}

	/**
	 * Note what was stored: a payload is printable and stands last in its record.
	 */
	private void noteStored(byte[] record) {
		int start = record.length;
		while (start > 0 && record[start - 1] > ' ') {
			start--;
		}
		this.ledger.stored(new String(record, start, record.length - start, StandardCharsets.US_ASCII));
	}

	// What the application does

	void create() throws Exception {
		// Has more time for the first connection than any call.
		this.store.start();
		this.client = this.surroundings.variant().client(this.link.uri(), this.clientId, this.watched, new Observed());
	}

	void connect() throws Exception {
		this.client.connect();
	}

	void buffer() {
		this.client.buffer();
	}

	void publish(String payload) throws RefusedException {
		this.client.publish("out/" + this.clientId, payload, qos(payload));
		this.life.effect(() -> this.ledger.returned(payload));
	}

	/**
	 * Publish a message that may be refused.
	 * @param payload the message
	 */
	void tryToPublish(String payload) {
		try {
			publish(payload);
		}
		catch (RefusedException ex) {
			// The outcome is unknown to the application, and so to the checks.
			this.life.pass();
		}
	}

	/**
	 * Publish a message once Redis takes it. Each attempt is a message of its own.
	 * @param payload the message
	 */
	void publishAtLast(String payload) {
		AtomicInteger attempts = new AtomicInteger();
		await("a message is accepted", () -> {
			if (!isRedisThere() || !isConnectedAgain()) {
				return false;
			}
			try {
				publish(attempts.getAndIncrement() + payload);
				return true;
			}
			catch (RefusedException ex) {
				return false;
			}
		});
	}

	static int qos(String payload) {
		return payload.charAt(payload.length() - 1) - '0';
	}

	void subscribe() throws Exception {
		this.client.subscribe("in/" + this.clientId);
		this.life.pass();
	}

	void feed(String payload) throws Exception {
		this.life.pass();
		this.surroundings.feed(this.clientId, payload, qos(payload), this.ledger);
		this.life.pass();
	}

	void holdAnswers() {
		this.link.holdAnswers();
	}

	void releaseAnswers() {
		this.link.releaseAnswers();
	}

	/**
	 * Expect that some records stay.
	 * @param keys which
	 */
	void expectOrphans(Set<String> keys) {
		this.orphans = keys;
	}

	void hangInCallback() {
		this.callbackHangs = true;
	}

	/**
	 * Cut the link and wait until Paho has noticed.
	 */
	void cut() {
		int before = this.lost.get();
		this.cuts++;
		this.link.cut();
		this.link.releaseAnswers();
		await("the link is lost", () -> this.lost.get() > before);
	}

	/**
	 * Wait until Paho has lost the link by itself.
	 */
	void awaitLost() {
		await("the link is lost", () -> this.lost.get() > this.cuts);
	}

	void reconnect() {
		await("the client is connected again", this::isConnectedAgain);
	}

	/**
	 * Connect again if the link is lost.
	 * @return whether the client is connected
	 */
	private boolean isConnectedAgain() {
		if (!this.client.isConnected() && isRedisThere()) {
			try {
				this.client.reconnect();
			}
			catch (Exception ex) {
				// An attempt is under way.
			}
		}
		return this.client.isConnected();
	}

	private boolean isRedisThere() {
		return this.store.sessions().stream().allMatch((session) -> session.state() == SessionState.OWNER);
	}

	void lastPacketId(int id) {
		this.client.lastPacketId(id);
	}

	int packetIdsInUse() {
		return this.client.packetIdsInUse();
	}

	// What the application waits for

	/**
	 * Wait until nothing is under way.
	 */
	void awaitQuiet() {
		await("nothing is under way", this::isQuiet);
	}

	/**
	 * Wait until nothing is under way; where Redis refused a record, the link may be lost
	 * meanwhile.
	 */
	void awaitQuietAgain() {
		await("nothing is under way", () -> isConnectedAgain() && isQuiet());
	}

	/**
	 * Return whether nothing is under way any more, within ten seconds.
	 * @return whether that came about
	 */
	boolean becomesQuiet() throws Exception {
		long deadline = System.nanoTime() + Load.seconds(10).toNanos();
		while (!isQuiet()) {
			if (System.nanoTime() > deadline) {
				return false;
			}
			TimeUnit.MILLISECONDS.sleep(2);
		}
		return true;
	}

	private boolean isQuiet() {
		return !this.ledger.isFeeding() && !this.life.isShipping() && this.ledger.hasReceivedAll()
				&& packetIdsInUse() == 0 && queued() == 0 && this.orphans.containsAll(records());
	}

	/**
	 * Return which records Redis holds.
	 */
	Set<String> records() {
		return this.jedis.hkeys(this.surroundings.hash(this.clientId));
	}

	private long queued() {
		return this.jedis.xlen(this.surroundings.hash(this.clientId) + ":queue");
	}

	void awaitHanging() {
		await("the callback hangs", () -> this.hanging);
	}

	void awaitRecord(String key) {
		await(key + " is stored", () -> this.jedis.hexists(this.surroundings.hash(this.clientId), key));
	}

	void awaitQueued(int messages) {
		await(messages + " messages are in the queue", () -> queued() == messages);
	}

	private void await(String what, Callable<Boolean> condition) {
		await(what, PATIENCE, condition);
	}

	void await(String what, Duration patience, Callable<Boolean> condition) {
		long deadline = System.nanoTime() + patience.toNanos();
		try {
			while (!condition.call()) {
				this.life.pass();
				if (System.nanoTime() > deadline) {
					throw new IllegalStateException("in vain: " + what);
				}
				TimeUnit.MILLISECONDS.sleep(2);
			}
		}
		catch (RuntimeException ex) {
			throw ex;
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
		this.life.pass();
	}

	/**
	 * Put away what is left of this process: its threads end, and have no effect.
	 */
	void bury() {
		this.life.kill();
		this.life.release();
		this.callbackMayEnd.countDown();
		// Nothing comes that it would wait for.
		Thread.currentThread().interrupt();
		this.store.stop();
		Thread.interrupted();
		this.jedis.close();
	}

	/**
	 * Put its client away. Paho waits long for a thread that died while it connected.
	 */
	void forget() {
		try {
			if (this.client != null) {
				this.client.destroy();
			}
		}
		catch (Exception | CrashSwitch.DeadProcessError ex) {
			// It is dead.
		}
	}

	private final class Observed implements AppClient.Events {

		@Override
		public void connectionLost() {
			AppProcess.this.lost.incrementAndGet();
		}

		@Override
		public void messageArrived(String payload) throws InterruptedException {
			if (AppProcess.this.callbackHangs) {
				AppProcess.this.hanging = true;
				AppProcess.this.callbackMayEnd.await();
			}
			Call call = AppProcess.this.life.enter("callback", "");
			AppProcess.this.life.effect(() -> AppProcess.this.ledger.received(payload));
			AppProcess.this.life.leave(call);
		}

		@Override
		public void deliveryComplete() {
			AppProcess.this.life.pass();
		}

	}

}
