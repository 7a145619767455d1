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

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.github.mqttredis.observation.MicrometerMessageObserver;
import io.github.mqttredis.observation.TraceHeaders;
import io.github.mqttredis.paho.Spans.Span;
import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.session.Durability;
import io.github.mqttredis.session.RecordEnvelope;
import io.github.mqttredis.session.SessionInspector;
import io.github.mqttredis.session.SessionInspector.Part;
import io.github.mqttredis.session.SetAside;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.MosquittoBroker;
import io.github.mqttredis.testing.RedisStores;
import io.github.mqttredis.testing.SharedRedis;
import io.github.mqttredis.testing.SharedServer;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.opentelemetry.api.trace.SpanKind;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Messages that are observed: their spans, across a crash as well, and that nothing else
 * changes for them.
 */
@EnabledIf(value = "io.github.mqttredis.testing.MosquittoBroker#isInstalled",
		disabledReason = "mosquitto is not on the PATH")
class ObservedMessagesTests {

	private static final AtomicInteger CLIENTS = new AtomicInteger();

	private static final String NO_PARENT = "0000000000000000";

	private static final int PUBLISH = 3;

	@RegisterExtension
	static final SharedRedis redis = new SharedRedis();

	@SharedServer
	private static MosquittoBroker broker;

	private final String clientId = "observed-" + CLIENTS.incrementAndGet();

	private final String topic = this.clientId + "/a";

	private final FaultyLink link = FaultyLink.to(broker.uri());

	private final Spans spans = new Spans();

	private final Spans receiving = new Spans();

	private final List<String> arrived = new CopyOnWriteArrayList<>();

	private RedisSessionStore store;

	private PahoClient receiver;

	@BeforeEach
	void receive() throws Exception {
		this.store = redis.stores().start();
		this.receiver = PahoClient.observed("v5", this.store, broker.uri(), "receiver-" + this.clientId,
				this.receiving.observer());
		this.receiver.call((topic, payload, packetId) -> this.arrived.add(new String(payload)));
		this.receiver.connect(60);
		this.receiver.subscribe(this.clientId + "/#");
	}

	@AfterEach
	void close() throws Exception {
		this.receiver.disconnect();
		this.receiver.close();
		this.link.close();
	}

	private PahoClient client(String version, MessageObserver observer) throws Exception {
		return PahoClient.observed(version, this.store, this.link.uri(), this.clientId, observer);
	}

	private PahoClient connected(String version, MessageObserver observer) throws Exception {
		PahoClient client = client(version, observer);
		client.connect(60);
		return client;
	}

	private static void end(PahoClient client) throws Exception {
		client.disconnect();
		client.close();
	}

	private byte[] record(String version, String key) {
		return redis.jedis().hget(("test:{" + this.clientId + "@broker}:" + version).getBytes(), key.getBytes());
	}

	private void awaitArrived(String... payloads) {
		Await.until("it has arrived", () -> this.arrived.size() >= payloads.length);
		assertThat(this.arrived).containsExactly(payloads);
	}

	private static void assertChild(Span child, Span parent) {
		assertThat(child.trace()).isEqualTo(parent.trace());
		assertThat(child.parent()).isEqualTo(parent.id());
	}

	@ParameterizedTest
	@CsvSource({ "v3, 0, sent", "v3, 1, acknowledged", "v3, 2, acknowledged", "v5, 0, sent", "v5, 1, acknowledged",
			"v5, 2, acknowledged" })
	void whenAMessageIsPublishedThenItsSpanIsAChildOfTheApplicationsAndTheParentOfTheReceivers(String version, int qos,
			String outcome) throws Exception {
		PahoClient client = connected(version, this.spans.observer());
		Observation.createNotStarted("application", this.spans.registry())
			.observeChecked(() -> client.publish(this.topic, "message", qos));
		Span published = this.spans.ended("mqtt publish");
		assertChild(published, this.spans.ended("application"));
		assertThat(published.kind()).isEqualTo(SpanKind.PRODUCER);
		assertThat(published.outcome()).isEqualTo(outcome);
		assertThat(published.topic()).isEqualTo(this.topic);
		Span received = this.receiving.ended("mqtt receive");
		assertThat(received.kind()).isEqualTo(SpanKind.CONSUMER);
		assertThat(received.outcome()).isEqualTo("handled");
		if ("v5".equals(version)) {
			assertChild(received, published);
		}
		else {
			assertThat(received.parent()).isEqualTo(NO_PARENT);
		}
		awaitArrived("message");
		end(client);
	}

