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

package io.github.mqttredis.filestore;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;

import io.github.mqttredis.encryption.AesGcmRecordCodec;
import io.github.mqttredis.encryption.RecordEncryptionKey;
import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.session.FormerStore;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.RecordCodec;
import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionImportException;
import io.github.mqttredis.testing.Packets;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisStores;
import io.github.mqttredis.testing.SharedServer;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.eclipse.paho.client.mqttv3.internal.MqttPersistentData;
import org.eclipse.paho.client.mqttv3.persist.MqttDefaultFilePersistence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What Paho's own file store has written is moved into sessions in a real Redis.
 */
@ExtendWith(OutputCaptureExtension.class)
class PahoFileStoreTests {

	private static final String URI = "tcp://broker:1883";

	private static final SessionId ID = SessionId.ofUri("gateway", URI, MqttVersion.V3);

	private static final String HASH = "test:{gateway@tcp://broker:1883}:v3";

	private static final String QUARANTINE = HASH + ":quarantine";

	@SharedServer
	private static RedisServer redis;

	@TempDir
	private Path base;

	private RedisStores stores;

	private Path client;

	@BeforeEach
	void connect() {
		try (Jedis jedis = redis.connect()) {
			jedis.flushAll();
		}
		this.stores = new RedisStores(redis);
		this.client = this.base.resolve("gateway-tcpbroker1883");
	}

	@AfterEach
	void close() {
		this.stores.close();
	}

	@Test
	void whenPaho3LeftRecordsThenTheSessionHasThemAndOtherClientsKeepTheirs() throws Exception {
		pahoWrites("gateway", "s-1", "sc-2", "s-2", "sb-3", "r-4");
		pahoWrites("gateway2", "s-1");
		Session session = open();
		assertThat(session.keys()).containsExactly("s-1", "s-2", "sc-2", "sb-3", "r-4");
		assertThat(session.get("s-2")).isEqualTo(Packets.of("s-2", "payload"));
		assertThat(this.client).doesNotExist();
		assertThat(this.base.resolve("gateway2-tcpbroker1883/s-1.msg")).exists();
		assertThat(redisHash()).containsExactlyInAnyOrder("s-1", "s-2", "sc-2", "sb-3", "r-4");
	}

	@Test
	void whenPaho5LeftRecordsThenTheSessionHasThem() throws Exception {
		var paho = new org.eclipse.paho.mqttv5.client.persist.MqttDefaultFilePersistence(this.base.toString());
		paho.open("gate/way: 5");
		byte[] record = Packets.of("s-1", "payload", MqttVersion.V5);
		paho.put("s-1", new org.eclipse.paho.mqttv5.client.internal.MqttPersistentData("s-1", record, 0, record.length,
				null, 0, 0));
		paho.close();
		SessionId id = SessionId.ofUri("gate/way: 5", URI, MqttVersion.V5);
		Session session = this.stores.start().open(id, store().of(id, URI));
		assertThat(session.get("s-1")).isEqualTo(record);
		assertThat(this.base).isEmptyDirectory();
	}

	@Test
	void whenTheClientWasMadeWithoutAUriThenItsDirectoryIsFoundAllTheSame() throws Exception {
		pahoWrites("gateway", "tcp://NO_URL_PROVIDED", "s-1");
		assertThat(open().keys()).containsExactly("s-1");
		assertThat(this.base).isEmptyDirectory();
	}

	@Test
	void whenPahoDiedWhileItWroteARecordAnewThenItsBackupCounts() throws Exception {
		pahoWrites("gateway", "s-1", "s-2");
		Files.move(this.client.resolve("s-1.msg"), this.client.resolve("s-1.msg.bup"));
		Files.move(this.client.resolve("s-2.msg"), this.client.resolve("s-2.msg.bup"));
		Files.write(this.client.resolve("s-2.msg"), new byte[] { 0x34, 1 });
		Session session = open();
		assertThat(session.get("s-1")).isEqualTo(Packets.of("s-1", "payload"));
		assertThat(session.get("s-2")).isEqualTo(Packets.of("s-2", "payload"));
		assertThat(this.base).isEmptyDirectory();
	}

