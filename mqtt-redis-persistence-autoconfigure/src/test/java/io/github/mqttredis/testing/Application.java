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

package io.github.mqttredis.testing;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntFunction;

import io.github.mqttredis.actuate.MqttPersistenceHealthIndicator;
import io.github.mqttredis.paho.v3.PersistentMqttAsyncClient;
import io.github.mqttredis.paho.v3.SessionMqttClientPersistence;
import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.redis.StoreSettings.OnConflict;
import io.github.mqttredis.redis.StoreSettings.OnOutage;
import io.github.mqttredis.session.Durability;
import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.session.SessionStatus;
import org.eclipse.paho.client.mqttv3.DisconnectedBufferOptions;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttCallbackExtended;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;

import org.springframework.beans.DirectFieldAccessor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.test.util.ReflectionTestUtils;

/**
 * What stands for one process of an application: a store and a client, with a link of its
 * own to Redis and to the broker. Once it is dead, nothing of it reaches anybody.
 */
public final class Application implements AutoCloseable {

	/**
	 * Short times.
	 */
	public static final StoreSettings SETTINGS = new StoreSettings("test", Load.seconds(1), Load.millis(1500),
			Load.seconds(10));

	/**
	 * The same, for who takes a session at once. To delete its lease is not enough: the
	 * owner, which renews it all the time, may be the first to have it again.
	 */
	public static final StoreSettings THIEF = new StoreSettings("test", SETTINGS.writeTimeout(), SETTINGS.leaseTtl(),
			SETTINGS.acquireTimeout(), OnConflict.TAKEOVER, OnOutage.REJECT, Durability.BEFORE_RETURN);

	/** Paho's longest. */
	private static final Duration LONG_PAUSE = Duration.ofSeconds(128);

	private final AtomicInteger connectionsLost = new AtomicInteger();

	private final FaultyLink redis;

	private final FaultyLink broker;

	private final RedisSessionStore store;

	private final PersistentMqttAsyncClient client;

	private final String clientId;

	private volatile Consumer<String> receiver = (payload) -> {
	};

	private final boolean sentUnstored;

	private boolean dead;

	private Application(String clientId, FaultyLink redis, RedisConnectionFactory factory, String brokerUri,
			StoreSettings settings) throws MqttException {
		this.clientId = clientId;
		this.sentUnstored = settings.onOutage() == OnOutage.CONTINUE;
		this.redis = redis;
		this.broker = FaultyLink.to(brokerUri);
		// It is never started: the store derives what it needs.
		this.store = new RedisSessionStore(factory, settings);
		this.store.start();
		this.client = new PersistentMqttAsyncClient(this.broker.uri(), clientId,
				new SessionMqttClientPersistence(this.store, "broker"));
		this.client.setCallback(new Callback());
	}

	public static Application start(String clientId, RedisServer redis, ArtemisBroker broker) throws MqttException {
		return start(clientId, redis, broker, SETTINGS);
	}

	public static Application start(String clientId, RedisServer redis, ArtemisBroker broker, StoreSettings settings)
			throws MqttException {
		return start(clientId, redis, broker, settings, (port) -> new LettuceConnectionFactory("127.0.0.1", port));
	}

	/**
	 * Start an application that has a connection factory of its own kind.
	 * @param clientId the client's id
	 * @param redis the server
	 * @param broker the broker
	 * @param settings how the session is kept
	 * @param factory makes the factory, for the port of the link to Redis
	 * @return the application
	 */
	public static Application start(String clientId, RedisServer redis, ArtemisBroker broker, StoreSettings settings,
			IntFunction<RedisConnectionFactory> factory) throws MqttException {
		FaultyLink link = FaultyLink.to(redis.port());
		return new Application(clientId, link, factory.apply(link.port()), broker.uri(), settings);
	}