	@ParameterizedTest
	@CsvSource({ "v3, 2, true", "v5, 1, false" })
	void whenAProcessDiesBeforeTheAcknowledgementThenItsSuccessorGoesOnWithTheTrace(String version, int qos,
			boolean encrypted) throws Exception {
		assertThatASuccessorGoesOnWithTheTrace(version, qos, encrypted);
	}

	@Tag("thorough")
	@ParameterizedTest
	@CsvSource({ "v3, 1, false", "v5, 2, true" })
	void whenAProcessOfAnotherKindDiesThenItsSuccessorGoesOnWithTheTrace(String version, int qos, boolean encrypted)
			throws Exception {
		assertThatASuccessorGoesOnWithTheTrace(version, qos, encrypted);
	}

	private void assertThatASuccessorGoesOnWithTheTrace(String version, int qos, boolean encrypted) throws Exception {
		try (TracedChild child = TracedChild.start(version, redis.port(), this.link.uri(), this.clientId, encrypted,
				qos)) {
			child.awaitReady();
			this.link.swallow(true);
			child.publish();
			Span published = child.awaitHalted().get(0);
			assertThat(published.kind()).isEqualTo(SpanKind.PRODUCER);
			this.link.cut();
			this.link.swallow(false);
			this.store = redis.stores().start(TracedChild.settings(encrypted));
			PahoClient successor = connected(version, this.spans.observer());
			Span delivered = this.spans.ended("mqtt deliver");
			assertChild(delivered, published);
			assertThat(delivered.kind()).isEqualTo(SpanKind.PRODUCER);
			assertThat(delivered.outcome()).isEqualTo("acknowledged");
			Span received = this.receiving.ended("mqtt receive");
			assertThat(received.parent()).isEqualTo("v5".equals(version) ? published.id() : NO_PARENT);
			awaitArrived("message");
			end(successor);
		}
	}

