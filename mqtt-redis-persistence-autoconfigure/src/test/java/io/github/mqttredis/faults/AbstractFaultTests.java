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

package io.github.mqttredis.faults;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import io.github.mqttredis.actuate.MqttPersistenceHealthIndicator;
import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.session.SessionStatus;
import io.github.mqttredis.testing.Application;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.Publisher;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.SharedServer;
import io.github.mqttredis.testing.Subscriber;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import redis.clients.jedis.Jedis;

import org.springframework.boot.health.contributor.Status;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One fault of Redis at a time under MQTT traffic: what is common to all of them.
 */
abstract class AbstractFaultTests {

	/** What a call may take longer than the time-out because other threads run. */
	private static final Duration TOLERANCE = Load.seconds(1);

	@SharedServer
	private static ArtemisBroker broker;

	private final Set<SessionState> seen = ConcurrentHashMap.newKeySet();

	private RedisServer server;

	private Subscriber subscriber;

	private Application application;

	private Publisher publisher;

	private Thread watcher;

	private String clientId;

	@BeforeEach
	void name(TestInfo test) {
		this.clientId = test.getTestMethod().orElseThrow().getName();
	}

	@AfterEach
	void stop() {
		if (this.watcher != null) {
			this.watcher.interrupt();
		}
		if (this.publisher != null) {
			this.publisher.close();
		}
		if (this.server != null) {
			this.server.resume();
		}
		if (this.application != null) {
			this.application.close();
			this.subscriber.close();
		}
		if (this.server != null) {
			this.server.close();
		}
	}

	/**
	 * Start Redis, the subscriber and the application, which publishes.
	 * @param arguments arguments of {@code redis-server}
	 */
	final void start(String... arguments) throws MqttException {
		start(Application.SETTINGS, arguments);
	}

	final void start(StoreSettings settings, String... arguments) throws MqttException {
		startRedis(RedisServer.start(arguments));
		startTraffic(settings);
	}

	final void startRedis(RedisServer started) {
		this.server = started;
	}

	final void startTraffic(StoreSettings settings) throws MqttException {
		this.subscriber = Subscriber.to(broker, this.clientId);
		this.application = Application.start(this.clientId, this.server, broker, settings).connect();
		this.publisher = Publisher.start(this.application, "first");
		this.publisher.awaitReturned(40);
	}

	/**
	 * Look at the session all the time from here on, so that {@link #seen()} tells also
	 * what passes.
	 */
	final void watch() {
		this.watcher = new Thread(this::see, "watcher");
		this.watcher.setDaemon(true);
		this.watcher.start();
	}

	private void see() {
		while (!Thread.currentThread().isInterrupted()) {
			List<SessionStatus> sessions = this.application.store().sessions();
			sessions.forEach((session) -> this.seen.add(session.state()));
			LockSupport.parkNanos(1_000_000);
		}
	}

	final RedisServer server() {
		return this.server;
	}

	final Application application() {
		return this.application;
	}

	final Publisher publisher() {
		return this.publisher;
	}

	final Subscriber subscriber() {
		return this.subscriber;
	}

	final ArtemisBroker broker() {
		return broker;
	}

	final String clientId() {
		return this.clientId;
	}

	final String hash() {
		return Application.hash(this.clientId);
	}

	final Set<SessionState> seen() {
		return this.seen;
	}

	final void redis(Consumer<Jedis> commands) {
		try (Jedis redis = this.server.connect()) {
			commands.accept(redis);
		}
	}

	final long length() {
		try (Jedis redis = this.server.connect()) {
			return redis.hlen(hash());
		}
	}

	final Map<String, String> records() {
		try (Jedis redis = this.server.connect()) {
			return redis.hgetAll(hash());
		}
	}

	/**
	 * Fill the session: some messages that the broker has and has not acknowledged, and
	 * some that have not reached it. Nothing is published any more afterwards.
	 */
	final void fill() {
		// More than are asked for: of the first, an answer may have come before.
		this.application.brokerLink().holdAnswers();
		this.publisher.awaitReturned(35);
		this.application.brokerLink().holdRequests();
		this.publisher.awaitReturned(30);
		this.publisher.close();
	}

	final void awaitState(SessionState state) {
		Await.until("the session is " + state, () -> this.application.state() == state);
	}

	/**
	 * Wait until the fault is told: the session is degraded, health is down.
	 * @param why what has to stand in the reason
	 */
	final void assertReported(String why) {
		awaitState(SessionState.DEGRADED);
		Await.until("the reason is told", () -> {
			SessionStatus status = this.application.status();
			return status.lastFailure() != null && status.lastFailure().contains(why);
		});
		assertThat(this.application.health().getStatus()).isIn(Status.DOWN, MqttPersistenceHealthIndicator.DEGRADED);
		assertThat(this.application.health().getDetails().get("clients").toString()).contains("degraded");
	}

	/**
	 * Check that all is well again by itself, that nothing was lost, and that it stays so
	 * when the application is killed next.
	 */
	final void assertHealed() throws MqttException {
		assertTraffic();
		assertKillLosesNothing();
	}

	private void assertTraffic() {
		awaitState(SessionState.OWNER);
		Publisher more = Publisher.start(this.application, "more");
		more.awaitReturned(20);
		int accepted = this.application.brokerLink().connacks();
		this.application.brokerLink().cut();
		Await.until("the client has reconnected to the broker",
				() -> this.application.brokerLink().connacks() > accepted);
		more.awaitReturned(20);
		more.close();
		this.publisher.close();
		assertPublisher(this.publisher);
		assertPublisher(more);
		this.subscriber.assertDelivered(this.publisher, more);
		Await.until("nothing is in flight", () -> length() == 0);
		awaitState(SessionState.OWNER);
		// A look at Redis over a slow link, on a busy machine, may have been too late.
		Await.until("health is up", () -> Status.UP.equals(this.application.health().getStatus()));
		assertThat(this.application.status().size()).isZero();
	}

	final void assertPublisher(Publisher any) {
		assertThat(any.longest()).as("the longest call of publish")
			.isLessThan(Application.SETTINGS.writeTimeout().plus(TOLERANCE));
		assertThat(any.unexpected()).as("what was thrown and is no MqttException").isNull();
	}

	/**
	 * Kill the application while its session is full, and check what its successor
	 * delivers.
	 */
	final void assertKillLosesNothing() throws MqttException {
		this.publisher = Publisher.start(this.application, "last");
		fill();
		Await.until("Redis holds the mirror", () -> length() == this.application.status().size());
		assertThat(length()).isGreaterThanOrEqualTo(60);
		kill();
		succeed();
	}

	/**
	 * Kill the application; what is seen of its session from here on does not count.
	 */
	final void kill() {
		if (this.watcher != null) {
			this.watcher.interrupt();
			try {
				this.watcher.join(10_000);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
		this.application.die();
	}

	/**
	 * Start a successor of an application that is dead, and check what it delivers.
	 */
	final void succeed() throws MqttException {
		redis((redis) -> redis.del(hash() + ":lease"));
		try (Application successor = Application.start(this.clientId, this.server, broker).connect()) {
			this.subscriber.assertDelivered(this.publisher);
			Await.until("nothing is in flight at the successor", () -> length() == 0);
			this.subscriber.assertNoDuplicates();
			assertThat(new HashSet<>(successor.store().sessions())).hasSize(1);
		}
	}

}
