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
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

import io.github.mqttredis.paho.ObservedMessages.Handling;
import io.github.mqttredis.paho.ObservedMessages.Received;
import io.github.mqttredis.paho.Receiver.Incoming;
import io.github.mqttredis.paho.ReceptionFailures.Content;
import io.github.mqttredis.session.SessionActivity.Event;
import io.github.mqttredis.session.SessionRecordException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Receives messages instead of Paho, for both of its versions. A QoS 2 message is stored
 * at PUBLISH, delivered at PUBREL, and complete when the application has it (4.3.3,
 * method B). So a message that the broker sends again is delivered once. If its callback
 * did not finish, it is delivered again: over the next link if the link broke, and when
 * the broker sends its PUBREL again if the process died. A message that the application
 * has, and acknowledges manually, is not delivered again while the process lives.
 * <p>
 * A malformed message is acknowledged, so that it does not hold up later messages. So is
 * one whose callback throws each time, and one for which there is no memory, after as
 * many attempts as the session allows. A link ends after each of them but the last, and
 * the broker sends the message again over the next one. What cannot be kept in quarantine
 * either is not answered in the end: the broker has it until the next link.
 * <p>
 * Packets come on Paho's receiver thread, the ends of callbacks on Paho's callback
 * thread, acknowledgements on the application's. The lock guards what is held, and that
 * it is stored in the same order; storing does not wait for Redis here (the barrier does,
 * before PUBREC is sent). Who holds it wants no lock but Paho's queue lock, whose holders
 * never want this one.
 *
 * @since 0.1.0
 */
public final class ReceivedMessages {

	private static final Log logger = LogFactory.getLog(ReceivedMessages.class);

	private static final String PREFIX = "r-";

	private final ClientSession<?> session;

	private final Receiver receiver;

	private final @Nullable ObservedMessages observed;

	private final ReentrantLock lock = new ReentrantLock();

	/**
	 * What is stored and not complete, by packet id, in the order in which it came: with
	 * the delivery that is under way or was when the link was lost, {@code null} if there
	 * is none.
	 */
	private final Map<Integer, @Nullable Delivery> held = new LinkedHashMap<>();

	/** What is held, and the broker has forgotten: nobody will release it. */
	private final Set<Integer> forgotten = new HashSet<>();

	private final ReceptionFailures failures;

	/** Told how often in a row a message was not taken, before its link ends. */
	private final IntConsumer onFailure;

	/** What the callback is given just now, on Paho's only thread for that. */
	private volatile @Nullable Handover current;

	private volatile boolean manualAcks;

	/**
	 * Take up what the session holds.
	 * @param session the client's session
	 * @param receiver the client's inner parts
	 * @param observed what is told of messages, {@code null} if nobody is
	 * @param onFailure told how often in a row a message was not taken, before its link
	 * ends
	 */
	ReceivedMessages(ClientSession<?> session, Receiver receiver, @Nullable ObservedMessages observed,
			IntConsumer onFailure) {
		this.session = session;
		this.onFailure = onFailure;
		this.failures = new ReceptionFailures(session.undeliverableAttempts());
		this.receiver = receiver;
		this.observed = observed;
		for (String key : session.keys()) {
			if (key.startsWith(PREFIX)) {
				this.held.put(Integer.valueOf(key.substring(PREFIX.length())), null);
			}
		}
	}

	/**
	 * Note that the application says itself when it is done with a message. Paho is not
	 * told: it would not ask for the content again, which shows that the application has
	 * the message.
	 * @param manualAcks whether it does
	 */
	public void setManualAcks(boolean manualAcks) {
		this.manualAcks = manualAcks;
	}