	/**
	 * Start an application whose link to Redis cannot be disturbed: its servers name
	 * themselves by their own addresses.
	 * @param clientId the client's id
	 * @param factory leads to Redis
	 * @param broker the broker
	 * @param settings how the session is kept
	 * @return the application
	 */
	public static Application start(String clientId, RedisConnectionFactory factory, ArtemisBroker broker,
			StoreSettings settings) throws MqttException {
		return new Application(clientId, null, factory, broker.uri(), settings);
	}

	/**
	 * Return the key of the session of a client.
	 * @param clientId the client's id
	 * @return the name of the hash in Redis
	 */
	public static String hash(String clientId) {
		return "test:{" + clientId + "@broker}:v3";
	}

	public static MqttConnectOptions options() {
		MqttConnectOptions options = new MqttConnectOptions();
		options.setCleanSession(false);
		options.setAutomaticReconnect(true);
		options.setMaxInflight(5000);
		options.setKeepAliveInterval(20);
		return options;
	}

	public Application connect() throws MqttException {
		this.client.connect(options()).waitForCompletion(Await.MILLIS);
		return this;
	}

	/**
	 * Keep messages while the client is disconnected.
	 */
	public void bufferOffline() {
		DisconnectedBufferOptions options = new DisconnectedBufferOptions();
		options.setBufferEnabled(true);
		options.setPersistBuffer(true);
		this.client.setBufferOpts(options);
	}

	public void receive(Consumer<String> receiver) {
		this.receiver = receiver;
	}

	public void publish(String payload, int qos) throws MqttException {
		this.client.publish("test/" + this.clientId, payload.getBytes(), qos, false);
	}

	public PersistentMqttAsyncClient client() {
		return this.client;
	}

	public RedisSessionStore store() {
		return this.store;
	}

	public FaultyLink redisLink() {
		return this.redis;
	}

	public FaultyLink brokerLink() {
		return this.broker;
	}

	/**
	 * Have the client wait as long for its next attempt to connect as one that has tried
	 * in vain for long.
	 */
	public void awaitLongPause() {
		Object reconnection = new DirectFieldAccessor(this.client).getPropertyValue("delegate.reconnection");
		ReflectionTestUtils.setField(reconnection, "pause", LONG_PAUSE.toMillis());
		Await.until("the next attempt is far away", () -> {
			long due = (long) ReflectionTestUtils.getField(reconnection, "nextDue");
			return due - System.nanoTime() > LONG_PAUSE.dividedBy(2).toNanos();
		});
	}

	public int connectionsLost() {
		return this.connectionsLost.get();
	}

	public SessionStatus status() {
		List<SessionStatus> sessions = this.store.sessions();
		return sessions.get(0);
	}

	public SessionState state() {
		return status().state();
	}

	public Health health() {
		return new MqttPersistenceHealthIndicator(this.store, this.sentUnstored,
				MqttPersistenceHealthIndicator.LINK_AWAY, List::of, List::of)
			.health();
	}

	/**
	 * Be dead for everybody else, as after {@code kill -9}; only the lease stays.
	 */
	public void die() {
		this.dead = true;
		this.broker.close();
		if (this.redis != null) {
			this.redis.close();
		}
	}

	@Override
	public void close() {
		try {
			this.client.disconnectForcibly(0, this.dead ? 1 : 500);
			this.client.close(true);
		}
		catch (MqttException ex) {
			// It was not connected.
		}
		this.store.stop();
		if (!this.dead) {
			die();
		}
	}

	private final class Callback implements MqttCallbackExtended {

		@Override
		public void connectComplete(boolean reconnect, String serverUri) {
		}

		@Override
		public void connectionLost(Throwable cause) {
			Application.this.connectionsLost.incrementAndGet();
		}

		@Override
		public void messageArrived(String topic, MqttMessage message) {
			Application.this.receiver.accept(new String(message.getPayload()));
		}

		@Override
		public void deliveryComplete(IMqttDeliveryToken token) {
		}

	}

}