	@Test
	void whenARecordCannotBeReadThenItGoesToQuarantineAndTheRestIsMovedIn() throws Exception {
		pahoWrites("gateway", "s-1", "s-2", "s-3");
		Files.write(this.client.resolve("s-2.msg"), new byte[] { 0x34, 1 });
		Files.write(this.client.resolve("s-3.msg"), new byte[0]);
		assertThat(open().keys()).containsExactly("s-1");
		try (Jedis jedis = redis.connect()) {
			assertThat(jedis.hgetAll(QUARANTINE.getBytes())).hasSize(2);
			assertThat(jedis.hget(QUARANTINE.getBytes(), "s-2".getBytes())).isEqualTo(new byte[] { 0x34, 1 });
		}
		assertThat(redisHash()).containsExactly("s-1");
		assertThat(this.base).isEmptyDirectory();
	}

	@Test
	void whenAPubrelsMessageIsStillNamedAsBufferedThenItIsNotTakenForAnOrphan() throws Exception {
		pahoWrites("gateway", "sb-1", "sc-1");
		assertThat(open().keys()).containsExactly("s-1", "sc-1");
	}

	@Test
	void whenThePacketIdIsInUseThenNothingOfThatPacketIsMovedAndAllIsLater(CapturedOutput output) throws Exception {
		try (RedisStores before = new RedisStores(redis)) {
			before.start().open(ID).put("s-1", Packets.publish(1, 1, "newer"));
		}
		pahoWrites("gateway", "s-1", "sc-1", "s-2");
		RedisSessionStore store = this.stores.start();
		Session session = open(store);
		assertThat(session.keys()).containsExactly("s-1", "s-2");
		assertThat(session.get("s-1")).isEqualTo(Packets.publish(1, 1, "newer"));
		assertThat(files()).containsExactly("s-1.msg", "sc-1.msg");
		assertThat(output).contains("WARN").contains(this.client.resolve("sc-1.msg").toString());
		session.clear();
		store.stop();
		assertThat(open().keys()).containsExactly("s-1", "sc-1");
		assertThat(this.base).isEmptyDirectory();
	}

	@Test
	void whenAllIsOnlyListedThenEachClientsRecordsAreAndNothingIsChanged(CapturedOutput output) throws Exception {
		pahoWrites("gateway", "s-1", "s-2");
		pahoWrites("gateway2", "r-1");
		Files.createDirectory(this.base.resolve("none-of-pahos"));
		Files.write(this.client.resolve("s-2.msg"), new byte[] { 0x34 });
		assertThat(store().list()).isEqualTo(new PahoFileStore.Listing(2, 3));
		assertThat(files()).containsExactly("s-1.msg", "s-2.msg");
		assertThat(output).containsPattern("INFO.*would be moved in.*s-1.msg \\(14 bytes\\)")
			.containsPattern("would be moved in.*s-2.msg \\(1 bytes, cannot be read: quarantine\\)")
			.containsPattern("would be moved in.*gateway2-tcpbroker1883.r-1.msg");
		assertThat(open().keys()).containsExactly("s-1");
	}

	@Test
	void whenAClientStillUsesTheDirectoryThenTheSessionIsNotOpenedAndNotHeld() throws Exception {
		MqttDefaultFilePersistence paho = new MqttDefaultFilePersistence(this.base.toString());
		paho.open("gateway", URI);
		put(paho, "s-1");
		assertThatExceptionOfType(SessionImportException.class).isThrownBy(this::open)
			.withMessageContaining(this.client.toString())
			.withMessageContaining("living process");
		assertThat(files()).containsExactly(".lck", "s-1.msg");
		assertThat(redisHash()).isEmpty();
		paho.close();
		assertThat(open().keys()).containsExactly("s-1");
	}

