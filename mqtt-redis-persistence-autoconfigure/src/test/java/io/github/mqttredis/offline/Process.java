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

package io.github.mqttredis.offline;

import java.util.List;

import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.session.Durability;
import io.github.mqttredis.session.OfflineBufferSettings;
import io.github.mqttredis.session.UndeliveredMessages;
import io.github.mqttredis.testing.Application;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.RedisClient;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What stands for one process whose client has an offline buffer, of either version of
 * Paho, with a link of its own to Redis and to the broker. The broker is away until
 * {@link #connect()}.
 */
abstract class Process implements AutoCloseable {

	/** Of some messages, so that the others are read from Redis. */
	private static final StoreSettings SETTINGS = Application.SETTINGS.withQueueWindow(500);

	private final FaultyLink redis;

	private final FaultyLink broker;

	private final LettuceConnectionFactory factory;

	private RedisSessionStore store;

	private UndeliveredMessages undelivered = UndeliveredMessages.UNWANTED;

	private boolean dead;

	Process(int redisPort, String brokerUri) {
		this.redis = FaultyLink.to(redisPort);
		this.broker = FaultyLink.to(brokerUri);
		this.broker.refuse();
		this.broker.record();
		this.factory = RedisClient.lettuce(this.redis.port());
		this.store = new RedisSessionStore(this.factory, SETTINGS);
		this.store.start();
	}

	RedisSessionStore store() {
		return this.store;
	}

	UndeliveredMessages undelivered() {
		return this.undelivered;
	}

	/** Have {@code publish} wait for nothing. */
	Process storeBeforeSend() {
		this.store.stop();
		this.store = new RedisSessionStore(this.factory, SETTINGS.with(Durability.BEFORE_SEND));
		this.store.start();
		return this;
	}

	/** Have an application take over what is not sent. */
	Process handUndelivered(UndeliveredMessages taker) {
		this.undelivered = taker;
		return this;
	}

	FaultyLink redisLink() {
		return this.redis;
	}

	FaultyLink brokerLink() {
		return this.broker;
	}

	/** Make the client. */
	abstract Process open(String clientId, OfflineBufferSettings settings, int window, boolean clean) throws Exception;

	/** Publish, and do not wait for the broker. */
	abstract void publish(String payload) throws Exception;

	/** Publish, and wait as Spring Integration does. */
	abstract void publishAndWait(String payload) throws Exception;

	/**
	 * Publish, and have the token's listener set when that has returned.
	 * @return sets it
	 */
	abstract Runnable publishAndListenLater(String payload) throws Exception;

	/** Try to connect. */
	abstract void tryToConnect() throws Exception;

	abstract boolean isConnected();

	abstract int buffered();

	abstract int packetIdsInUse();

	abstract void lastPacketId(int id);

	/** Return what listeners were told of failed messages. */
	abstract List<String> failed();

	/** Return what listeners were told of delivered messages. */
	abstract List<String> delivered();

	abstract void closeClient() throws Exception;

	static int qosOf(String payload) {
		return payload.charAt(payload.length() - 1) - '0';
	}

	/**
	 * Check in what order messages were sent for the first time. A broker need not keep
	 * it: it delivers QoS 2 at PUBREL (MQTT 3.1.1, 4.6), and Artemis not even the others
	 * of one QoS in order.
	 * @param payloads the messages in the order of publishing
	 */
	void assertSentInOrder(List<String> payloads) {
		String sent = this.broker.recorded();
		assertThat(payloads.stream().map(sent::indexOf)).isSorted().doesNotContain(-1);
	}

	/** Have the broker back, and connect. */
	void connect() {
		this.broker.release();
		Await.until("the client is connected", () -> {
			if (!isConnected()) {
				tryToConnect();
			}
			return isConnected();
		});
	}

	/** Lose the broker, which stays away. */
	void lose() {
		this.broker.refuse();
		this.broker.cut();
		Await.until("the client is offline", () -> !isConnected());
	}

	/** Be dead for everybody else, as after {@code kill -9}; only the lease stays. */
	void die() {
		this.dead = true;
		this.broker.close();
		this.redis.close();
	}

	@Override
	public void close() throws Exception {
		closeClient();
		this.store.stop();
		this.factory.destroy();
		if (!this.dead) {
			die();
		}
	}

}
