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

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

import io.github.mqttredis.encryption.AesGcmRecordCodec;
import io.github.mqttredis.encryption.RecordEncryptionKey;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.RecordCodec;
import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionKeyException;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Packets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What the properties say of stored sessions arrives in Redis.
 */
class StoredSessionPropertiesTests {

	private static final String ENCRYPTION = "mqtt.persistence.encryption.";

	private static final byte[] ONE = secret(1);

	private static final byte[] TWO = secret(2);

	@RegisterExtension
	static final EmbeddedRedis REDIS = new EmbeddedRedis();

	private final SessionId id = new SessionId(UUID.randomUUID().toString(), "b", MqttVersion.V3);

	private final String hash = "mqtt:persistence:{" + this.id.clientId() + "@b}:v3";

	private final Jedis redis = new Jedis("127.0.0.1", REDIS.port());

	@AfterEach
	void close() {
		this.redis.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "key=1", "keys.old=1,active-key=old" })
	void whenTheKeyIsChangedThenTheOldOneIsReadAndTheActiveOneEncrypts(String before) throws Exception {
		run(properties(before), (session) -> session.put("s-1", Packets.publish(1, 1, "payload")));
		assertThat(codec(ONE).isCurrent(stored("s-1"))).isTrue();
		run(properties(before.replace(",active-key=old", "") + ",keys.new=2,active-key=new"), (session) -> {
			assertThat(session.get("s-1")).isEqualTo(Packets.publish(1, 1, "payload"));
			session.put("s-2", Packets.publish(2, 1, "payload"));
			assertThat(codec(TWO).isCurrent(stored("s-2"))).isTrue();
			Await.until("the old record is encrypted anew", () -> codec(TWO).isCurrent(stored("s-1")));
		});
		run(properties("key=2"), (session) -> assertThat(session.keys()).containsExactly("s-1", "s-2"));
	}

	@Test
	void whenThereAreAKeyAndOthersThenTheKeyEncrypts() throws Exception {
		run(properties("key=1,keys.another=2"), (session) -> session.put("s-1", Packets.publish(1, 1, "payload")));
		assertThat(codec(ONE).isCurrent(stored("s-1"))).isTrue();
	}

	@Test
	void whenThereIsAPasswordThenItsKeyEncrypts() throws Exception {
		run(new String[] { ENCRYPTION + "password=secret", ENCRYPTION + "salt=somewhere" },
				(session) -> session.put("s-1", Packets.publish(1, 1, "payload")));
		RecordEncryptionKey key = RecordEncryptionKey.ofPassword("secret", "somewhere");
		assertThat(new AesGcmRecordCodec(key, List.of(), false).isCurrent(stored("s-1"))).isTrue();
	}

	@Test
	void whenARecordIsNotEncryptedThenItIsTakenWhereThePropertySaysSo() throws Exception {
		run(new String[0], (session) -> session.put("s-1", Packets.publish(1, 1, "payload")));
		contexts(properties("key=1")).run((context) -> assertThatExceptionOfType(SessionKeyException.class)
			.isThrownBy(() -> context.getBean(SessionStore.class).open(this.id))
			.withMessageContaining("accept-unencrypted"));
		run(properties("key=1,accept-unencrypted=true"), (session) -> {
			assertThat(session.keys()).containsExactly("s-1");
			Await.until("the record is encrypted", () -> codec(ONE).isCurrent(stored("s-1")));
		});
	}

	@Test
	void whenTheApplicationHasACodecThenItTakesThePlaceOfTheProperties() throws Exception {
		contexts(properties("key=1")).withBean(RecordCodec.class, Inverting::new)
			.run((context) -> context.getBean(SessionStore.class)
				.open(this.id)
				.put("s-1", Packets.publish(1, 1, "payload")));
		assertThat(stored("s-1"))
			.isEqualTo(new Inverting().encode(this.id, RecordKey.require("s-1"), Packets.publish(1, 1, "payload")));
		contexts(new String[0]).withBean(RecordCodec.class, Inverting::new)
			.run((context) -> assertThat(context.getBean(SessionStore.class).open(this.id).keys())
				.containsExactly("s-1"));
	}

	@Test
	void whenSessionsExpireThenRedisKnowsWhen() throws Exception {
		run(new String[] { "mqtt.persistence.session-expiry=1h" }, (session) -> {
			session.put("s-1", Packets.publish(1, 1, "payload"));
			assertThat(this.redis.pttl(this.hash)).isBetween(3_500_000L, 3_600_000L);
			assertThat(this.redis.pttl(this.hash + ":mark")).isBetween(3_500_000L, 3_600_000L);
		});
	}

	@Test
	void whenNothingIsSaidOfExpiryThenSessionsStay() throws Exception {
		run(new String[0], (session) -> {
			session.put("s-1", Packets.publish(1, 1, "payload"));
			assertThat(this.redis.pttl(this.hash)).isEqualTo(-1);
		});
	}

	/** Keys are named by the byte that they consist of. */
	private static String[] properties(String encryption) {
		return Stream.of(encryption.split(","))
			.map((property) -> ENCRYPTION
					+ property.replaceFirst("=1$", "=" + encode(ONE)).replaceFirst("=2$", "=" + encode(TWO)))
			.toArray(String[]::new);
	}

	private void run(String[] properties, Use use) {
		contexts(properties).run((context) -> {
			assertThat(context).hasNotFailed();
			use.of(context.getBean(SessionStore.class).open(this.id));
		});
	}

	private static ApplicationContextRunner contexts(String[] properties) {
		return MqttContexts.with(REDIS).withPropertyValues(properties);
	}

	private byte[] stored(String key) {
		return this.redis.hget(this.hash.getBytes(StandardCharsets.US_ASCII), key.getBytes(StandardCharsets.US_ASCII));
	}

	private static RecordCodec codec(byte[] secret) {
		return new AesGcmRecordCodec(RecordEncryptionKey.of(secret), List.of(), false);
	}

	private static byte[] secret(int of) {
		byte[] secret = new byte[RecordEncryptionKey.LENGTH];
		Arrays.fill(secret, (byte) of);
		return secret;
	}

	private static String encode(byte[] secret) {
		return Base64.getEncoder().encodeToString(secret);
	}

	/**
	 * Uses a session.
	 */
	private interface Use {

		void of(Session session) throws SessionException;

	}

	/**
	 * Hides nothing, and can be told from what the properties would have made.
	 */
	private static final class Inverting implements RecordCodec {

		@Override
		public byte[] encode(SessionId session, RecordKey key, byte[] record) {
			return ByteBuffer.allocate(Integer.BYTES + record.length).putInt(MARK).put(inverted(record)).array();
		}

		@Override
		public byte[] decode(SessionId session, RecordKey key, byte[] stored) {
			return inverted(Arrays.copyOfRange(stored, Integer.BYTES, stored.length));
		}

		private static byte[] inverted(byte[] bytes) {
			byte[] result = new byte[bytes.length];
			for (int i = 0; i < bytes.length; i++) {
				result[i] = (byte) ~bytes[i];
			}
			return result;
		}

	}

}