	/**
	 * As after a crash when the session had stored records, and no or some files were
	 * gone.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "", "s-1.msg", "s-2.msg", "s-2.msg,sc-2.msg", "s-1.msg,s-2.msg,sc-2.msg,s-3.msg" })
	void whenTheProcessDiedBeforeAllFilesWereGoneThenNothingIsThereTwice(String gone) throws Exception {
		pahoWrites("gateway", "s-1", "s-2", "sc-2", "s-3");
		Files.copy(this.client.resolve("s-3.msg"), this.client.resolve("s-3.msg.bup"));
		Files.write(this.client.resolve("s-3.msg"), new byte[] { 0x34 });
		Path copy = copy(this.client, this.base.resolve("copy"));
		RedisSessionStore store = this.stores.start();
		open(store);
		store.stop();
		copy(copy, this.client);
		for (String file : gone.split(",")) {
			Files.deleteIfExists(this.client.resolve(file.isEmpty() ? "none" : file));
		}
		RedisSessionStore next = this.stores.start();
		Session session = open(next);
		assertThat(session.keys()).containsExactly("s-1", "s-2", "sc-2", "s-3");
		assertThat(session.get("s-3")).isEqualTo(Packets.of("s-3", "payload"));
		assertThat(this.client).doesNotExist();
		session.clear();
		next.stop();
		assertThat(open().keys()).isEmpty();
	}

	/** What cannot be read went to quarantine, and is not in the session any more. */
	@ParameterizedTest
	@ValueSource(strings = { "s-2.msg", "sc-2.msg", "s-2.msg,sc-2.msg" })
	void whenARecordOfThePacketCannotBeReadThenItIsNotThereTwiceEither(String unreadable) throws Exception {
		pahoWrites("gateway", "s-1", "s-2", "sc-2");
		for (String file : unreadable.split(",")) {
			Files.write(this.client.resolve(file), new byte[] { 0x34 });
		}
		Path copy = copy(this.client, this.base.resolve("copy"));
		RedisSessionStore store = this.stores.start();
		List<String> keys = open(store).keys();
		store.stop();
		copy(copy, this.client);
		RedisSessionStore next = this.stores.start();
		Session session = open(next);
		assertThat(session.keys()).isEqualTo(keys).contains("s-1");
		assertThat(this.client).doesNotExist();
		session.clear();
		next.stop();
		assertThat(open().keys()).isEmpty();
		try (Jedis jedis = redis.connect()) {
			assertThat(jedis.hlen(QUARANTINE)).isEqualTo(unreadable.split(",").length);
		}
	}

	/** As Paho 5 leaves a message that was sent with a topic alias. */
	@Test
	void whenAMessageHasNoTopicThenItCountsAsUnreadable(CapturedOutput output) throws Exception {
		pahoWrites("gateway", "s-1", "s-2");
		Files.write(this.client.resolve("s-2.msg"), new byte[] { 0x32, 4, 0, 0, 0, 2 });
		store().list();
		assertThat(output).containsPattern("s-2.msg \\(6 bytes, cannot be read: quarantine\\)")
			.containsPattern("s-1.msg \\(14 bytes\\)");
		assertThat(open().keys()).containsExactly("s-1");
	}

	/**
	 * As far as the JVM tells. Also after a start that was killed when all files were
	 * gone.
	 */
	@Test
	void whenFilesWereDeletedThenTheDirectoryIsSyncedBeforeTheClientSends() throws Exception {
		pahoWrites("gateway", "s-1", "s-2");
		Files.writeString(this.client.resolve("notes.txt"), "mine");
		assertThat(synced(this::open)).contains(this.client);
		this.stores.stop();
		assertThat(synced(this::open)).contains(this.client);
	}

