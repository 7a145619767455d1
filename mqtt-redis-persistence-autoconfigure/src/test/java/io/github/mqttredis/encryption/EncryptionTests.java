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

package io.github.mqttredis.encryption;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.session.InspectedRecord;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.RecordCodec;
import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionInspector;
import io.github.mqttredis.session.SessionInspector.Part;
import io.github.mqttredis.session.SessionKeyException;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Packets;
import io.github.mqttredis.testing.RedisStores;
import io.github.mqttredis.testing.SharedRedis;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Sessions in a real Redis whose records are encrypted.
 */
class EncryptionTests {

	private static final RecordEncryptionKey KEY = key(1);

	private static final RecordEncryptionKey NEWER = key(2);

	private static final SessionId ID = new SessionId("client", "b", MqttVersion.V3);

	private static final byte[] HASH = "test:{client@b}:v3".getBytes(StandardCharsets.US_ASCII);

	private static final byte[] QUARANTINE = "test:{client@b}:v3:quarantine".getBytes(StandardCharsets.US_ASCII);

	@RegisterExtension
	static final SharedRedis server = new SharedRedis();

	private final RedisStores stores = server.stores();

	private final Jedis redis = server.jedis();

	@Test
	void whenRecordsAreStoredThenRedisHoldsNothingOfThemAndTheNextOwnerReadsThem() throws Exception {
		Session session = open(codec(KEY));
		session.put("s-1", Packets.publish(1, 1, "a secret text"));
		session.put("s-2", Packets.publish(2, 1, "a secret text"));
		assertThat(this.redis.hgetAll(HASH)).hasSize(2)
			.allSatisfy((name, stored) -> assertThat(text(stored)).doesNotContain("secret", "text"));
		assertThat(this.redis.hget(HASH, bytes("s-1"))).isNotEqualTo(this.redis.hget(HASH, bytes("s-2")));
		assertThat(text(this.redis.dump(HASH))).doesNotContain("secret");
		assertThat(session.get("s-1")).isEqualTo(Packets.publish(1, 1, "a secret text"));
		assertThat(reopen(codec(KEY)).get("s-2")).isEqualTo(Packets.publish(2, 1, "a secret text"));
	}

	@Test
	void whenRedisLostTheSessionThenItIsWrittenBackEncrypted() throws Exception {
		Session session = open(codec(KEY));
		session.put("s-1", Packets.publish(1, 1, "a secret text"));
		this.redis.flushAll();
		Await.until("the session is written back", () -> this.redis.hexists(HASH, bytes("s-1")));
		assertThat(text(this.redis.hget(HASH, bytes("s-1")))).doesNotContain("secret");
		assertThat(reopen(codec(KEY)).keys()).containsExactly("s-1");
	}

	/** The mark and the key's fingerprint apart: these say which key it is. */
	@ParameterizedTest
	@ValueSource(ints = { 12, 20, 35, 36, 45, -1 })
	void whenAnEncryptedRecordWasChangedThenItAloneGoesToQuarantine(int at) throws Exception {
		open(codec(KEY)).put("s-1", Packets.publish(1, 1, "payload"));
		reopen(codec(KEY)).put("s-2", Packets.publish(2, 1, "payload"));
		byte[] stored = this.redis.hget(HASH, bytes("s-1"));
		stored[(at < 0) ? stored.length - 1 : at] ^= 1;
		this.redis.hset(HASH, bytes("s-1"), stored);
		assertThat(reopen(codec(KEY)).keys()).containsExactly("s-2");
		assertThat(this.redis.hget(QUARANTINE, bytes("s-1"))).isEqualTo(stored);
	}

	@Test
	void whenAnEncryptedRecordWasCutThenItGoesToQuarantine() throws Exception {
		open(codec(KEY)).put("s-1", Packets.publish(1, 1, "payload"));
		byte[] stored = this.redis.hget(HASH, bytes("s-1"));
		this.redis.hset(HASH, bytes("s-1"), Arrays.copyOf(stored, 30));
		this.redis.hset(HASH, bytes("s-2"), Arrays.copyOf(stored, stored.length - 1));
		assertThat(reopen(codec(KEY)).keys()).isEmpty();
		assertThat(this.redis.hlen(QUARANTINE)).isEqualTo(2);
	}

