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

import io.github.mqttredis.session.Durability;
import io.github.mqttredis.session.RecordCodec;

import org.springframework.util.Assert;

/**
 * Settings for sessions in Redis.
 *
 * @param keyPrefix prefix of all keys, without braces, because these mark the part of a
 * key that chooses the slot in Redis Cluster
 * @param writeTimeout how long a call may wait for Redis
 * @param leaseTtl how long a session stays owned after its owner died
 * @param acquireTimeout how long opening waits for another owner's lease to end
 * @param onConflict what opening does if the session has another living owner
 * @param onOutage what happens to messages while Redis is away
 * @param durability when a published message must be stored
 * @param sessionExpiry how long a session without an owner is kept, zero for no limit
 * @param codec encodes the stored records
 * @param undeliverableAttempts how often a broker may end the link over a message before
 * the message is set aside, 0 for no limit
 * @param queueWindow how many bytes of the waiting messages are in memory, for each
 * session
 * @since 0.1.0
 */
public record StoreSettings(String keyPrefix, Duration writeTimeout, Duration leaseTtl, Duration acquireTimeout,
		OnConflict onConflict, OnOutage onOutage, Durability durability, Duration sessionExpiry, RecordCodec codec,
		int undeliverableAttempts, long queueWindow) {

	/** How many bytes of what waits are in memory if nothing is set. */
	public static final long QUEUE_WINDOW = 4 * 1024 * 1024;

	/** How often a broker may end the link over a message by default. */
	public static final int UNDELIVERABLE_ATTEMPTS = 5;

	public StoreSettings {
		Assert.hasText(keyPrefix, "keyPrefix must not be empty");
		Assert.isTrue(!keyPrefix.contains("{") && !keyPrefix.contains("}"), "keyPrefix must not hold braces");
		Assert.isTrue(writeTimeout.toMillis() > 0, "writeTimeout must be positive");
		Assert.isTrue(leaseTtl.toMillis() > 0, "leaseTtl must be positive");
		Assert.isTrue(!acquireTimeout.isNegative(), "acquireTimeout must not be negative");
		Assert.isTrue(undeliverableAttempts >= 0, "undeliverableAttempts must not be negative");
		Assert.isTrue(queueWindow > 0, "queueWindow must be positive");
		Assert.isTrue(sessionExpiry.isZero() || sessionExpiry.compareTo(leaseTtl) >= 0,
				"sessionExpiry must be zero or not shorter than leaseTtl");
	}

	/**
	 * Create settings with which sessions are kept without a limit, and not encoded.
	 * @param keyPrefix what all keys start with
	 * @param writeTimeout how long a call may wait for Redis
	 * @param leaseTtl how long a session stays owned after its owner died
	 * @param acquireTimeout how long opening waits for another owner's lease to end
	 * @param onConflict what opening does if the session has another living owner
	 * @param onOutage what happens to messages while Redis is away
	 * @param durability when a published message must be stored
	 */
	public StoreSettings(String keyPrefix, Duration writeTimeout, Duration leaseTtl, Duration acquireTimeout,
			OnConflict onConflict, OnOutage onOutage, Durability durability) {
		this(keyPrefix, writeTimeout, leaseTtl, acquireTimeout, onConflict, onOutage, durability, Duration.ZERO,
				RecordCodec.PLAIN, UNDELIVERABLE_ATTEMPTS, QUEUE_WINDOW);
	}

	/**
	 * Create settings with the default behaviour in conflicts and outages.
	 * @param keyPrefix what all keys start with
	 * @param writeTimeout how long a call may wait for Redis
	 * @param leaseTtl how long a session stays owned after its owner died
	 * @param acquireTimeout how long opening waits for another owner's lease to end
	 */
	public StoreSettings(String keyPrefix, Duration writeTimeout, Duration leaseTtl, Duration acquireTimeout) {
		this(keyPrefix, writeTimeout, leaseTtl, acquireTimeout, OnConflict.WAIT, OnOutage.REJECT,
				Durability.BEFORE_RETURN);
	}

	/**
	 * Return the defaults.
	 * @return the settings of an application that sets nothing
	 */
	public static StoreSettings defaults() {
		return new StoreSettings("mqtt:persistence", Duration.ofSeconds(2), Duration.ofSeconds(10),
				Duration.ofSeconds(15));
	}

	/**
	 * Return these settings with another durability.
	 * @param other when a published message is stored for certain
	 * @return new settings
	 */
	public StoreSettings with(Durability other) {
		return new StoreSettings(this.keyPrefix, this.writeTimeout, this.leaseTtl, this.acquireTimeout, this.onConflict,
				this.onOutage, other, this.sessionExpiry, this.codec, this.undeliverableAttempts, this.queueWindow);
	}

	/**
	 * Return these settings with an expiry of sessions.
	 * @param expiry how long a session without an owner is kept, zero for no limit
	 * @return new settings
	 */
	public StoreSettings withSessionExpiry(Duration expiry) {
		return new StoreSettings(this.keyPrefix, this.writeTimeout, this.leaseTtl, this.acquireTimeout, this.onConflict,
				this.onOutage, this.durability, expiry, this.codec, this.undeliverableAttempts, this.queueWindow);
	}

	/**
	 * Return these settings with another codec.
	 * @param other what records are stored as
	 * @return new settings
	 */
	public StoreSettings with(RecordCodec other) {
		return new StoreSettings(this.keyPrefix, this.writeTimeout, this.leaseTtl, this.acquireTimeout, this.onConflict,
				this.onOutage, this.durability, this.sessionExpiry, other, this.undeliverableAttempts,
				this.queueWindow);
	}

	/**
	 * Return these settings with another number of attempts.
	 * @param attempts how often a broker may end the link over a message before it is set
	 * aside, 0 for any number
	 * @return new settings
	 */
	public StoreSettings withUndeliverableAttempts(int attempts) {
		return new StoreSettings(this.keyPrefix, this.writeTimeout, this.leaseTtl, this.acquireTimeout, this.onConflict,
				this.onOutage, this.durability, this.sessionExpiry, this.codec, attempts, this.queueWindow);
	}

	/**
	 * Return these settings with another window.
	 * @param bytes how many bytes of what waits to be sent are in memory, for each
	 * session
	 * @return new settings
	 */
	public StoreSettings withQueueWindow(long bytes) {
		return new StoreSettings(this.keyPrefix, this.writeTimeout, this.leaseTtl, this.acquireTimeout, this.onConflict,
				this.onOutage, this.durability, this.sessionExpiry, this.codec, this.undeliverableAttempts, bytes);
	}

	/**
	 * What opening a session does while another owner lives.
	 */
	public enum OnConflict {

		/**
		 * Wait for the owner's lease to end, then give up.
		 */
		WAIT,

		/**
		 * Take the session at once, as MQTT itself does with the newest connection.
		 */
		TAKEOVER

	}

	/**
	 * What happens to messages while Redis is away.
	 */
	public enum OnOutage {

		/**
		 * They are refused: nothing is sent that is not stored.
		 */
		REJECT,

		/**
		 * Those of QoS 1 are accepted and sent, and stored when Redis is back. QoS 2 is
		 * refused all the same: an unstored packet id could be used again after a crash,
		 * and the broker had to swallow the new message (MQTT 3.1.1, 4.3.3).
		 */
		CONTINUE

	}

}
