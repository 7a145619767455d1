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

package io.github.mqttredis.paho;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.session.SessionInspector;
import io.github.mqttredis.session.SessionInspector.Part;
import io.github.mqttredis.session.SetAside;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.SharedRedis;
import io.github.mqttredis.testing.SharedServer;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * What an operator does with the messages of a client that lives.
 */
class OperatorRequestTests {

	private static final AtomicInteger CLIENTS = new AtomicInteger();

	private static final int PUBLISH = 3;

	@RegisterExtension
	static final SharedRedis redis = new SharedRedis();

	@SharedServer
	private static ArtemisBroker broker;

	private final String clientId = "operated-" + CLIENTS.incrementAndGet();

	private final FaultyLink link = FaultyLink.to(broker.uri());

	private final List<String> arrived = new CopyOnWriteArrayList<>();

	private MqttClient subscriber;

	private RedisSessionStore store;

	private SessionInspector inspector;

	private String aside;

	@BeforeEach
	void subscribe() throws Exception {
		this.subscriber = new MqttClient(broker.uri(), "subscriber-" + this.clientId, new MemoryPersistence());
		this.subscriber.connect();
		this.subscriber.subscribe(this.clientId + "/#", 2,
				(topic, message) -> this.arrived.add(new String(message.getPayload())));
		this.store = redis.stores().start();
		this.inspector = this.store.inspector();
	}

	@AfterEach
	void close() throws Exception {
		this.inspector.close();
		this.subscriber.disconnect();
		this.subscriber.close();
		this.link.close();
	}

	private PahoClient client(String version) throws Exception {
		return PahoClient.create(version, this.store, this.link.uri(), this.clientId);
	}

	private String key(String version) {
		return "test:{" + this.clientId + "@broker}:" + version;
	}

	private Set<String> records(String version) {
		return redis.jedis().hkeys(key(version));
	}

	private String session() throws Exception {
		return this.inspector.sessions(SessionInspector.FIRST, 100)
			.entries()
			.stream()
			.filter((session) -> session.id().clientId().equals(this.clientId))
			.findAny()
			.orElseThrow()
			.name();
	}

	/** A message that was set aside, and which the broker never got. */
	private void setAside(String version, int qos) {
		byte[] topic = (this.clientId + "/a").getBytes();
		ByteBuffer packet = ByteBuffer.allocate(128);
		packet.putShort((short) topic.length).put(topic).putShort((short) 7);
		if ("v5".equals(version)) {
			packet.put((byte) 0);
		}
		packet.put("late".getBytes()).flip();
		ByteBuffer record = ByteBuffer.allocate(130);
		// As one that was sent before: marked as a duplicate.
		record.put((byte) (0x38 | qos << 1)).put((byte) packet.remaining()).put(packet).flip();
		byte[] bytes = new byte[record.remaining()];
		record.get(bytes);
		SetAside note = new SetAside("s-7", Instant.now(), 5, "the broker / does not want it");
		redis.jedis().hset((key(version) + ":quarantine").getBytes(), note.name().getBytes(), bytes);
		redis.jedis().zadd("test:sessions", 1, key(version));
		this.aside = note.key();
	}

