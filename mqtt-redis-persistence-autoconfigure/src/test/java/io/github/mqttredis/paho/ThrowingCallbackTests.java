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

import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.session.SetAside;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.ClientKeys;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.MosquittoBroker;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisStores;
import io.github.mqttredis.testing.SharedServer;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Received messages that the application does not take. One that it never takes is set
 * aside, and what comes behind it arrives.
 */
@EnabledIf(value = "io.github.mqttredis.testing.MosquittoBroker#isInstalled",
		disabledReason = "mosquitto is not on the PATH")
@ExtendWith(OutputCaptureExtension.class)
class ThrowingCallbackTests {

	private static final String BAD = "bad";

	private static final int PUBACK = 4;

	private static final int PUBCOMP = 7;

	private static final AtomicInteger CLIENTS = new AtomicInteger();

	@SharedServer
	private static ArtemisBroker artemis;

	private final String clientId = "throwing-" + CLIENTS.incrementAndGet();

	private final RedisServer server = RedisServer.start();

	private final RedisStores stores = new RedisStores(this.server);

	private final Jedis redis = this.server.connect();

	private final MosquittoBroker mosquitto = MosquittoBroker.start();

	private final FaultyLink link = FaultyLink.to(this.mosquitto.uri());

	private final List<String> called = new CopyOnWriteArrayList<>();

	private final List<String> arrived = new CopyOnWriteArrayList<>();

	private String uri = this.mosquitto.uri();

	private PahoClient client;

	@AfterEach
	void close() throws Exception {
		this.server.resume();
		closeClient();
		this.redis.close();
		this.stores.close();
		this.server.close();
		this.link.close();
		this.mosquitto.close();
	}

	private void closeClient() throws Exception {
		this.client.disconnect();
		this.client.close();
	}

	private void connect(String version, SessionStore store, PahoClient.Application application) throws Exception {
		this.client = PahoClient.create(version, store, this.link.uri(), this.clientId);
		this.client.call(application);
		this.client.connect(60);
	}

	private SessionStore store(int attempts) {
		return this.stores.start(RedisStores.SETTINGS.withUndeliverableAttempts(attempts));
	}

	/** Takes all messages but one. */
	private PahoClient.Application throwing(Throwable failure) {
		return (topic, payload, packetId) -> take(new String(payload), failure);
	}

	private void take(String payload, Throwable failure) throws Exception {
		this.called.add(payload);
		if (payload.startsWith(BAD)) {
			if (failure instanceof Error error) {
				throw error;
			}
			throw (Exception) failure;
		}
		this.arrived.add(payload);
	}

	private void publish(int qos, String... payloads) throws Exception {
		publish(qos, false, payloads);
	}

	private void publish(int qos, boolean retained, String... payloads) throws Exception {
		try (MqttClient publisher = new MqttClient(this.uri, "publisher", new MemoryPersistence())) {
			publisher.connect();
			for (String payload : payloads) {
				publisher.publish(this.clientId, payload.getBytes(), qos, retained);
			}
			publisher.disconnect();
		}
	}

	private List<SetAside> quarantined() {
		return ClientKeys.quarantined(this.redis, this.clientId);
	}

	private void awaitArrived(String... payloads) {
		Await.until(List.of(payloads) + " have arrived", () -> this.arrived.containsAll(List.of(payloads)));
		Await.until("nothing is held", () -> ClientKeys.isNothingInFlight(this.redis, this.clientId));
	}

	/** Wait until the broker does not send again what has arrived, or was set aside. */
	private void awaitComplete(int qos, int setAside) {
		Await.until("all is acknowledged",
				() -> this.link.sent((qos == 1) ? PUBACK : PUBCOMP) >= Set.copyOf(this.arrived).size() + setAside);
		if (qos == 2) {
			assertThat(this.arrived).doesNotHaveDuplicates();
		}
	}

	private long calls() {
		return this.called.stream().filter(BAD::equals).count();
	}