	@Test
	void whenARecordIsMovedToAnotherKeyOrSessionThenItIsNotRead() throws Exception {
		open(codec(KEY)).put("s-1", Packets.publish(1, 1, "payload"));
		byte[] stored = this.redis.hget(HASH, bytes("s-1"));
		this.redis.hset(HASH, bytes("sb-1"), stored);
		this.redis.hset(bytes("test:{other@b}:v3"), bytes("s-1"), stored);
		this.redis.hset(bytes("test:{client@b}:v5"), bytes("s-1"), stored);
		assertThat(reopen(codec(KEY)).keys()).containsExactly("s-1");
		RedisSessionStore store = this.stores.start(RedisStores.SETTINGS.with(codec(KEY)));
		assertThat(store.open(new SessionId("other", "b", MqttVersion.V3)).keys()).isEmpty();
		assertThat(store.open(new SessionId("client", "b", MqttVersion.V5)).keys()).isEmpty();
	}

	@Test
	void whenTheKeyIsWrongThenNothingIsChangedAndTheRightOneNeedNotWait() throws Exception {
		open(codec(KEY)).put("s-1", Packets.publish(1, 1, "payload"));
		this.redis.hset(HASH, "foreign".getBytes(), new byte[] { 1 });
		byte[] before = this.redis.dump(HASH);
		assertThatExceptionOfType(SessionKeyException.class).isThrownBy(() -> reopen(codec(NEWER)))
			.withMessageContaining("s-1")
			.withMessageContaining("fingerprint")
			.withMessageContaining("mqtt.persistence.encryption");
		assertThat(this.redis.exists(QUARANTINE)).isFalse();
		assertThat(this.redis.dump(HASH)).isEqualTo(before);
		assertThat(this.redis.exists("test:{client@b}:v3:lease")).isFalse();
		assertThat(reopen(codec(KEY)).keys()).containsExactly("s-1");
	}

	@Test
	void whenThereIsNoKeyAnyMoreThenNothingIsChanged() throws Exception {
		open(codec(KEY)).put("s-1", Packets.publish(1, 1, "payload"));
		assertThatExceptionOfType(SessionKeyException.class).isThrownBy(() -> reopen(RecordCodec.PLAIN))
			.withMessageContaining("mqtt.persistence.encryption");
		assertThat(this.redis.exists(QUARANTINE)).isFalse();
		assertThat(this.redis.hlen(HASH)).isEqualTo(1);
	}

	@Test
	void whenARecordIsNotEncryptedThenItIsTakenOnlyWhereThatIsAllowedAndIsEncryptedThen() throws Exception {
		open(RecordCodec.PLAIN).put("s-1", Packets.publish(1, 1, "a secret text"));
		assertThatExceptionOfType(SessionKeyException.class).isThrownBy(() -> reopen(codec(KEY)))
			.withMessageContaining("mqtt.persistence.encryption.accept-unencrypted");
		assertThat(this.redis.exists(QUARANTINE)).isFalse();
		assertThat(reopen(new AesGcmRecordCodec(KEY, List.of(), true)).keys()).containsExactly("s-1");
		Await.until("the record is encrypted", () -> !text(this.redis.hget(HASH, bytes("s-1"))).contains("secret"));
		assertThat(reopen(codec(KEY)).get("s-1")).isEqualTo(Packets.publish(1, 1, "a secret text"));
	}

	@Test
	void whenTheKeyIsChangedThenOldRecordsAreReadAndEncryptedAnew() throws Exception {
		open(codec(KEY)).put("s-1", Packets.publish(1, 1, "payload"));
		assertThat(reopen(codec(NEWER, KEY)).keys()).containsExactly("s-1");
		Await.until("the record is encrypted with the new key",
				() -> codec(NEWER).isCurrent(this.redis.hget(HASH, bytes("s-1"))));
		assertThat(reopen(codec(NEWER)).keys()).containsExactly("s-1");
	}