	@Test
	void whenAReceiverDiesInItsCallbackThenItsSuccessorReceivesInTheSameTrace() throws Exception {
		try (TracedChild child = TracedChild.start("v5", redis.port(), this.link.uri(), this.clientId, false, 0)) {
			child.awaitReady();
			this.receiver.publish(this.topic, "message", 2);
			Span received = child.awaitHalted().get(0);
			assertThat(received.kind()).isEqualTo(SpanKind.CONSUMER);
			Span published = this.receiving.ended("mqtt publish");
			assertChild(received, published);
			assertThat(redis.jedis().hkeys("test:{" + this.clientId + "@broker}:v5")).containsExactly("r-1");
			AtomicReference<Observation> current = new AtomicReference<>();
			PahoClient successor = client("v5", this.spans.observer());
			successor.call((topic, payload, packetId) -> current.set(this.spans.registry().getCurrentObservation()));
			successor.connect(60);
			Span again = this.spans.ended("mqtt receive");
			assertChild(again, published);
			assertThat(again.outcome()).isEqualTo("handled");
			assertThat(current.get().getContext().getName()).isEqualTo("mqtt.receive");
			end(successor);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenTheBrokerIsAwayThenPublishEndsAsStoredAndDeliverFollows(String version) throws Exception {
		PahoClient client = client(version, this.spans.observer());
		client.bufferOffline();
		client.publish(this.topic, "message", 1);
		Span published = this.spans.ended("mqtt publish");
		assertThat(published.outcome()).isEqualTo("stored");
		client.connect(60);
		Span delivered = this.spans.ended("mqtt deliver");
		assertChild(delivered, published);
		assertThat(delivered.outcome()).isEqualTo("acknowledged");
		awaitArrived("message");
		end(client);
	}

	@Test
	void whenAMessageOfMqtt3IsObservedThenItsRecordHasAnEnvelopeAndElseIsAsEver() throws Exception {
		PahoClient client = connected("v3", this.spans.observer());
		this.link.swallow(true);
		client.publish(this.topic, "message", 1);
		byte[] record = record("v3", "s-1");
		assertThat(RecordEnvelope.headers(record)).containsOnlyKeys("traceparent");
		byte[] packet = RecordEnvelope.packet(record);
		assertThat(packet[0]).isEqualTo((byte) 0x32);
		io.github.mqttredis.paho.v3.SessionMqttClientPersistence persistence = new io.github.mqttredis.paho.v3.SessionMqttClientPersistence(
				redis.stores().startSuccessor(), "broker");
		persistence.open(this.clientId, broker.uri());
		assertThat(persistence.get("s-1").getHeaderBytes()).isEqualTo(packet);
		try (SessionInspector inspector = redis.stores().start().inspector()) {
			assertThat(inspector.records(session(inspector), Part.RECORDS, SessionInspector.FIRST, 10).entries())
				.singleElement()
				.satisfies((shown) -> assertThat(shown.packet().publish().topic()).isEqualTo(this.topic));
		}
		this.link.swallow(false);
		this.link.cut();
	}

	private String session(SessionInspector inspector) throws Exception {
		return inspector.sessions(SessionInspector.FIRST, 100)
			.entries()
			.stream()
			.filter((session) -> session.id().clientId().equals(this.clientId))
			.findAny()
			.orElseThrow()
			.name();
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenNobodyObservesThenTheRecordIsThePacketAndOneWithATraceIsSentAsEver(String version) throws Exception {
		PahoClient client = connected(version, null);
		this.link.swallow(true);
		client.publish(this.topic, "message", 1);
		assertThat(record(version, "s-1")[0]).isEqualTo((byte) 0x32);
		this.link.swallow(false);
		this.link.cut();
		awaitArrived("message");
		Await.until("nothing is stored", () -> record(version, "s-1") == null);
		end(client);
		PahoClient traced = client(version, this.spans.observer());
		traced.bufferOffline();
		traced.publish(this.topic, "traced", 1);
		traced.close();
		PahoClient untraced = connected(version, null);
		awaitArrived("message", "traced");
		assertThat(this.spans.allEnded("mqtt deliver")).isEmpty();
		end(untraced);
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenAMessageIsRequeuedThenItIsDeliveredInItsTrace(String version) throws Exception {
		PahoClient client = connected(version, this.spans.observer());
		this.link.swallow(true);
		client.publish(this.topic, "message", 1);
		byte[] record = record(version, "s-1");
		String hash = "test:{" + this.clientId + "@broker}:" + version;
		this.link.swallow(false);
		this.link.cut();
		awaitArrived("message");
		Span published = this.spans.ended("mqtt publish");
		SetAside note = new SetAside("s-1", Instant.now(), 5, "for a test");
		redis.jedis().hset((hash + ":quarantine").getBytes(), note.name().getBytes(), record);
		try (SessionInspector inspector = this.store.inspector()) {
			assertThat(inspector.requeue(session(inspector), "s-1")).isTrue();
		}
		awaitArrived("message", "message");
		assertChild(this.spans.ended("mqtt deliver"), published);
		end(client);
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 2 })
	void whenAMessageIsReceivedThenItHasTheTraceOfThatAndElseIsAsSent(int qos) throws Exception {
		Map<String, MqttMessage> given = new ConcurrentHashMap<>();
		PahoClient client = client("v5",
				new MicrometerMessageObserver(this.spans.registry(), null, new TraceHeaders(this.spans.propagator())));
		PahoClient unobserved = PahoClient.create("v5", this.store, broker.uri(), "un" + this.clientId);
		for (PahoClient receiving : List.of(client, unobserved)) {
			receiving.connect(60);
			MqttProperties identifier = new MqttProperties();
			identifier.setSubscriptionIdentifier(7);
			((PahoClient.V5) receiving).client()
				.subscribe(new MqttSubscription(this.clientId + "/b", 2), null, null,
						(topic, message) -> given.put((receiving == client) ? "observed" : "unobserved", message),
						identifier)
				.waitForCompletion(Await.MILLIS);
		}
		MqttProperties properties = new MqttProperties();
		properties.setContentType("text/plain");
		properties.setCorrelationData(new byte[] { 1 });
		properties.setUserProperties(
				List.of(new UserProperty("b", "1"), new UserProperty("a", "2"), new UserProperty("b", "3")));
		((PahoClient.V5) this.receiver).client()
			.publish(this.clientId + "/b", new MqttMessage("message".getBytes(), qos, false, properties))
			.waitForCompletion(Await.MILLIS);
		Await.until("both have it", () -> given.size() == 2);
		Span received = this.spans.ended("mqtt receive");
		Span published = this.receiving.ended("mqtt publish");
		assertChild(received, published);
		assertMessage(given.get("unobserved"), qos, published);
		assertMessage(given.get("observed"), qos, received);
		Await.until("nothing is stored", () -> !redis.jedis().exists("test:{" + this.clientId + "@broker}:v5"));
		end(client);
		end(unobserved);
	}

	private static void assertMessage(MqttMessage message, int qos, Span span) {
		assertThat(new String(message.getPayload())).isEqualTo("message");
		assertThat(message.getQos()).isEqualTo(qos);
		assertThat(message.getId() > 0).isEqualTo(qos > 0);
		assertThat(message.isDuplicate()).isFalse();
		assertThat(message.getProperties().getContentType()).isEqualTo("text/plain");
		assertThat(message.getProperties().getCorrelationData()).containsExactly(1);
		assertThat(message.getProperties().getSubscriptionIdentifiers()).containsExactly(7);
		assertThat(message.getProperties().getUserProperties()).hasSize(4)
			.startsWith(new UserProperty("b", "1"), new UserProperty("a", "2"), new UserProperty("b", "3"))
			.last()
			.satisfies((trace) -> assertThat(trace.getKey()).isEqualTo("traceparent"))
			.satisfies((trace) -> assertThat(trace.getValue()).startsWith("00-" + span.trace() + "-" + span.id()));
	}

	@ParameterizedTest
	@CsvSource({ "v3, 1", "v3, 2", "v5, 1", "v5, 2" })
	void whenTheApplicationAcknowledgesByHandThenTheSpanEndsThen(String version, int qos) throws Exception {
		PahoClient client = client(version, this.spans.observer());
		client.acknowledgeByHand();
		AtomicInteger given = new AtomicInteger();
		client.call((topic, payload, packetId) -> given.set(packetId));
		client.connect(60);
		client.subscribe(this.clientId + "/b");
		this.receiver.publish(this.clientId + "/b", "message", qos);
		Await.until("the callback was called", () -> given.get() > 0);
		awaitArrived("message");
		assertThat(this.spans.allEnded("mqtt receive")).isEmpty();
		client.acknowledge(given.get(), qos);
		assertThat(this.spans.ended("mqtt receive").outcome()).isEqualTo("handled");
		end(client);
	}

	@Tag("thorough")
	@ParameterizedTest
	@CsvSource({ "v3, true", "v3, false", "v5, true", "v5, false" })
	void whenTheCallbackFailsThenTheSpanHasFailedAndTheMessageComesAgain(String version, boolean listener)
			throws Exception {
		PahoClient client = client(version, this.spans.observer());
		List<String> handled = new CopyOnWriteArrayList<>();
		AtomicBoolean failed = new AtomicBoolean();
		PahoClient.Application application = (topic, payload, packetId) -> {
			if (!failed.getAndSet(true)) {
				throw new IllegalStateException("for a test");
			}
			handled.add(this.spans.registry().getCurrentObservation().getContext().getName());
		};
		if (!listener) {
			client.call(application);
		}
		client.connect(60);
		if (listener) {
			client.subscribe(this.clientId + "/b", application);
		}
		else {
			client.subscribe(this.clientId + "/b");
		}
		this.receiver.publish(this.clientId + "/b", "message", 2);
		Await.until("it is handled", () -> handled.size() == 1);
		assertThat(handled).containsExactly("mqtt.receive");
		Await.until("both spans have ended", () -> this.spans.allEnded("mqtt receive").size() == 2);
		assertThat(this.spans.allEnded("mqtt receive")).extracting(Span::outcome).containsExactly("failed", "handled");
		assertThat(this.spans.registry().getCurrentObservation()).isNull();
		end(client);
	}

	@Test
	void whenAMessageIsRefusedThenTheSpanHasFailed() throws Exception {
		PahoClient client = client("v3", this.spans.observer());
		assertThatException().isThrownBy(() -> client.publish(this.topic, "message", 1));
		assertThat(this.spans.ended("mqtt publish").outcome()).isEqualTo("failed");
		client.close();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2 })
	void whenTheBrokerRefusesAMessageThenTheSpanHasFailed(int qos, @TempDir Path directory) throws Exception {
		Path acl = Files.writeString(directory.resolve("acl"), "topic readwrite allowed/#\n");
		acl.toFile().setReadable(true, false);
		directory.toFile().setExecutable(true, false);
		try (MosquittoBroker strict = MosquittoBroker.start("acl_file " + acl)) {
			PahoClient client = PahoClient.observed("v5", this.store, strict.uri(), this.clientId,
					this.spans.observer());
			client.connect(60);
			client.publish("forbidden/a", "message", qos);
			assertThat(this.spans.ended("mqtt publish").outcome()).isEqualTo("failed");
			end(client);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenTheClientIsClosedThenWhatIsInFlightEndsAsStored(String version) throws Exception {
		PahoClient client = connected(version, this.spans.observer());
		this.link.swallow(true);
		client.publish(this.topic, "message", 1);
		assertThat(this.spans.allEnded("mqtt publish")).isEmpty();
		this.link.cut();
		client.disconnect(1);
		client.close();
		assertThat(this.spans.allEnded("mqtt publish")).extracting(Span::outcome).containsExactly("stored");
	}

	/** Else it would wait for a lock that the thread holds that has called it. */
	@Tag("thorough")
	@ParameterizedTest
	@CsvSource({ "v3, 1", "v3, 2", "v5, 1", "v5, 2" })
	void whenAHandlerWaitsForAnotherThreadThatPublishesThenItGetsOn(String version, int qos) throws Exception {
		AtomicReference<PahoClient> client = new AtomicReference<>();
		AtomicInteger others = new AtomicInteger();
		ObservationRegistry registry = registry(new Handler() {

			@Override
			void happens() throws Exception {
				if (others.getAndIncrement() < 6) {
					CompletableFuture.runAsync(() -> publishOther(client.get()))
						.get(Await.MILLIS / 4, TimeUnit.MILLISECONDS);
				}
			}

		});
		client.set(client(version, new MicrometerMessageObserver(registry, null)));
		client.get().call((topic, payload, packetId) -> {
		});
		client.get().bufferOffline();
		client.get().publish(this.topic, "buffered", qos);
		client.get().connect(60);
		client.get().subscribe(this.topic);
		client.get().publish(this.topic, "message", qos).await();
		Await.until("both have arrived", () -> this.arrived.containsAll(List.of("buffered", "message")));
		Await.until("the handler was called", () -> others.get() >= 6);
		assertThat(this.arrived).doesNotHaveDuplicates();
		end(client.get());
	}

	private void publishOther(PahoClient client) {
		try {
			client.publish("other", "other", 1);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Tag("thorough")
	@ParameterizedTest
	@CsvSource({ "v3, 1", "v3, 2", "v5, 1", "v5, 2" })
	void whenHandlersFailThenEachMessageArrivesOnce(String version, int qos) throws Exception {
		ObservationRegistry registry = registry(new Handler() {

			@Override
			void happens() {
				throw new IllegalStateException("for a test");
			}

		});
		PahoClient client = client(version, new MicrometerMessageObserver(registry, null));
		client.call((topic, payload, packetId) -> this.arrived.add("back: " + new String(payload)));
		client.bufferOffline();
		client.publish(this.topic, "1", qos);
		client.connect(60);
		client.subscribe(this.clientId + "/b");
		client.publish(this.topic, "2", qos).await();
		client.publish(this.clientId + "/b", "3", qos).await();
		Await.until("all have arrived", () -> this.arrived.size() >= 4);
		Await.until("nothing is stored", () -> !redis.jedis().exists("test:{" + this.clientId + "@broker}:" + version));
		assertThat(this.arrived).containsExactlyInAnyOrder("1", "2", "3", "back: 3");
		assertThat(this.link.sent(PUBLISH)).isEqualTo(3);
		end(client);
	}

	@Test
	void whenMoreMessagesAreInFlightThanAreObservedThenTheRestGoesOnUnobserved() throws Exception {
		AtomicInteger started = new AtomicInteger();
		AtomicInteger stopped = new AtomicInteger();
		MessageObserver counting = new MessageObserver() {

			@Override
			public Observed publish(Message message, Map<String, String> headers) {
				return observed();
			}

			@Override
			public Observed deliver(Message message, Map<String, String> headers) {
				return observed();
			}

			@Override
			public Observed receive(Message message, Map<String, String> headers) {
				return observed();
			}

			private Observed observed() {
				started.incrementAndGet();
				return new Observed() {

					@Override
					public Runnable openScope() {
						return () -> {
						};
					}

					@Override
					public void stop(Outcome outcome, Throwable error) {
						stopped.incrementAndGet();
					}

				};
			}

		};
		this.store = redis.stores().start(RedisStores.SETTINGS.with(Durability.BEFORE_SEND));
		PahoClient client = client("v3", counting);
		client.connect(60, ObservedMessages.MOST_OPEN + 100);
		this.link.holdAnswers();
		for (int i = 0; i < ObservedMessages.MOST_OPEN + 100; i++) {
			client.publish("test/observed", "message", 1);
		}
		assertThat(started).hasValue(ObservedMessages.MOST_OPEN);
		this.link.release();
		Await.until("all are stopped", () -> stopped.get() == ObservedMessages.MOST_OPEN);
		client.publish("test/observed", "message", 1).await();
		assertThat(started).hasValue(ObservedMessages.MOST_OPEN + 1);
		end(client);
	}

	private static ObservationRegistry registry(ObservationHandler<Observation.Context> handler) {
		ObservationRegistry registry = ObservationRegistry.create();
		registry.observationConfig().observationHandler(handler);
		return registry;
	}

	/** A handler that does the same whatever happens. */
	private abstract static class Handler implements ObservationHandler<Observation.Context> {

		abstract void happens() throws Exception;

		private void happened() {
			try {
				happens();
			}
			catch (RuntimeException ex) {
				throw ex;
			}
			catch (Exception ex) {
				throw new AssertionError(ex);
			}
		}

		@Override
		public void onStart(Observation.Context context) {
			happened();
		}

		@Override
		public void onScopeOpened(Observation.Context context) {
			happened();
		}

		@Override
		public void onScopeClosed(Observation.Context context) {
			happened();
		}

		@Override
		public void onError(Observation.Context context) {
			happened();
		}

		@Override
		public void onStop(Observation.Context context) {
			happened();
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return true;
		}

	}

}
