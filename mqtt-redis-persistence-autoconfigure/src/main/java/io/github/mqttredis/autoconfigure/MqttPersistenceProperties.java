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

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.github.mqttredis.autoconfigure.SessionRedis.RedisUrl;
import io.github.mqttredis.encryption.AesGcmRecordCodec;
import io.github.mqttredis.encryption.RecordEncryptionKey;
import io.github.mqttredis.filestore.PahoFileStore;
import io.github.mqttredis.integration.IntegrationSettings.CleanSessionPolicy;
import io.github.mqttredis.memory.MemorySessionStore;
import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.redis.StoreSettings.OnConflict;
import io.github.mqttredis.redis.StoreSettings.OnOutage;
import io.github.mqttredis.session.Durability;
import io.github.mqttredis.session.FormerStore;
import io.github.mqttredis.session.OfflineBufferSettings;
import io.github.mqttredis.session.OfflineBufferSettings.Drain.Order;
import io.github.mqttredis.session.OfflineBufferSettings.TimeToLive;
import io.github.mqttredis.session.OfflineBufferSettings.WhenFull;
import io.github.mqttredis.session.RecordCodec;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.core.env.Environment;
import org.springframework.util.Assert;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;

/**
 * Settings of stored MQTT sessions.
 *
 * @param enabled Whether MQTT sessions are stored. If not, clients are still made from
 * mqtt.client.*, with Paho's memory.
 * @param store Where sessions are stored: in Redis, or in this process, for tests and a
 * first look.
 * @param inject Whether the application's own client factories, client managers, and MQTT
 * 5 handlers and adapters store their sessions, too.
 * @param excludeBeans Names of client factories, client managers, and MQTT 5 handlers and
 * adapters that neither store their sessions nor are reported at start. An asterisk
 * stands for any characters.
 * @param cleanSession What to do at start about a stored session that its client discards
 * at each connect: warn, fail, or allow it.
 * @param keyPrefix Prefix of all keys in Redis, without braces.
 * @param brokerId Name of the broker in the keys, instead of its URI: sessions are found
 * again if the broker's address changes.
 * @param durability When a message must be stored: before publish returns, or only before
 * it is sent, which is much faster but may lose the last messages before a crash.
 * @param writeTimeout How long a call waits for Redis at most. In seconds if no unit is
 * given.
 * @param onRedisOutage What happens to messages while Redis is away: all are rejected, or
 * QoS 1 is sent and stored later.
 * @param redis Separate Redis for the sessions, instead of the application's.
 * @param sessionExpiry How long Redis keeps a session after its owner was last active. If
 * not set, forever. Not shorter than lease.ttl, and best not shorter than at the broker.
 * In seconds if no unit is given.
 * @param encryption Encryption of stored records.
 * @param importFrom Directory of Paho's MqttDefaultFilePersistence. Its messages are
 * moved into the sessions, once, when these are opened. A file is removed when Redis
 * holds its record.
 * @param importDryRun Whether the start only logs what would be moved in, changes
 * nothing, and ends.
 * @param lease Ownership of a session.
 * @param offlineBuffer Messages that are published while the broker is away.
 * @param undeliverable Messages that the broker or the application does not accept.
 * @param undelivered What to do with messages that are not delivered.
 * @param metrics Meters of the stored sessions.
 * @param health Health of the stored sessions.
 * @param observation Observations of messages, with Micrometer.
 */