	@Test
	void whenABufferedRecordIsGivenItsOtherNameThenItIsReadUnderThat() throws Exception {
		Session session = open(codec(KEY));
		session.put("sb-1", Packets.publish(1, 2, "payload"));
		session.put("sc-1", Packets.pubrel(1));
		assertThat(reopen(codec(KEY)).keys()).containsExactly("s-1", "sc-1");
		Await.until("Redis follows", () -> !this.redis.hexists(HASH, bytes("sb-1")));
		assertThat(reopen(codec(KEY)).keys()).containsExactly("s-1", "sc-1");
	}

	@Test
	void whenSessionsAreInspectedThenWhoHasTheKeySeesTheMessages() throws Exception {
		open(codec(KEY)).put("s-1", Packets.publish(1, 1, "payload"));
		assertThat(inspect(codec(KEY)).packet().publish().topic()).isEqualTo("t");
		assertThat(inspect(codec(NEWER)))
			.isEqualTo(InspectedRecord.closed("s-1", this.redis.hstrlen(HASH, bytes("s-1")), true));
		assertThat(inspect(RecordCodec.PLAIN)).isEqualTo(inspect(codec(NEWER)));
	}

	@Test
	void whenALargeSessionIsInspectedThenItsSizeIsShownAndNothingIsCalledDamaged() throws Exception {
		open(codec(KEY)).put("s-1", Packets.publish(1, 1, "x".repeat(2 * 1024 * 1024)));
		long size = this.redis.hstrlen(HASH, bytes("s-1"));
		assertThat(inspect(codec(KEY))).isEqualTo(InspectedRecord.closed("s-1", size, true));
		this.redis.hset(HASH, bytes("s-1"), bytes("damaged"));
		assertThat(inspect(codec(KEY)).encrypted()).isFalse();
	}

	@Test
	void whenTheCodecFailsThenThePutFailsAndRedisDoesNotCountAsAway() throws Exception {
		RecordCodec failing = new RecordCodec() {

			@Override
			public byte[] encode(SessionId session, RecordKey key, byte[] record) {
				throw new IllegalStateException("no key today");
			}

			@Override
			public byte[] decode(SessionId session, RecordKey key, byte[] stored) {
				return stored;
			}

		};
		RedisSessionStore store = this.stores.start(RedisStores.SETTINGS.with(failing));
		Session session = store.open(ID);
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> session.put("s-1", Packets.publish(1, 1, "payload")))
			.withMessage("no key today");
		assertThat(session.keys()).isEmpty();
		assertThat(store.server().isAvailable()).isTrue();
	}

	@Test
	void whenAPasswordIsTheSameAndTheSaltTooThenTheKeyIs() {
		assertThat(RecordEncryptionKey.ofPassword("password", "somewhere").fingerprint())
			.isEqualTo(RecordEncryptionKey.ofPassword("password", "somewhere").fingerprint())
			.isNotEqualTo(RecordEncryptionKey.ofPassword("password", "elsewhere").fingerprint());
	}

	private InspectedRecord inspect(RecordCodec codec) throws SessionException {
		RedisSessionStore store = this.stores.start(RedisStores.SETTINGS.with(codec));
		try (SessionInspector inspector = store.inspector()) {
			String name = inspector.sessions(SessionInspector.FIRST, 10).entries().get(0).name();
			return inspector.records(name, Part.RECORDS, SessionInspector.FIRST, 10).entries().get(0);
		}
	}

	private Session open(RecordCodec codec) throws SessionException {
		return this.stores.start(RedisStores.SETTINGS.with(codec)).open(ID);
	}

	/** As the next process: the one before gives its lease back. */
	private Session reopen(RecordCodec codec) throws SessionException {
		this.stores.stop();
		return open(codec);
	}

	private static RecordCodec codec(RecordEncryptionKey active, RecordEncryptionKey... others) {
		return new AesGcmRecordCodec(active, List.of(others), false);
	}

	private static RecordEncryptionKey key(int seed) {
		byte[] secret = new byte[RecordEncryptionKey.LENGTH];
		Arrays.fill(secret, (byte) seed);
		return RecordEncryptionKey.of(secret);
	}

	private static String text(byte[] bytes) {
		return new String(bytes, StandardCharsets.ISO_8859_1);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

}
