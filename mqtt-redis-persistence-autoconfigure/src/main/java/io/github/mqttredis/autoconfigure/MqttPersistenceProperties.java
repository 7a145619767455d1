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

package io.github.mqttredis.autoconfigure;

import java.time.Duration;

import io.github.mqttredis.redis.StoreSettings.OnConflict;
import io.github.mqttredis.redis.StoreSettings.OnOutage;
import io.github.mqttredis.session.Durability;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;
import org.springframework.util.StringUtils;

/**
 * How MQTT sessions are kept in Redis.
 *
 * @param enabled Whether MQTT sessions are kept in Redis.
 * @param inject Whether client factories, client managers, and handlers and adapters for
 * MQTT 5 that the application defines are given a persistence, too.
 * @param keyPrefix What all keys in Redis start with. Holds no braces.
 * @param brokerId Name of the broker in the keys, in place of its URI. Set it where the
 * broker's address changes, so that the sessions are found again.
 * @param durability When a published message is stored for certain: before publish
 * returns, or before it is sent. The second is much faster; what was published in the
 * last instants before the process died may be gone then.
 * @param writeTimeout How long a call may wait for Redis. Milliseconds where no unit is
 * given.
 * @param onRedisOutage What happens to messages while Redis is away: they are rejected,
 * or those of QoS 1 are sent and stored later.
 * @param lease Ownership of a session.
 */
@ConfigurationProperties("mqtt.persistence")
record MqttPersistenceProperties(@DefaultValue("true") boolean enabled, @DefaultValue("true") boolean inject,
		@DefaultValue("mqtt:persistence") String keyPrefix, @Nullable String brokerId,
		@DefaultValue("before-return") Durability durability, @DefaultValue("2s") Duration writeTimeout,
		@DefaultValue("reject") OnOutage onRedisOutage, @DefaultValue Lease lease) {

	MqttPersistenceProperties {
		Assert.isTrue(StringUtils.hasText(keyPrefix), "mqtt.persistence.key-prefix must not be empty");
		Assert.isTrue(!keyPrefix.contains("{") && !keyPrefix.contains("}"),
				"mqtt.persistence.key-prefix must hold no braces: they choose the slot in Redis Cluster");
		Assert.isTrue(brokerId == null || StringUtils.hasText(brokerId),
				"mqtt.persistence.broker-id must not be empty");
		Assert.isTrue(writeTimeout.toMillis() > 0, "mqtt.persistence.write-timeout must be at least 1ms");
	}

	/**
	 * Ownership of a session.
	 *
	 * @param ttl How long a session stays owned after its owner died. At least 1s.
	 * Milliseconds where no unit is given.
	 * @param acquireTimeout How long opening a session waits for another owner's lease to
	 * end. Zero does not wait. Milliseconds where no unit is given.
	 * @param onConflict What opening a session does while another owner lives: wait for
	 * its lease to end, or take the session over at once.
	 */
	record Lease(@DefaultValue("10s") Duration ttl, @DefaultValue("15s") Duration acquireTimeout,
			@DefaultValue("wait") OnConflict onConflict) {

		Lease {
			Assert.isTrue(ttl.toMillis() >= 1000, "mqtt.persistence.lease.ttl must be at least 1s");
			Assert.isTrue(!acquireTimeout.isNegative(), "mqtt.persistence.lease.acquire-timeout must not be negative");
		}

	}

}