	@ParameterizedTest
	@CsvSource({ "v3, 1, false", "v3, 2, true", "v5, 1, true", "v5, 2, false" })
	void whenACallbackAlwaysThrowsOverAMessageThenThatIsKeptAndTheRestArrives(String version, int qos, boolean error,
			CapturedOutput output) throws Exception {
		if (qos == 1) {
			// Gives messages new packet ids.
			this.uri = artemis.uri();
			this.link.leadTo(URI.create(this.uri).getPort());
		}
		connect(version, this.stores.start(), throwing(error ? new NoClassDefFoundError("the application's")
				: new IllegalStateException("the application's")));
		this.client.subscribe(this.clientId);
		publish(qos, "a", BAD, "b", "c");
		awaitArrived("a", "b", "c");
		assertThat(calls()).isEqualTo(5);
		assertThat(this.link.connacks()).isEqualTo(5);
		assertThat(quarantined()).singleElement().satisfies((message) -> {
			assertThat(message.attempts()).isEqualTo(5);
			assertThat(message.reason()).isEqualTo(error ? "java.lang.NoClassDefFoundError: the application's"
					: "java.lang.IllegalStateException: the application's");
		});
		assertThat(output).containsOnlyOnce("was not taken in")
			.containsPattern("MQTT session " + this.clientId + "@broker \\(" + version
					+ "\\): a received message \\(QoS " + qos + ", packet id \\d+, topic '" + this.clientId
					+ "', \\d+ bytes\\) was not taken in 5 attempts: java.lang");
		awaitComplete(qos, 1);
		closeClient();
		connect(version, this.stores.startSuccessor(), throwing(new IllegalStateException("after a restart")));
		publish(qos, "d");
		awaitArrived("d");
		assertThat(calls()).isEqualTo(5);
	}

	@ParameterizedTest
	@CsvSource({ "v3, 1", "v5, 2" })
	void whenTheApplicationAcknowledgesByHandThenAMessageThatItNeverTakesIsCompleteAllTheSame(String version, int qos)
			throws Exception {
		this.client = PahoClient.create(version, store(2), this.link.uri(), this.clientId);
		this.client.acknowledgeByHand();
		this.client.call((topic, payload, packetId) -> {
			take(new String(payload), new IllegalStateException("the application's"));
			this.client.acknowledge(packetId, qos);
		});
		this.client.connect(60);
		this.client.subscribe(this.clientId);
		publish(qos, "a", BAD, "b");
		awaitArrived("a", "b");
		awaitComplete(qos, 1);
		this.link.cut();
		Await.until("the client is connected again", () -> this.link.connacks() == 3 && this.client.isConnected());
		publish(qos, "c");
		awaitArrived("c");
		assertThat(calls()).isEqualTo(2);
		assertThat(quarantined()).hasSize(1);
	}

	@Tag("thorough")
	@ParameterizedTest
	@CsvSource({ "v3, 2", "v5, 1" })
	void whenTheApplicationAcknowledgesByHandThenThatHoldsForTheOtherPairsToo(String version, int qos)
			throws Exception {
		whenTheApplicationAcknowledgesByHandThenAMessageThatItNeverTakesIsCompleteAllTheSame(version, qos);
	}