	/**
	 * Note that a connection is about to be made, and that no callback runs. Paho throws
	 * away what waits for the callback then; the records may have been cleared for a
	 * clean start.
	 */
	public void connecting() {
		if (this.observed != null) {
			this.observed.connecting();
		}
		this.lock.lock();
		try {
			this.held.keySet().removeIf((packetId) -> !this.session.contains(PREFIX + packetId));
			this.forgotten.retainAll(this.held.keySet());
			this.held.values().forEach((delivery) -> {
				if (delivery != null) {
					delivery.answer = Answer.NONE;
					delivery.lost = !delivery.taken;
				}
			});
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Take a PUBLISH. One of QoS 2 is stored and answered with PUBREC. If it is stored
	 * already, it is stored again: a broker that forgot its state may mean another
	 * message.
	 * @param packet the whole packet
	 * @throws IOException if it could not be stored, or Paho does not answer
	 */
	void publish(byte[] packet) throws IOException {
		try {
			receive(packet);
		}
		catch (RuntimeException | Error ex) {
			if (!isGivenUp(packet, ex)) {
				throw ex;
			}
		}
	}

	/** Count a failure to receive a packet, and do without it if that are enough. */
	private boolean isGivenUp(byte[] packet, Throwable failure) throws IOException {
		int times = failed(packet, packet.length);
		if (!this.failures.isEnough(times)) {
			return false;
		}
		if (failure instanceof OutOfMemoryError) {
			skipped(packet, packet.length);
			return true;
		}
		Head head = Head.of(packet);
		if (!isKept(head, packet, times, failure)) {
			return this.failures.isHopeless(times);
		}
		acknowledgeUndelivered(head.qos(), head.packetId());
		return true;
	}

	/** Count a failure to read a packet, or to make room for it. */
	private int failed(byte[] packet, int length) {
		Head head = Head.of(packet);
		return this.failures.failed(Content.unread(head.qos(), head.topic(), length));
	}

	/**
	 * Make room for a long PUBLISH, which is in memory twice before the application has
	 * it.
	 * @param head how it begins
	 * @param length its length
	 * @return the room, {@code null} to do without the message
	 */
	byte @Nullable [] room(byte[] head, int length) {
		if (2L * length > Runtime.getRuntime().maxMemory()) {
			return null;
		}
		try {
			return Arrays.copyOf(head, length);
		}
		catch (OutOfMemoryError ex) {
			if (this.failures.isEnough(failed(head, length))) {
				return null;
			}
			throw ex;
		}
	}

	/**
	 * Acknowledge a PUBLISH for which there is no room.
	 * @param packet how it begins
	 * @param length its length
	 * @throws IOException if Paho does not answer
	 */
	void skipped(byte[] packet, int length) throws IOException {
		Head head = Head.of(packet);
		logger.warn("MQTT session " + this.session.name() + " received a PUBLISH that does not fit into the heap of "
				+ Runtime.getRuntime().maxMemory() + " bytes (" + head.describe() + ", " + length + " bytes). It is "
				+ ((head.packetId() != 0) ? "acknowledged" : "dropped")
				+ ", and not kept in quarantine; later messages are delivered. Raise -Xmx");
		this.session.happened(Event.MESSAGE_SKIPPED);
		acknowledgeUndelivered(head.qos(), head.packetId());
	}

	private void receive(byte[] packet) throws IOException {
		Incoming incoming;
		try {
			incoming = this.receiver.read(packet);
		}
		catch (MalformedPublishException ex) {
			setAside(packet, ex);
			acknowledgeUndelivered(ex.qos(), ex.packetId());
			return;
		}
		if (incoming.message().qos() == 2) {
			take(incoming, packet);
		}
		else {
			byte[] kept = this.failures.isLastAttempt(incoming.message()) ? packet : null;
			incoming.delivery().queue(new Handover(incoming.message(), kept, observe(incoming)));
		}
		this.failures.read(incoming.message(), packet.length);
	}

	private void take(Incoming incoming, byte[] packet) throws IOException {
		int packetId = incoming.message().packetId();
		try {
			hold(packetId, packet);
		}
		catch (IOException ex) {
			if (!(ex.getCause() instanceof SessionRecordException)) {
				throw ex;
			}
			logger.warn(ex.getMessage() + ". The message is delivered before it is acknowledged, and comes again "
					+ "if the link is lost or the process dies meanwhile");
			Delivery delivery = new Delivery(incoming.message(), Answer.PUBREC, observe(incoming));
			hold(delivery);
			incoming.delivery().queue(delivery);
			return;
		}
		this.receiver.pubrec(packetId);
	}

	private @Nullable Received observe(Incoming incoming) {
		return (this.observed != null) ? this.observed.arrived(incoming) : null;
	}

	private void handling(Handover begun) {
		this.current = begun;
		if (this.observed != null) {
			this.observed.handling(begun.observed, this.manualAcks);
		}
	}

	private void handled(Handover done) {
		this.current = null;
		if (!done.isDone()) {
			this.failures.taken(done.message);
		}
		if (this.observed != null) {
			this.observed.handled(done.observed);
		}
	}

	/**
	 * Call the application's callback, or one of its listeners, with the message that
	 * Paho hands over just now.
	 * @param <X> what that throws
	 * @param callback calls it
	 * @throws X if it does, and the message is to come again
	 */
	public <X extends Exception> void handle(Handling<X> callback) throws X {
		try {
			if (this.observed != null) {
				this.observed.handle(callback);
			}
			else {
				callback.handle(Map.of());
			}
		}
		catch (Exception | Error ex) {
			if (!isDone(ex)) {
				throw ex;
			}
		}
	}

	/**
	 * Count what a callback has thrown. It does not count after the link was lost, or the
	 * application has disconnected the client: that may be the reason. Nor does it for a
	 * message that does not come again.
	 * @return whether the link stays: the message was set aside, and is to be completed,
	 * or it never will be, and is left with the broker
	 */
	private boolean isDone(Throwable thrown) {
		Handover handed = this.current;
		if (handed == null || !handed.comesAgain()) {
			return false;
		}
		if (!handed.isDone() && this.receiver.isConnected()) {
			int times = this.failures.failed(Content.of(handed.message));
			handed.setAside = this.failures.isEnough(times)
					&& isKept(Head.of(handed.message), handed.packet(), times, thrown);
			handed.withheld = !handed.setAside && this.failures.isHopeless(times);
			if (!handed.isDone()) {
				this.onFailure.accept(times);
			}
		}
		return handed.isDone();
	}

	private boolean isKept(Head head, byte @Nullable [] packet, int times, Throwable failure) {
		Throwable root = failure;
		while (root.getCause() != null) {
			root = root.getCause();
		}
		boolean kept = packet != null && this.session.keep(head.packetId(), packet, times, root.toString());
		logger.warn("MQTT session " + this.session.name() + ": a received message (" + head.describe()
				+ ((packet != null) ? ", " + packet.length + " bytes" : "") + ") was not taken in " + times
				+ " attempts: " + root
				+ (kept ? ". It is acknowledged and kept in quarantine, and later messages are delivered"
						: ". It cannot be kept in quarantine, so it is not acknowledged, and comes again")
				+ ((!kept && this.failures.isHopeless(times)) ? " over the next link; later messages are delivered"
						: ""),
				failure);
		return kept;
	}

	void refused(int packetId, String reason) {
		if (this.observed != null) {
			this.observed.failing(packetId, new IOException(reason));
		}
	}

	private void hold(int packetId, byte[] packet) throws IOException {
		this.lock.lock();
		try {
			this.session.put(PREFIX + packetId, packet);
			this.held.put(packetId, null);
			this.forgotten.remove(packetId);
		}
		finally {
			this.lock.unlock();
		}
	}

	private void hold(Delivery delivery) {
		this.lock.lock();
		try {
			this.held.put(delivery.message.packetId(), delivery);
		}
		finally {
			this.lock.unlock();
		}
	}

	private void acknowledgeUndelivered(int qos, int packetId) throws IOException {
		if (packetId == 0) {
			return;
		}
		if (qos == 1) {
			this.receiver.puback(packetId);
		}
		else if (qos == 2) {
			// Of a message that had the packet id before, which PUBREL would deliver.
			discard(packetId);
			this.receiver.pubrec(packetId);
		}
	}

	private void setAside(byte[] packet, MalformedPublishException cause) {
		boolean kept = this.session.keep(cause.packetId(), packet, 0, String.valueOf(cause.getMessage()));
		logger.warn("MQTT session " + this.session.name() + " received a PUBLISH that cannot be delivered: "
				+ cause.getMessage() + " (QoS " + cause.qos() + ", packet id " + cause.packetId() + ", " + packet.length
				+ " bytes). Later messages are delivered; it is " + ((cause.packetId() != 0) ? "" : "not ")
				+ "acknowledged, and " + (kept ? "" : "not ") + "kept in quarantine");
	}

	/**
	 * Deliver a message that the broker has released, unless that is under way. One that
	 * was completed before is answered at once.
	 * @param packetId the packet id
	 * @throws IOException if Paho does not answer
	 */
	void release(int packetId) throws IOException {
		if (isUnderWay(packetId)) {
			return;
		}
		if (isHeld(packetId)) {
			deliver(packetId, Answer.PUBCOMP);
		}
		else if (packetId != 0) {
			this.receiver.pubcomp(packetId);
		}
	}

	private boolean isHeld(int packetId) {
		this.lock.lock();
		try {
			return this.held.containsKey(packetId);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Return whether the application has the message, or gets it, and so will complete
	 * it.
	 */
	private boolean isUnderWay(int packetId) {
		this.lock.lock();
		try {
			Delivery delivery = this.held.get(packetId);
			if (delivery == null || delivery.lost) {
				return false;
			}
			delivery.answer = Answer.PUBCOMP;
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Forget a message that the broker has not released: an operator does not want it.
	 * @param packetId its packet id
	 */
	void discard(int packetId) {
		this.lock.lock();
		try {
			remove(packetId);
		}
		finally {
			this.lock.unlock();
		}
	}

	private void remove(int packetId) {
		this.held.remove(packetId);
		this.forgotten.remove(packetId);
		this.session.remove(PREFIX + packetId);
	}

	/**
	 * Deliver what the broker may not release again: what it has forgotten, and what it
	 * has released and did not reach the application over an earlier link.
	 * @param sessionLost whether the broker has forgotten the session
	 * @throws IOException if Paho does not answer
	 */
	void accepted(boolean sessionLost) throws IOException {
		for (Integer packetId : due(sessionLost)) {
			deliver(packetId, Answer.NONE);
		}
	}

	private List<Integer> due(boolean sessionLost) {
		this.lock.lock();
		try {
			if (sessionLost) {
				this.forgotten.addAll(this.held.keySet());
			}
			return this.held.keySet().stream().filter((packetId) -> {
				Delivery delivery = this.held.get(packetId);
				return (delivery != null) ? delivery.lost : this.forgotten.contains(packetId);
			}).toList();
		}
		finally {
			this.lock.unlock();
		}
	}

	private void deliver(int packetId, Answer answer) throws IOException {
		byte[] record = this.session.get(PREFIX + packetId);
		if (record == null) {
			// Cleared meanwhile.
			return;
		}
		try {
			Incoming incoming = this.receiver.read(record);
			Delivery delivery = new Delivery(incoming.message(), answer, observe(incoming));
			hold(delivery);
			// Waits for room in Paho's queue, as for every message.
			incoming.delivery().queue(delivery);
			this.failures.read(incoming.message(), record.length);
		}
		catch (MalformedPublishException ex) {
			setAside(record, ex);
			discard(packetId);
			answer(packetId, answer);
		}
		catch (RuntimeException | Error ex) {
			int times = failed(record, record.length);
			if (!this.failures.isEnough(times)) {
				throw ex;
			}
			// Takes no memory here.
			this.session.setAside(PREFIX + packetId, times, ex.toString());
			discard(packetId);
			answer(packetId, answer);
		}
	}

	/**
	 * Note that the application says that it is done with a message, before its callback
	 * has returned or after.
	 * @param packetId the packet id
	 * @param qos its QoS
	 */
	void acknowledging(int packetId, int qos) {
		Handover handed = this.current;
		if (handed != null && handed.message.packetId() == packetId && handed.message.qos() == qos) {
			handed.acknowledged = true;
		}
	}

	/**
	 * Note that the application is done with a message, in its own words.
	 * @param packetId the packet id
	 * @return whether there is such a message, and nothing else to be done
	 * @throws IOException if its completion could not be sent
	 */
	public boolean acknowledge(int packetId) throws IOException {
		this.lock.lock();
		try {
			if (!this.manualAcks || !this.held.containsKey(packetId)) {
				return false;
			}
			Delivery delivery = this.held.get(packetId);
			if (delivery != null) {
				complete(delivery);
			}
			// Another message has its packet id now, which nobody was given yet.
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void complete(Delivery delivery) throws IOException {
		this.lock.lock();
		try {
			int packetId = delivery.message.packetId();
			if (this.held.get(packetId) == delivery) {
				remove(packetId);
				answer(packetId, delivery.answer);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private void answer(int packetId, Answer answer) throws IOException {
		if (!this.receiver.isConnected()) {
			return;
		}
		switch (answer) {
			case PUBREC -> this.receiver.pubrec(packetId);
			case PUBCOMP -> this.receiver.pubcomp(packetId);
			case NONE -> {
				// The broker will ask again.
			}
		}
	}

	/**
	 * What a PUBLISH tells of itself before its payload.
	 *
	 * @param qos its QoS
	 * @param packetId its packet id, zero if it has none
	 * @param topic its topic, or why that cannot be read
	 */
	private record Head(int qos, int packetId, String topic) {

		static Head of(byte[] packet) {
			try {
				return of(ReceivedPublish.head(packet));
			}
			catch (MalformedPublishException ex) {
				return new Head(ex.qos(), ex.packetId(), String.valueOf(ex.getMessage()));
			}
		}

		static Head of(ReceivedPublish message) {
			return new Head(message.qos(), message.packetId(), message.topic());
		}

		String describe() {
			return "QoS " + this.qos + ", packet id " + this.packetId + ", topic '" + this.topic + "'";
		}

	}

	/** What a broker waits for on this connection. */
	private enum Answer {

		/** Nothing. */
		NONE,

		/** That the message was taken: it is not stored, and was not acknowledged. */
		PUBREC,

		/** That the message, which it has released, is complete. */
		PUBCOMP

	}

	/** A message of QoS 0 or 1 on its way to the callback, which Paho acknowledges. */
	private class Handover implements BooleanSupplier {

		final ReceivedPublish message;

		private final byte @Nullable [] kept;

		final @Nullable Received observed;

		boolean begun;

		/** Whether it is in quarantine. Used by Paho's callback thread. */
		boolean setAside;

		/** Whether it is not answered on this link. Used by Paho's callback thread. */
		boolean withheld;

		/** Whether the application has acknowledged it in its own words. */
		private volatile boolean acknowledged;

		/**
		 * Create what is handed over.
		 * @param message the message
		 * @param kept its packet, {@code null} if that is not needed
		 * @param observed what is observed
		 */
		Handover(ReceivedPublish message, byte @Nullable [] kept, @Nullable Received observed) {
			this.message = message;
			this.kept = kept;
			this.observed = observed;
		}

		byte @Nullable [] packet() {
			return this.kept;
		}

		/** A retained message comes with each subscription. */
		final boolean comesAgain() {
			return (this.message.qos() > 0 || this.message.isRetained()) && !this.acknowledged;
		}

		final boolean isDone() {
			return this.setAside || this.withheld;
		}

		/** Whether Paho is not to answer it. */
		final boolean isAnsweredOtherwise() {
			return this.withheld || (ReceivedMessages.this.manualAcks && !this.setAside);
		}

		@Override
		public boolean getAsBoolean() {
			boolean returned = this.begun;
			this.begun = true;
			if (returned) {
				handled(this);
			}
			else {
				handling(this);
			}
			return returned && this.message.qos() == 1 && isAnsweredOtherwise();
		}

	}

	/**
	 * A message of QoS 2 on its way to the callback. The lock guards all of its own
	 * fields.
	 */
	private final class Delivery extends Handover {

		private Answer answer;

		/** Whether the callback has returned, and the application has the message. */
		private boolean taken;

		/** Whether it did not reach the application before the link was lost. */
		private boolean lost;

		Delivery(ReceivedPublish message, Answer answer, @Nullable Received observed) {
			super(message, null, observed);
			this.answer = answer;
		}

		@Override
		byte @Nullable [] packet() {
			return ReceivedMessages.this.session.get(PREFIX + this.message.packetId());
		}

		@Override
		public boolean getAsBoolean() {
			try {
				if (!this.begun) {
					// If the process was stopped the message may be another one's. Only
					// an owner gets the next link, over which it comes again.
					ReceivedMessages.this.session.checkOwned();
				}
				return advance();
			}
			catch (IOException ex) {
				// Paho drops the link.
				throw new UncheckedIOException(ex);
			}
		}

		/** Note that the callback begins, or has returned. */
		private boolean advance() throws IOException {
			ReceivedMessages.this.lock.lock();
			try {
				if (!this.begun) {
					this.begun = true;
					handling(this);
					return false;
				}
				// What is withheld comes again over the next link.
				this.taken = !this.withheld;
				handled(this);
				if (!isAnsweredOtherwise()) {
					complete(this);
				}
				return true;
			}
			finally {
				ReceivedMessages.this.lock.unlock();
			}
		}

	}

}