@ConfigurationProperties("mqtt.persistence")
record MqttPersistenceProperties(@DefaultValue("true") boolean enabled, @DefaultValue("redis") Store store,
		@DefaultValue("true") boolean inject, @DefaultValue List<String> excludeBeans,
		@DefaultValue("warn") CleanSessionPolicy cleanSession, @DefaultValue("mqtt:persistence") String keyPrefix,
		@Nullable String brokerId, @DefaultValue("before-return") Durability durability,
		@DefaultValue("2s") @DurationUnit(ChronoUnit.SECONDS) Duration writeTimeout,
		@DefaultValue("reject") OnOutage onRedisOutage, @DefaultValue Redis redis,
		@DurationUnit(ChronoUnit.SECONDS) @Nullable Duration sessionExpiry, @DefaultValue Encryption encryption,
		@Nullable Path importFrom, @DefaultValue("false") boolean importDryRun, @DefaultValue Lease lease,
		@DefaultValue OfflineBuffer offlineBuffer, @DefaultValue Undeliverable undeliverable,
		@DefaultValue Undelivered undelivered, @DefaultValue Metrics metrics, @DefaultValue Health health,
		@DefaultValue Observation observation) {

	/** Whether sessions are stored. */
	static final String ENABLED = "mqtt.persistence.enabled";

	MqttPersistenceProperties {
		Assert.isTrue(StringUtils.hasText(keyPrefix), "mqtt.persistence.key-prefix must not be empty");
		Assert.isTrue(!keyPrefix.contains("{") && !keyPrefix.contains("}"),
				"mqtt.persistence.key-prefix must not contain braces: they choose the slot in Redis Cluster");
		Assert.isTrue(excludeBeans.stream().allMatch(StringUtils::hasText),
				"mqtt.persistence.exclude-beans must not contain empty names");
		Assert.isTrue(brokerId == null || StringUtils.hasText(brokerId),
				"mqtt.persistence.broker-id must not be empty");
		Assert.isTrue(importFrom == null || !Files.exists(importFrom) || Files.isDirectory(importFrom),
				"mqtt.persistence.import-from must be a directory");
		Assert.isTrue(!importDryRun || importFrom != null,
				"mqtt.persistence.import-dry-run needs mqtt.persistence.import-from");
		Assert.isTrue(importFrom == null || store == Store.REDIS, "mqtt.persistence.import-from needs "
				+ "mqtt.persistence.store=redis: the files are removed, and what is in memory is lost when this "
				+ "process ends");
		Assert.isTrue(sessionExpiry == null || sessionExpiry.compareTo(lease.ttl()) >= 0,
				() -> "mqtt.persistence.session-expiry must not be shorter than mqtt.persistence.lease.ttl; they were read as "
						+ text(sessionExpiry) + " and " + text(lease.ttl()));
		Assert.isTrue(writeTimeout.toMillis() > 0,
				() -> "mqtt.persistence.write-timeout must be at least 1ms, and was read as " + text(writeTimeout));
	}

	static boolean isStored(Environment environment) {
		return environment.getProperty(ENABLED, Boolean.class, true);
	}

	private static String text(@Nullable Duration duration) {
		return DurationStyle.SIMPLE.print((duration != null) ? duration : Duration.ZERO, ChronoUnit.MILLIS);
	}

	StoreSettings storeSettings(RecordCodec codec) {
		return new StoreSettings(this.keyPrefix, this.writeTimeout, this.lease.ttl(), this.lease.acquireTimeout(),
				this.lease.onConflict(), this.onRedisOutage, this.durability,
				(this.sessionExpiry != null) ? this.sessionExpiry : Duration.ZERO, codec, this.undeliverable.attempts(),
				this.offlineBuffer.window().toBytes());
	}

	MemorySessionStore.Settings memorySettings() {
		return new MemorySessionStore.Settings(this.lease.ttl(), this.lease.acquireTimeout(),
				this.lease.onConflict() == OnConflict.TAKEOVER,
				(this.sessionExpiry != null) ? this.sessionExpiry : Duration.ZERO, this.undeliverable.attempts());
	}

	FormerStore formerStore() {
		return (this.importFrom != null) ? new PahoFileStore(this.importFrom) : FormerStore.NONE;
	}

	enum Store {

		REDIS, MEMORY

	}

	/**
	 * Separate Redis for the sessions. The messages of its checks leave out the URL,
	 * because it may hold a password.
	 *
	 * @param url URL of a separate Redis for the sessions, such as
	 * redis://user:password@localhost:6379/0, or rediss:// for TLS.
	 * @param unixSocket UNIX socket of a separate Redis for the sessions. Needs Lettuce
	 * and Netty's native transport.
	 * @param username User name, if the URL contains none.
	 * @param password Password, if the URL contains none.
	 * @param database Database index, if the URL contains none.
	 * @param sslBundle Name of the SSL bundle for a rediss:// URL.
	 */
	record Redis(@Nullable String url, @Nullable String unixSocket, @Nullable String username,
			@Nullable String password, @DefaultValue("0") int database, @Nullable String sslBundle) {

		private static final String PREFIX = "mqtt.persistence.redis.";

		Redis {
			boolean own = StringUtils.hasText(url) || StringUtils.hasText(unixSocket);
			Assert.isTrue(!StringUtils.hasText(url) || !StringUtils.hasText(unixSocket),
					PREFIX + "url and " + PREFIX + "unix-socket must not both be set");
			checkNeedsOwn("username", username != null, own);
			checkNeedsOwn("password", password != null, own);
			checkNeedsOwn("database", database != 0, own);
			checkNeedsOwn("ssl-bundle", StringUtils.hasText(sslBundle), own);
			Assert.isTrue(database >= 0, PREFIX + "database must not be negative");
			Assert.isTrue(!StringUtils.hasText(username) || StringUtils.hasText(password),
					PREFIX + "password must be set if " + PREFIX + "username is set");
			if (StringUtils.hasText(url)) {
				RedisUrl.parse(url);
			}
			Assert.isTrue(!StringUtils.hasText(unixSocket) || Path.of(unixSocket).isAbsolute(),
					PREFIX + "unix-socket must be an absolute path");
			Assert.isTrue(!StringUtils.hasText(sslBundle) || (StringUtils.hasText(url) && url.startsWith("rediss:")),
					PREFIX + "ssl-bundle needs " + PREFIX + "url that starts with rediss://");
		}

		private static void checkNeedsOwn(String name, boolean set, boolean own) {
			Assert.isTrue(own || !set, () -> PREFIX + name + " needs " + PREFIX + "url or " + PREFIX
					+ "unix-socket. For the application's Redis, use spring.data.redis");
		}

		boolean isSet() {
			return StringUtils.hasText(this.url) || StringUtils.hasText(this.unixSocket);
		}

		/** Leaves out what may be secret. */
		@Override
		public String toString() {
			return "Redis[unixSocket=" + this.unixSocket + "]";
		}

	}

	/**
	 * Ownership of a session.
	 *
	 * @param ttl How long a session stays owned after its owner died. At least 1s. In
	 * seconds if no unit is given.
	 * @param acquireTimeout How long opening a session waits for another owner's lease to
	 * end. Zero: not at all. In seconds if no unit is given.
	 * @param onConflict What to do if a session has a living owner: wait for its lease to
	 * end, or take the session at once.
	 */
	record Lease(@DefaultValue("10s") @DurationUnit(ChronoUnit.SECONDS) Duration ttl,
			@DefaultValue("15s") @DurationUnit(ChronoUnit.SECONDS) Duration acquireTimeout,
			@DefaultValue("wait") OnConflict onConflict) {

		Lease {
			Assert.isTrue(ttl.toMillis() >= 1000,
					() -> "mqtt.persistence.lease.ttl must be at least 1s, and was read as " + text(ttl));
			Assert.isTrue(!acquireTimeout.isNegative(),
					() -> "mqtt.persistence.lease.acquire-timeout must not be negative, and was read as "
							+ text(acquireTimeout));
		}

	}

	/**
	 * Messages that the broker or the application does not accept.
	 *
	 * @param attempts How many times in a row the broker may end the link right after the
	 * same message, or a callback may throw, before it goes to quarantine. 0: no limit.
	 */
	record Undeliverable(@DefaultValue("5") int attempts) {

		Undeliverable {
			Assert.isTrue(attempts >= 0, "mqtt.persistence.undeliverable.attempts must not be negative");
		}

	}

	/**
	 * Health of the stored sessions.
	 *
	 * @param onBrokerOutage Health of a client without a link to its broker: LINK_AWAY,
	 * which counts as up, or OUT_OF_SERVICE, which takes a readiness group out, too.
	 */
	record Health(@DefaultValue("show") OnBrokerOutage onBrokerOutage) {

		enum OnBrokerOutage {

			SHOW, OUT_OF_SERVICE

		}

	}

	/**
	 * Meters of the stored sessions.
	 *
	 * @param clientIdTag Whether each session has its own meters, tagged with client id,
	 * broker and version.
	 */
	record Metrics(@DefaultValue("false") boolean clientIdTag) {

	}

	/**
	 * Observations of messages, with Micrometer.
	 *
	 * @param enabled Whether each message is observed, from publish until acknowledged,
	 * and from arrival until handled. Needs an ObservationRegistry bean.
	 */
	record Observation(@DefaultValue("false") boolean enabled) {

	}

	/**
	 * Messages that are published while the broker is away.
	 *
	 * @param enabled Whether messages wait in Redis, and are sent later in order, while
	 * the client is not connected or max-inflight messages are in flight.
	 * @param maxMessages Maximum number of waiting messages for each client.
	 * @param maxSize Maximum total size of the waiting messages for each client.
	 * @param whenFull What to do with a new message if the buffer is full: reject it with
	 * reason code 32203, drop the oldest for it, or drop the new one.
	 * @param timeToLive How long a message may wait before it is dropped. 0: forever.
	 * MQTT 5's Message Expiry Interval applies as well. In seconds if no unit is given.
	 * @param timeToLiveByTopic Times to live by topic filter, instead of time-to-live. If
	 * several match, the shortest applies. In seconds if no unit is given.
	 * @param drain How waiting messages are sent.
	 * @param window How much of the waiting messages is in memory for each client. The
	 * rest is in Redis until its turn.
	 */
	record OfflineBuffer(@DefaultValue("false") boolean enabled, @DefaultValue("100000") long maxMessages,
			@DefaultValue("256MB") DataSize maxSize, @DefaultValue("reject") WhenFull whenFull,
			@DurationUnit(ChronoUnit.SECONDS) @DefaultValue("0s") Duration timeToLive,
			@DefaultValue Map<String, String> timeToLiveByTopic, @DefaultValue Drain drain,
			@DefaultValue("4MB") DataSize window) {

		OfflineBuffer {
			Assert.isTrue(maxMessages >= 1, "mqtt.persistence.offline-buffer.max-messages must be at least 1");
			Assert.isTrue(maxSize.toBytes() >= 1, "mqtt.persistence.offline-buffer.max-size must be at least 1B");
			Assert.isTrue(!timeToLive.isNegative(),
					"mqtt.persistence.offline-buffer.time-to-live must not be negative");
			Assert.isTrue(window.toBytes() >= 1, "mqtt.persistence.offline-buffer.window must be at least 1B");
		}

		OfflineBufferSettings settings() {
			return new OfflineBufferSettings(this.enabled, this.maxMessages, this.maxSize.toBytes(), this.whenFull,
					new TimeToLive(this.timeToLive, byTopic(this.timeToLiveByTopic)), this.drain.settings());
		}

		private static Map<String, Duration> byTopic(Map<String, String> texts) {
			Map<String, Duration> times = new LinkedHashMap<>();
			texts.forEach((filter, text) -> {
				String property = "mqtt.persistence.offline-buffer.time-to-live-by-topic[" + filter + "]";
				try {
					times.put(filter, DurationStyle.detectAndParse(text, ChronoUnit.SECONDS));
				}
				catch (IllegalArgumentException ex) {
					throw new InvalidConfigurationPropertyValueException(property, text,
							"Set a duration such as 30m or 1d.");
				}
				Assert.isTrue(!times.get(filter).isNegative(), () -> property + " must not be negative");
			});
			return times;
		}

		/**
		 * How waiting messages are sent.
		 *
		 * @param rate Maximum number of waiting messages that each client sends in a
		 * second. 0: no limit.
		 * @param sizeRate Maximum size of the waiting messages that each client sends in
		 * a second. 0: no limit.
		 * @param order Whether a new message goes behind those that wait, or ahead of
		 * them. Both kinds keep their order within a topic.
		 */
		record Drain(@DefaultValue("0") long rate, @DefaultValue("0B") DataSize sizeRate,
				@DefaultValue("in-order") Order order) {

			Drain {
				Assert.isTrue(rate >= 0, "mqtt.persistence.offline-buffer.drain.rate must not be negative");
				Assert.isTrue(!sizeRate.isNegative(),
						"mqtt.persistence.offline-buffer.drain.size-rate must not be negative");
			}

			OfflineBufferSettings.Drain settings() {
				return new OfflineBufferSettings.Drain(this.rate, this.sizeRate.toBytes(), this.order);
			}

		}

	}

	/**
	 * Messages that are not delivered: they have expired, the offline buffer was full, or
	 * the broker does not accept them.
	 *
	 * @param channel Name of the message channel for undelivered messages. A message
	 * leaves its session when the channel has taken it.
	 * @param events Whether to publish an MqttUndeliveredMessageEvent for each
	 * undelivered message. It leaves its session when all listeners have returned.
	 */
	record Undelivered(@Nullable String channel, @DefaultValue("false") boolean events) {

	}

	/**
	 * Encryption of stored records.
	 *
	 * @param key Key that encrypts the records: 32 bytes in Base64.
	 * @param password Password to derive the key from, instead of key.
	 * @param salt Salt for the password, at least 8 characters. It need not be secret.
	 * @param keys Keys by an id of your choice, each 32 bytes in Base64. All can decrypt.
	 * @param activeKey Id of the entry in keys that encrypts. If not set, key or password
	 * encrypts.
	 * @param acceptUnencrypted Whether unencrypted records are accepted. They are
	 * encrypted when their session is opened.
	 */
	record Encryption(@Nullable String key, @Nullable String password, @Nullable String salt,
			@DefaultValue Map<String, String> keys, @Nullable String activeKey,
			@DefaultValue("false") boolean acceptUnencrypted) {

		private static final String PREFIX = "mqtt.persistence.encryption.";

		private static final int SHORTEST_SALT = 8;

		Encryption {
			check("key", key);
			keys.forEach((id, value) -> check("keys." + id, value));
			Assert.isTrue(password == null || StringUtils.hasText(password), PREFIX + "password must not be empty");
			Assert.isTrue(password == null || (salt != null && salt.length() >= SHORTEST_SALT),
					PREFIX + "salt must have at least " + SHORTEST_SALT + " characters if a password is set");
			Assert.isTrue(activeKey == null || keys.containsKey(activeKey),
					PREFIX + "active-key must be the id of one of " + PREFIX + "keys");
			Assert.isTrue(activeKey != null || key == null || password == null,
					PREFIX + "key and password must not both be set unless active-key is set");
			Assert.isTrue(activeKey != null || key != null || password != null || keys.isEmpty(),
					PREFIX + "active-key must be set if only " + PREFIX + "keys is set");
			Assert.isTrue(!acceptUnencrypted || key != null || password != null || activeKey != null,
					PREFIX + "accept-unencrypted needs a key");
		}

		/** The messages leave out the value, which is a secret. */
		private static void check(String name, @Nullable String value) {
			Assert.isTrue(value == null || isKey(value), () -> PREFIX + name + " must be " + RecordEncryptionKey.LENGTH
					+ " bytes in Base64, such as `openssl rand -base64 32` makes");
		}

		private static boolean isKey(String value) {
			try {
				return Base64.getDecoder().decode(value).length == RecordEncryptionKey.LENGTH;
			}
			catch (IllegalArgumentException ex) {
				return false;
			}
		}

		/**
		 * Return what encrypts records, or leaves them as they are if there is no key.
		 */
		RecordCodec codec() {
			List<RecordEncryptionKey> all = new ArrayList<>();
			if (this.key != null) {
				all.add(decode(this.key));
			}
			if (this.password != null) {
				all.add(RecordEncryptionKey.ofPassword(this.password, Objects.requireNonNull(this.salt)));
			}
			RecordEncryptionKey active = (this.activeKey != null)
					? decode(Objects.requireNonNull(this.keys.get(this.activeKey)))
					: (all.isEmpty() ? null : all.get(0));
			this.keys.values().forEach((value) -> all.add(decode(value)));
			return (active != null) ? new AesGcmRecordCodec(active, all, this.acceptUnencrypted) : RecordCodec.PLAIN;
		}

		private static RecordEncryptionKey decode(String value) {
			return RecordEncryptionKey.of(Base64.getDecoder().decode(value));
		}

		/** Leaves out what is secret. */
		@Override
		public String toString() {
			return "Encryption[activeKey=" + this.activeKey + "]";
		}

	}

}