	@ParameterizedTest
	@CsvSource({ "v3, 1, false", "v3, 2, true", "v5, 1, true", "v5, 2, false" })
	void whenAMessageIsRequeuedThenTheClientSendsItOnce(String version, int qos, boolean buffer) throws Exception {
		setAside(version, qos);
		PahoClient client = client(version);
		if (buffer) {
			client.bufferOffline();
		}
		client.connect(60);
		client.publish(this.clientId + "/a", "before", qos).await();
		assertThat(this.inspector.requeue(session(), this.aside)).isTrue();
		Await.until("it has arrived", () -> this.arrived.contains("late"));
		client.publish(this.clientId + "/a", "after", qos).await();
		Await.until("all has arrived", () -> this.arrived.contains("after"));
		assertThat(this.arrived).containsExactly("before", "late", "after");
		Await.until("nothing is in flight", () -> records(version).isEmpty());
		assertThat(redis.jedis().exists(key(version) + ":quarantine")).isFalse();
		client.disconnect();
		client.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenAMessageIsRequeuedWithoutALinkThenItWaitsForIt(String version) throws Exception {
		setAside(version, 2);
		PahoClient client = client(version);
		assertThat(this.inspector.requeue(session(), this.aside)).isTrue();
		assertThat(redis.jedis().xlen(key(version) + ":queue")).isEqualTo(1);
		assertThat(client.buffered()).isEqualTo(1);
		client.connect(60);
		Await.until("it has arrived", () -> this.arrived.contains("late"));
		client.disconnect();
		client.close();
	}

	@ParameterizedTest
	@CsvSource({ "v3, 1", "v3, 2", "v5, 1", "v5, 2" })
	void whenAMessageIsDiscardedThatIsInFlightThenItIsNotSentAgain(String version, int qos) throws Exception {
		PahoClient client = client(version);
		client.connect(60);
		this.link.swallow(true);
		int sent = this.link.sent(PUBLISH);
		PahoClient.Sent message = client.publish(this.clientId + "/a", "unwanted", qos);
		Await.until("it is written", () -> this.link.sent(PUBLISH) > sent);
		String record = records(version).iterator().next();
		assertThat(this.inspector.discard(session(), Part.RECORDS, record)).isTrue();
		assertThat(records(version)).isEmpty();
		this.link.swallow(false);
		this.link.cut();
		assertThatException().isThrownBy(message::await);
		Await.until("the client is connected again", client::isConnected);
		client.publish(this.clientId + "/a", "next", qos).await();
		Await.until("the next one has arrived", () -> this.arrived.contains("next"));
		assertThat(this.arrived).containsExactly("next");
		client.disconnect();
		client.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenAMessageIsDiscardedThatWaitsThenItsTokenFailsAndTheOthersArrive(String version) throws Exception {
		PahoClient client = client(version);
		client.bufferOffline();
		client.publish(this.clientId + "/a", "first", 1);
		PahoClient.Sent unwanted = client.publish(this.clientId + "/a", "unwanted", 1);
		client.publish(this.clientId + "/a", "last", 1);
		String second = this.inspector.records(session(), Part.QUEUE, SessionInspector.FIRST, 10)
			.entries()
			.get(1)
			.key();
		assertThat(this.inspector.discard(session(), Part.QUEUE, second)).isTrue();
		assertThat(redis.jedis().xlen(key(version) + ":queue")).isEqualTo(2);
		assertThatException().isThrownBy(unwanted::await).withMessageContaining("operator");
		client.connect(60);
		Await.until("the others have arrived", () -> this.arrived.contains("last"));
		assertThat(this.arrived).containsExactly("first", "last");
		client.disconnect();
		client.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenAReceivedMessageIsDiscardedThenTheBrokerIsAnsweredAndTheNextOneArrives(String version) throws Exception {
		List<String> received = new CopyOnWriteArrayList<>();
		PahoClient client = client(version);
		client.acknowledgeByHand();
		client.call((topic, payload, packetId) -> received.add(new String(payload)));
		client.connect(60);
		client.subscribe(this.clientId + "/#");
		this.subscriber.publish(this.clientId + "/a", "unwanted".getBytes(), 2, false);
		Await.until("it has arrived", () -> received.contains("unwanted"));
		String record = records(version).iterator().next();
		assertThat(this.inspector.discard(session(), Part.RECORDS, record)).isTrue();
		this.link.cut();
		Await.until("the client is connected again", () -> this.link.connacks() == 2 && client.isConnected());
		this.subscriber.publish(this.clientId + "/a", "next".getBytes(), 2, false);
		Await.until("the next one has arrived", () -> received.contains("next"));
		assertThat(received).containsExactly("unwanted", "next");
		client.disconnect();
		client.close();
	}

}