	/** In quarantine as well, and known again after a crash. */
	@Test
	void whenRecordsAreEncryptedThenWhatIsMovedInIsToo() throws Exception {
		byte[] secret = new byte[RecordEncryptionKey.LENGTH];
		RecordCodec codec = new AesGcmRecordCodec(RecordEncryptionKey.of(secret), List.of(), false);
		pahoWrites("gateway", "s-1", "s-2", "sc-2");
		Files.write(this.client.resolve("sc-2.msg"), new byte[] { 0x62 });
		Path copy = copy(this.client, this.base.resolve("copy"));
		RedisSessionStore store = this.stores.start(RedisStores.SETTINGS.with(codec));
		assertThat(open(store).keys()).containsExactly("s-1", "s-2");
		assertThat(decoded(codec, HASH, "s-1")).isEqualTo(Packets.of("s-1", "payload"));
		assertThat(decoded(codec, QUARANTINE, "sc-2")).isEqualTo(new byte[] { 0x62 });
		store.stop();
		copy(copy, this.client);
		assertThat(open(this.stores.start(RedisStores.SETTINGS.with(codec))).keys()).containsExactly("s-1", "s-2");
		assertThat(this.client).doesNotExist();
	}

	@Test
	void whenThereAreManyRecordsThenAllAreMoved() throws Exception {
		String[] keys = IntStream.rangeClosed(1, 1700).mapToObj((id) -> "s-" + id).toArray(String[]::new);
		pahoWritesUnsynced(keys);
		assertThat(open().keys()).containsExactly(keys);
		assertThat(this.base).isEmptyDirectory();
	}

	@Test
	void whenAFileIsNoneOfPahosThenItStays() throws Exception {
		pahoWrites("gateway", "s-1");
		Files.writeString(this.client.resolve("notes.msg"), "mine");
		Files.createDirectory(this.client.resolve("s-2.msg"));
		assertThat(open().keys()).containsExactly("s-1");
		assertThat(files()).containsExactly("notes.msg", "s-2.msg");
	}

	@ParameterizedTest
	@ValueSource(strings = { "..", "../other", "", "\u0000", "a\u0000b", "\uD83D" })
	void whenAClientIdIsNoNameOfAFileThenNothingIsReadElsewhere(String clientId) throws Exception {
		Files.createDirectory(this.base.resolve("other"));
		Files.write(this.base.resolve("other/s-1.msg"), Packets.of("s-1", "payload"));
		FormerStore inside = new PahoFileStore(Files.createDirectory(this.base.resolve("inside")));
		SessionId id = SessionId.ofUri(clientId, URI, MqttVersion.V5);
		assertThat(this.stores.start().open(id, inside.of(id, URI)).keys()).isEmpty();
		assertThat(this.base.resolve("other/s-1.msg")).exists();
	}

	@Test
	void whenAClientLeftNothingThenItIsSaidWhereItWasLookedFor(CapturedOutput output) throws Exception {
		pahoWrites("gateway2", "s-1");
		assertThat(open().keys()).isEmpty();
		assertThat(output).containsPattern("INFO.*MQTT session gateway@.*nothing to move in.*"
				+ "gateway-tcpbroker1883 or .*gateway-tcpNO_URL_PROVIDED \\(mqtt.persistence.import-from\\)");
	}

	@Test
	void whenAClientLeftRecordsThenNothingElseIsSaid(CapturedOutput output) throws Exception {
		pahoWrites("gateway", "s-1");
		open();
		assertThat(output).contains("1 records were moved in")
			.doesNotContain("nothing to move in")
			.doesNotContainPattern("WARN.*PahoFileStore");
	}