	@ParameterizedTest
	@CsvSource({ "v3, 1", "v5, 2" })
	void whenTheApplicationHasAcknowledgedAMessageThenWhatItThrowsDoesNotCount(String version, int qos)
			throws Exception {
		this.client = PahoClient.create(version, store(1), this.link.uri(), this.clientId);
		this.client.acknowledgeByHand();
		this.client.call((topic, payload, packetId) -> {
			this.client.acknowledge(packetId, qos);
			take(new String(payload), new IllegalStateException("the application's"));
		});
		this.client.connect(60);
		this.client.subscribe(this.clientId);
		publish(qos, BAD);
		Await.until("the client is connected again", () -> this.link.connacks() >= 2 && this.client.isConnected());
		publish(qos, "a");
		awaitArrived("a");
		assertThat(quarantined()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenTheBrokerHasForgottenAMessageThenItComesUntilItIsTaken(String version) throws Exception {
		connect(version, this.stores.start(), (topic, payload, packetId) -> {
			this.called.add(new String(payload));
			if (calls() == 1) {
				this.link.refuse();
			}
			if (calls() < 3) {
				throw new IllegalStateException("not now");
			}
			this.arrived.add(new String(payload));
		});
		this.client.subscribe(this.clientId);
		publish(2, BAD);
		Await.until("the link is lost", () -> calls() == 1 && !this.client.isConnected());
		// Keeps nothing on disk.
		this.mosquitto.stop();
		this.mosquitto.restart();
		this.link.release();
		awaitArrived(BAD);
		assertThat(calls()).isEqualTo(3);
		assertThat(quarantined()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "v3, 1", "v5, 2" })
	void whenACallbackThrowsNowAndThenThenNoMessageIsLost(String version, int qos) throws Exception {
		AtomicInteger calls = new AtomicInteger();
		connect(version, store(2), (topic, payload, packetId) -> {
			if (calls.incrementAndGet() % 2 == 1) {
				throw new IllegalStateException("not now");
			}
			this.arrived.add(new String(payload) + calls);
		});
		this.client.subscribe(this.clientId);
		for (int messages = 1; messages <= 3; messages++) {
			publish(qos, "same");
			awaitArrived("same" + 2 * messages);
			awaitComplete(qos, 0);
		}
		assertThat(quarantined()).isEmpty();
	}

	@Tag("thorough")
	@ParameterizedTest
	@CsvSource({ "v3, 2", "v5, 1" })
	void whenACallbackThrowsNowAndThenThenThatHoldsForTheOtherPairsToo(String version, int qos) throws Exception {
		whenACallbackThrowsNowAndThenThenNoMessageIsLost(version, qos);
	}

	@ParameterizedTest
	@CsvSource({ "v3, 1", "v5, 2" })
	void whenTheProcessDiesBetweenTheAttemptsThenTheNextOneCountsAnew(String version, int qos) throws Exception {
		connect(version, store(3), throwing(new IllegalStateException("the application's")));
		this.client.subscribe(this.clientId);
		publish(qos, BAD, "a");
		Await.until("it has failed twice", () -> calls() == 2);
		this.link.refuse();
		PahoClient dead = this.client;
		SessionStore successor = this.stores
			.start(new StoreSettings("test", RedisStores.SETTINGS.writeTimeout(), RedisStores.SETTINGS.leaseTtl(),
					RedisStores.SETTINGS.acquireTimeout(), StoreSettings.OnConflict.TAKEOVER,
					RedisStores.SETTINGS.onOutage(), RedisStores.SETTINGS.durability())
				.withUndeliverableAttempts(3));
		this.client = PahoClient.create(version, successor, this.link.uri(), this.clientId);
		this.called.clear();
		this.client.call(throwing(new IllegalStateException("the successor's")));
		this.link.release();
		this.client.connect(60);
		awaitArrived("a");
		assertThat(calls()).isEqualTo(3);
		assertThat(quarantined()).singleElement()
			.satisfies((message) -> assertThat(message.reason()).contains("the successor's"));
		dead.disconnect();
		dead.close();
	}

	@ParameterizedTest
	@CsvSource({ "v3, 1", "v5, 2" })
	void whenRedisDoesNotKeepTheMessageThenItIsNotAcknowledgedAndComesAgain(String version, int qos,
			CapturedOutput output) throws Exception {
		connect(version, store(1), (topic, payload, packetId) -> {
			if (this.called.isEmpty()) {
				this.server.pause();
			}
			take(new String(payload), new IllegalStateException("the application's"));
		});
		this.client.subscribe(this.clientId);
		publish(qos, BAD, "a");
		Await.until("it could not be kept", () -> output.getAll().contains("It cannot be kept in quarantine"));
		this.server.resume();
		awaitArrived("a");
		assertThat(calls()).isEqualTo(2);
		assertThat(quarantined()).hasSize(1);
	}

	@Tag("thorough")
	@ParameterizedTest
	@CsvSource({ "v3, 2", "v5, 1" })
	void whenRedisDoesNotKeepTheMessageThenThatHoldsForTheOtherPairsToo(String version, int qos, CapturedOutput output)
			throws Exception {
		whenRedisDoesNotKeepTheMessageThenItIsNotAcknowledgedAndComesAgain(version, qos, output);
	}

	@ParameterizedTest
	@CsvSource({ "v3, 2", "v5, 2", "v3, 1", "v5, 1" })
	void whenTheQuarantineIsFullThenTheMessageComesAgainOverTheNextLink(String version, int qos, CapturedOutput output)
			throws Exception {
		AtomicBoolean taking = new AtomicBoolean();
		connect(version, store(1), (topic, payload, packetId) -> {
			if (!taking.get()) {
				throw new IllegalStateException("the application's");
			}
			this.arrived.add(new String(payload));
		});
		for (int i = 0; i < 1000; i++) {
			this.redis.hset("test:{" + this.clientId + "@broker}:" + version + ":quarantine", "r-" + i, "");
		}
		this.client.subscribe(this.clientId);
		publish(qos, BAD);
		Await.until("the link stays", () -> output.getAll().contains("over the next link"));
		taking.set(true);
		this.link.cut();
		awaitArrived(BAD);
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenNothingIsEverSetAsideThenTheMessageComesUntilItIsTaken(String version) throws Exception {
		connect(version, store(0), (topic, payload, packetId) -> {
			this.called.add(new String(payload));
			if (calls() < 7) {
				throw new IllegalStateException("the application's");
			}
			this.arrived.add(new String(payload));
		});
		this.client.subscribe(this.clientId);
		publish(1, BAD);
		awaitArrived(BAD);
		assertThat(quarantined()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenTheLinkIsLostInTheCallbackThenWhatItThrowsDoesNotCount(String version) throws Exception {
		connect(version, store(1), (topic, payload, packetId) -> {
			this.called.add(new String(payload));
			if (calls() == 1) {
				this.link.cut();
				Await.until("the link is lost", () -> !this.client.isConnected());
				throw new IllegalStateException("cannot answer without a link");
			}
			this.arrived.add(new String(payload));
		});
		this.client.subscribe(this.clientId);
		publish(1, BAD);
		awaitArrived(BAD);
		assertThat(quarantined()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenAMessageOfQos0IsNotTakenThenItIsGoneAndTheRestArrives(String version) throws Exception {
		connect(version, store(1), throwing(new IllegalStateException("the application's")));
		this.client.subscribe(this.clientId);
		publish(0, BAD);
		Await.until("it was not taken", () -> calls() == 1);
		int links = "v3".equals(version) ? 2 : 1;
		Await.until("the client is connected", () -> this.link.connacks() == links && this.client.isConnected());
		publish(0, "a");
		awaitArrived("a");
		assertThat(this.link.connacks()).isEqualTo(links);
		assertThat(calls()).isEqualTo(1);
		assertThat(quarantined()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "v3, 0", "v3, 1", "v5, 1" })
	void whenARetainedMessageComesWithEachSubscriptionThenTheRestArrives(String version, int qos) throws Exception {
		publish(qos, true, BAD);
		connect(version, store(3), new PahoClient.Application() {

			@Override
			public void arrived(String topic, byte[] payload, int packetId) throws Exception {
				take(new String(payload), new IllegalStateException("the application's"));
			}

			@Override
			public void connected() {
				try {
					ThrowingCallbackTests.this.client.subscribe(ThrowingCallbackTests.this.clientId);
				}
				catch (Exception ex) {
					throw new IllegalStateException(ex);
				}
			}

		});
		Await.until("it was set aside", () -> !quarantined().isEmpty());
		publish(1, "a");
		awaitArrived("a");
		int links = this.link.connacks();
		publish(1, "b");
		awaitArrived("b");
		assertThat(this.link.connacks()).isEqualTo(links);
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenAListenerThrowsThenItsMessageIsSetAside(String version) throws Exception {
		connect(version, store(2), (topic, payload, packetId) -> this.arrived.add("callback"));
		this.client.subscribe(this.clientId, throwing(new IllegalStateException("the listener's")));
		publish(1, BAD, "a");
		awaitArrived("a");
		assertThat(calls()).isEqualTo(2);
		assertThat(quarantined()).hasSize(1);
	}

}
