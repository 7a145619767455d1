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

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.github.mqttredis.paho.MessageObserver.Message;
import io.github.mqttredis.paho.MessageObserver.Observed;
import io.github.mqttredis.paho.MessageObserver.Outcome;
import io.github.mqttredis.paho.Receiver.Incoming;
import io.github.mqttredis.session.InspectedRecord;
import io.github.mqttredis.session.InspectedRecord.Packet;
import io.github.mqttredis.session.InspectedRecord.Publish;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.RecordEnvelope;
import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.RecordKind;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Follows one client's messages and reports them to a {@link MessageObserver}. Without an
 * observer, no instance exists.
 * <p>
 * A message is known by the record that its packet id names: it is on its way as long as
 * there is {@code s-N}. What travels with it stands in the packet (MQTT 5), or in the
 * record's {@link RecordEnvelope envelope}, so that the client that restores it goes on
 * with the same trace. Only what is in flight, or in the application's hands, is observed
 * on the heap: what waits in the queue keeps no more than its record.
 * <p>
 * Paho's threads come here with locks held. What they tell is passed on by
 * {@link #TELLER}, in its order.
 *
 * @since 0.1.0
 */
public final class ObservedMessages {

	private static final Log logger = LogFactory.getLog(ObservedMessages.class);

	/** So many messages of one client are observed at a time, and no more. */
	static final int MOST_OPEN = 10_000;

	private static final long CLOSE_MILLIS = 1000;

	private static final ThreadPoolExecutor TELLER = teller();

	private final MessageObserver observer;

	private final ClientSession<?> session;

	/** What the thread publishes just now. */
	private final ThreadLocal<@Nullable Sent> publishing = new ThreadLocal<>();

	/** By packet id. */
	private final Map<Integer, Sent> inFlight = new ConcurrentHashMap<>();

	private final Set<Received> received = ConcurrentHashMap.newKeySet();

	/** What the application acknowledges in its own words, by QoS and packet id. */
	private final Map<Integer, Received> unacknowledged = new ConcurrentHashMap<>();

	/** What the callback is given just now, on Paho's only thread for that. */
	private volatile @Nullable Received handled;

	/** What was started, and is not stopped yet. */
	private final AtomicInteger open = new AtomicInteger();

	private final AtomicBoolean restored = new AtomicBoolean();

	private final AtomicBoolean warned = new AtomicBoolean();

	private final AtomicBoolean failed = new AtomicBoolean();

	ObservedMessages(MessageObserver observer, ClientSession<?> session) {
		this.observer = observer;
		this.session = session;
	}

	private static ThreadPoolExecutor teller() {
		ThreadPoolExecutor executor = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
				(task) -> {
					Thread thread = new Thread(task, "mqtt-observations");
					thread.setDaemon(true);
					// It would keep the class loader of whoever came first.
					thread.setContextClassLoader(null);
					return thread;
				});
		executor.allowCoreThreadTimeOut(true);
		return executor;
	}

	// What is sent

	/**
	 * Publish a message, and observe it until the broker has acknowledged it.
	 * @param <R> the type of the token
	 * @param <X> what refuses the message
	 * @param topic its topic
	 * @param qos its quality of service
	 * @param publishing publishes it, with what is to travel with it
	 * @return the token
	 * @throws X if the message was refused
	 */
	public <R, X extends Exception> R publish(String topic, int qos, Publishing<R, X> publishing) throws X {
		Map<String, String> headers = new LinkedHashMap<>();
		Observed observed = isFull() ? null : start(() -> this.observer.publish(message(topic, qos), headers));
		if (observed == null) {
			return publishing.publish(Map.of());
		}
		Sent sent = new Sent(observed, headers);
		Sent outer = this.publishing.get();
		this.publishing.set(sent);
		try {
			R token = publishing.publish(headers);
			if (!sent.isInFlight) {
				sent.end((qos > 0) ? Outcome.STORED : Outcome.SENT, null);
			}
			return token;
		}
		catch (Exception | Error ex) {
			sent.end(Outcome.FAILED, ex);
			throw ex;
		}
		finally {
			this.publishing.set(outer);
		}
	}

	/**
	 * Note that a record is about to be put, which is no message that has waited.
	 * @param key its key
	 * @param record the record
	 * @return the record with what is kept with it
	 */
	byte[] putting(RecordKey key, byte[] record) {
		Sent sent = this.publishing.get();
		if (sent == null || key.kind() != RecordKind.SENT) {
			return record;
		}
		sent.isInFlight = true;
		follow(key, sent);
		return queueing(record);
	}

	/**
	 * Note that a message is about to wait.
	 * @param record its PUBLISH
	 * @return the PUBLISH with what is kept with it
	 */
	byte[] queueing(byte[] record) {
		Sent sent = this.publishing.get();
		return (sent != null && version() == MqttVersion.V3) ? RecordEnvelope.wrap(sent.headers, record) : record;
	}

	/**
	 * Note that a message is about to be put that has waited.
	 * @param key its key
	 * @param record its PUBLISH
	 * @param queued its record while it waited
	 * @return the PUBLISH with what is kept with it
	 */
	byte[] handing(RecordKey key, byte[] record, byte[] queued) {
		byte[] kept = RecordEnvelope.wrap(RecordEnvelope.headers(queued), record);
		deliver(key, kept);
		return kept;
	}

	private void deliver(RecordKey key, byte[] record) {
		Packet packet = InspectedRecord.of(version(), key.toString(), record, record.length).packet();
		Publish publish = (packet != null) ? packet.publish() : null;
		if (publish == null || isFull()) {
			return;
		}
		Map<String, String> headers = (version() == MqttVersion.V3) ? RecordEnvelope.headers(record)
				: userProperties(publish);
		Sent sent = new Sent(null, headers);
		follow(key, sent);
		Message message = message(publish.topic(), publish.qos());
		if (!later(() -> sent.observed = start(() -> this.observer.deliver(message, headers)))) {
			this.open.decrementAndGet();
		}
	}

	@SuppressWarnings("unchecked")
	private static Map<String, String> userProperties(Publish publish) {
		Map<String, String> headers = new LinkedHashMap<>();
		List<Map<String, String>> user = (List<Map<String, String>>) publish.properties()
			.getOrDefault("userProperties", List.of());
		user.forEach(
				(property) -> headers.put(String.valueOf(property.get("name")), String.valueOf(property.get("value"))));
		return headers;
	}

	private void follow(RecordKey key, Sent sent) {
		Sent former = this.inFlight.put(key.packetId(), sent);
		if (former != null) {
			former.end(Outcome.STORED, null);
		}
	}

	/**
	 * Note that a message is no longer in flight: its record is removed.
	 * @param key the record's key
	 */
	void removed(RecordKey key) {
		Sent sent = this.inFlight.remove(key.packetId());
		if (sent != null && sent == this.publishing.get()) {
			// Taken back: its publishing fails, and tells why.
			sent.isInFlight = false;
		}
		else if (sent != null) {
			sent.end((sent.reason != null) ? Outcome.FAILED : Outcome.ACKNOWLEDGED, sent.reason);
		}
	}

	/**
	 * Note why a message fails that is about to end.
	 * @param packetId its packet id
	 * @param reason why
	 */
	void failing(int packetId, Throwable reason) {
		Sent sent = this.inFlight.get(packetId);
		if (sent != null) {
			sent.reason = reason;
		}
	}

	/** Note that the session is cleared. */
	void cleared() {
		IOException reason = new IOException("The session was cleared");
		this.inFlight.values().removeIf((sent) -> sent.end(Outcome.FAILED, reason));
	}

	/** Note that a link was made, and nothing is sent yet. */
	void linkMade() {
		if (!this.restored.getAndSet(true)) {
			for (String name : this.session.keys()) {
				RecordKey key = RecordKey.require(name);
				byte[] record = this.session.get(name);
				if (key.kind() == RecordKind.SENT && record != null && !this.inFlight.containsKey(key.packetId())) {
					deliver(key, record);
				}
			}
		}
	}

	// What is received

	/**
	 * Begin to observe a message that has arrived. Called without locks.
	 * @param incoming the message
	 * @return what is observed, {@code null} if nothing is
	 */
	@Nullable Received arrived(Incoming incoming) {
		Message message = message(incoming.message().topic(), incoming.message().qos());
		Observed observed = isFull() ? null : start(() -> this.observer.receive(message, incoming.headers().get()));
		if (observed == null) {
			return null;
		}
		Received arrived = new Received(observed,
				incoming.message().qos() << Short.SIZE | incoming.message().packetId());
		this.received.add(arrived);
		return arrived;
	}

	/**
	 * Note that the callback is called next.
	 * @param begun what it is given, {@code null} if that is not observed
	 * @param manually whether the application acknowledges messages in its own words
	 */
	void handling(@Nullable Received begun, boolean manually) {
		this.handled = begun;
		if (begun != null && manually && begun.place >> Short.SIZE > 0) {
			begun.isManual = true;
			Received former = this.unacknowledged.put(begun.place, begun);
			if (former != null) {
				former.end(Outcome.FAILED, new IOException("It was not acknowledged, and has come again"));
			}
		}
	}

	/**
	 * Note that the callback has returned.
	 * @param done what it was given, {@code null} if that is not observed
	 */
	void handled(@Nullable Received done) {
		this.handled = null;
		if (done != null) {
			done.hasReturned = true;
			if (!done.isManual) {
				done.end(Outcome.HANDLED, null);
			}
		}
	}

	/**
	 * Call the application's callback, or one of its listeners, with the observation as
	 * the current one.
	 * @param <X> what that throws
	 * @param callback calls it
	 * @throws X if it does
	 */
	public <X extends Exception> void handle(Handling<X> callback) throws X {
		Received current = this.handled;
		Runnable scope = (current != null) ? openScope(current) : null;
		try {
			callback.handle((current != null) ? headers(current) : Map.of());
		}
		catch (Exception ex) {
			if (current != null) {
				this.handled = null;
				current.end(Outcome.FAILED, ex);
			}
			throw ex;
		}
		finally {
			if (scope != null) {
				tell(scope);
			}
		}
	}

	private @Nullable Runnable openScope(Received current) {
		try {
			return current.observed.openScope();
		}
		catch (RuntimeException | Error ex) {
			failed(ex);
			return null;
		}
	}

	private Map<String, String> headers(Received current) {
		try {
			return (version() == MqttVersion.V5) ? current.observed.headers() : Map.of();
		}
		catch (RuntimeException | Error ex) {
			failed(ex);
			return Map.of();
		}
	}

	/**
	 * Note that the application is done with a message, in its own words.
	 * @param packetId its packet id
	 * @param qos its quality of service
	 */
	void acknowledged(int packetId, int qos) {
		Received done = this.unacknowledged.remove(qos << Short.SIZE | packetId);
		if (done != null) {
			done.end(Outcome.HANDLED, null);
		}
	}

	/** Note that Paho has forgotten what waited for the callback. */
	void connecting() {
		IOException reason = new IOException("The link was lost before it was handled");
		for (Received lost : this.received) {
			if (!lost.hasReturned) {
				lost.end(Outcome.FAILED, reason);
			}
		}
	}

	/**
	 * Note that the client is closed. What is in flight stays stored. Waits a moment for
	 * the observer.
	 */
	void closed() {
		this.inFlight.values().removeIf((sent) -> sent.end(Outcome.STORED, null));
		IOException reason = new IOException("The client was closed");
		this.received.forEach((left) -> left.end(Outcome.FAILED, reason));
		if (this.open.get() == 0) {
			return;
		}
		CountDownLatch told = new CountDownLatch(1);
		if (!later(told::countDown)) {
			return;
		}
		try {
			if (!told.await(CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
				logger.warn("An observation handler is slow: some observations of MQTT client '"
						+ this.session.id().clientId() + "' end after it is closed");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private MqttVersion version() {
		return this.session.id().version();
	}

	private Message message(String topic, int qos) {
		return new Message(version(), this.session.id().clientId(), topic, qos);
	}

	/** Take a place for one more, if there is one. */
	private boolean isFull() {
		if (this.open.incrementAndGet() <= MOST_OPEN) {
			return false;
		}
		this.open.decrementAndGet();
		if (!this.warned.getAndSet(true)) {
			logger.warn("MQTT client '" + this.session.id().clientId() + "' has " + MOST_OPEN
					+ " observed messages in flight, the maximum: further messages are not observed until some of "
					+ "these end. No message is lost");
		}
		return true;
	}

	private @Nullable Observed start(Supplier<Observed> starting) {
		try {
			return starting.get();
		}
		catch (RuntimeException | Error ex) {
			this.open.decrementAndGet();
			failed(ex);
			return null;
		}
	}

	private void stop(@Nullable Observed observed, Outcome outcome, @Nullable Throwable error) {
		if (observed != null) {
			tell(() -> observed.stop(outcome, error));
			this.open.decrementAndGet();
		}
	}

	/**
	 * Tell the observer on the thread for that. If there is none, an observation is given
	 * up, and the message goes on.
	 */
	private boolean later(Runnable task) {
		try {
			TELLER.execute(task);
			return true;
		}
		catch (Error ex) {
			failed(ex);
			return false;
		}
	}

	private void tell(Runnable call) {
		try {
			call.run();
		}
		catch (RuntimeException | Error ex) {
			failed(ex);
		}
	}

	private void failed(Throwable ex) {
		if (!this.failed.getAndSet(true)) {
			logger.warn("An observation handler failed. This is logged once for each client. The message itself "
					+ "is not affected", ex);
		}
		else {
			logger.debug("An observation handler has failed again", ex);
		}
	}

	/**
	 * A message on its way to the broker.
	 */
	private final class Sent {

		private final Map<String, String> headers;

		/** Written before it is handed over, or by the thread that reads it. */
		private @Nullable Observed observed;

		private volatile boolean isInFlight;

		private volatile @Nullable Throwable reason;

		private final AtomicBoolean ended = new AtomicBoolean();

		Sent(@Nullable Observed observed, Map<String, String> headers) {
			this.observed = observed;
			this.headers = headers;
		}

		boolean end(Outcome outcome, @Nullable Throwable error) {
			if (!this.ended.getAndSet(true) && !later(() -> stop(this.observed, outcome, error))
					&& this.observed != null) {
				ObservedMessages.this.open.decrementAndGet();
			}
			return true;
		}

	}

	/**
	 * A message on its way to the application.
	 */
	final class Received {

		private final Observed observed;

		/** Its QoS and packet id. */
		private final int place;

		private volatile boolean isManual;

		private volatile boolean hasReturned;

		private final AtomicBoolean ended = new AtomicBoolean();

		Received(Observed observed, int place) {
			this.observed = observed;
			this.place = place;
		}

		private void end(Outcome outcome, @Nullable Throwable error) {
			ObservedMessages.this.received.remove(this);
			if (!this.ended.getAndSet(true)) {
				if (!later(() -> stop(this.observed, outcome, error))) {
					ObservedMessages.this.open.decrementAndGet();
				}
			}
		}

	}

	/**
	 * Publishes a message.
	 *
	 * @param <R> the type of the token
	 * @param <X> what refuses the message
	 */
	@FunctionalInterface
	public interface Publishing<R, X extends Exception> {

		/**
		 * Publish it.
		 * @param headers what is to travel with it
		 * @return the token
		 * @throws X if it was refused
		 */
		R publish(Map<String, String> headers) throws X;

	}

	/**
	 * Calls a callback.
	 *
	 * @param <X> what that throws
	 */
	@FunctionalInterface
	public interface Handling<X extends Exception> {

		/**
		 * Call it.
		 * @param headers the user properties that the message is to have instead of those
		 * of the same name
		 * @throws X if it fails
		 */
		void handle(Map<String, String> headers) throws X;

	}

}