	@ParameterizedTest
	@CsvSource({ "V5, gateway-tcpbroker1883, 3", "V5, gateway-tcpNO_URL_PROVIDED, 3", "V3, gateway, 5" })
	void whenTheClientLeftRecordsOfTheOtherVersionThenTheyStayAndAWarningNamesThem(MqttVersion version, String left,
			String other, CapturedOutput output) throws Exception {
		Path directory = Files.createDirectory(this.base.resolve(left));
		Files.write(directory.resolve("s-1.msg"), Packets.of("s-1", "payload"));
		SessionId id = SessionId.ofUri("gateway", URI, version);
		assertThat(this.stores.start().open(id, store().of(id, URI)).keys()).isEmpty();
		assertThat(output)
			.containsPattern("WARN.*MQTT session gateway@.*" + left + " holds records of MQTT " + other + "[ ,.]");
		assertThat(directory.resolve("s-1.msg")).exists();
	}

	@Test
	void whenThereIsNoSuchDirectoryThenThatIsSaidAndTheSessionOpens(CapturedOutput output) throws Exception {
		FormerStore missing = new PahoFileStore(this.base.resolve("missing"));
		assertThat(this.stores.start().open(ID, missing.of(ID, URI)).keys()).isEmpty();
		assertThat(output).containsPattern("WARN.*missing.*mqtt.persistence.import-from")
			.doesNotContain("nothing to move in");
	}

	private PahoFileStore store() {
		return new PahoFileStore(this.base);
	}

	private Session open() throws SessionException {
		return open(this.stores.start());
	}

	private Session open(RedisSessionStore store) throws SessionException {
		return store.open(ID, store().of(ID, URI));
	}

	private static byte[] decoded(RecordCodec codec, String hash, String key) throws SessionException {
		try (Jedis jedis = redis.connect()) {
			byte[] stored = jedis.hget(hash.getBytes(), key.getBytes());
			assertThat(RecordCodec.isMarked(stored)).isTrue();
			return codec.decode(ID, RecordKey.require(key), stored);
		}
	}

	private List<Path> synced(Callable<?> action) throws Exception {
		Path file = this.base.resolve("recording.jfr");
		try (Recording recording = new Recording()) {
			recording.enable("jdk.FileForce").withoutThreshold();
			recording.start();
			action.call();
			recording.stop();
			recording.dump(file);
		}
		return RecordingFile.readAllEvents(file)
			.stream()
			.filter((event) -> event.getEventType().getName().equals("jdk.FileForce"))
			.map((event) -> Path.of(event.getString("path")))
			.toList();
	}

	private void pahoWrites(String clientId, String first, String... keys) throws Exception {
		boolean uri = first.contains(":");
		MqttDefaultFilePersistence paho = new MqttDefaultFilePersistence(this.base.toString());
		paho.open(clientId, uri ? first : URI);
		if (!uri) {
			put(paho, first);
		}
		for (String key : keys) {
			put(paho, key);
		}
		paho.close();
	}

	private static void put(MqttDefaultFilePersistence paho, String key) throws Exception {
		byte[] record = Packets.of(key, "payload");
		paho.put(key, new MqttPersistentData(key, record, 0, record.length, null, 0, 0));
	}

	/** Paho syncs each file, which takes long for many. */
	private void pahoWritesUnsynced(String... keys) throws IOException {
		Files.createDirectory(this.client);
		for (String key : keys) {
			Files.write(this.client.resolve(key + ".msg"), Packets.of(key, "payload"));
		}
	}

	private List<String> files() throws IOException {
		try (var files = Files.list(this.client)) {
			return files.map((file) -> file.getFileName().toString()).sorted().toList();
		}
	}

	private static Path copy(Path from, Path to) throws IOException {
		Files.createDirectories(to);
		try (var files = Files.list(from)) {
			files.sorted(Comparator.naturalOrder()).forEach((file) -> {
				try {
					Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
				}
				catch (IOException ex) {
					throw new UncheckedIOException(ex);
				}
			});
		}
		return to;
	}

	private static List<String> redisHash() {
		try (Jedis jedis = redis.connect()) {
			return new ArrayList<>(jedis.hkeys(HASH));
		}
	}

}
