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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

import io.github.mqttredis.paho.ObservedMessages.Received;
import io.github.mqttredis.paho.Receiver.Incoming;
import io.github.mqttredis.session.SessionRecordException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Receives messages instead of Paho, for both of its versions. A QoS 2 message is stored
 * at PUBLISH, delivered at PUBREL, and complete when the application has it (4.3.3,
 * method B). So a message that the broker sends again is delivered once. If its callback
 * did not finish, because the link broke or the process died, it is delivered again when
 * the broker sends its PUBREL again. A message that the application has, and acknowledges
 * manually, is not delivered again while the process lives.
 * <p>
 * A malformed message is acknowledged, so that it does not hold up later messages.
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
	 * What is stored and not complete, by packet id: with the delivery that is under way
	 * or was when the link was lost, {@code null} if there is none.
	 */
	private final Map<Integer, @Nullable Delivery> held = new HashMap<>();

	private volatile boolean manualAcks;

	/**
	 * Take up what the session holds.
	 * @param session the client's session
	 * @param receiver the client's inner parts
	 * @param observed what is told of messages, {@code null} if nobody is
	 */
	ReceivedMessages(ClientSession<?> session, Receiver receiver, @Nullable ObservedMessages observed) {
		this.session = session;
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
		Incoming incoming;
		try {
			incoming = this.receiver.read(packet);
		}
		catch (MalformedPublishException ex) {
			setAside(packet, ex);
			acknowledgeMalformed(ex.qos(), ex.packetId());
			return;
		}
		if (incoming.message().qos() == 2) {
			take(incoming, packet);
		}
		else {
			incoming.delivery().queue(new Handover(incoming.message().qos(), observe(incoming)));
		}
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
			Delivery delivery = new Delivery(packetId, Answer.PUBREC, observe(incoming));
			hold(delivery);
			incoming.delivery().queue(delivery);
			return;
		}
		this.receiver.pubrec(packetId);
	}

	private @Nullable Received observe(Incoming incoming) {
		return (this.observed != null) ? this.observed.arrived(incoming) : null;
	}

	private void handling(@Nullable Received message) {
		if (this.observed != null) {
			this.observed.handling(message, this.manualAcks);
		}
	}

	private void handled(@Nullable Received message) {
		if (this.observed != null) {
			this.observed.handled(message);
		}
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
		}
		finally {
			this.lock.unlock();
		}
	}

	private void hold(Delivery delivery) {
		this.lock.lock();
		try {
			this.held.put(delivery.packetId, delivery);
		}
		finally {
			this.lock.unlock();
		}
	}

	private void acknowledgeMalformed(int qos, int packetId) throws IOException {
		if (packetId == 0) {
			return;
		}
		if (qos == 1) {
			this.receiver.puback(packetId);
		}
		else if (qos == 2) {
			this.receiver.pubrec(packetId);
		}
	}

	private void setAside(byte[] packet, MalformedPublishException cause) {
		boolean kept = this.session.keep(cause.packetId(), packet, String.valueOf(cause.getMessage()));
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
			this.held.remove(packetId);
			this.session.remove(PREFIX + packetId);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Deliver what the broker has forgotten, because nobody will release it.
	 * @throws IOException if Paho does not answer
	 */
	void sessionLost() throws IOException {
		List<Integer> forgotten = new ArrayList<>();
		this.lock.lock();
		try {
			this.held.forEach((packetId, delivery) -> {
				if (delivery == null || delivery.lost) {
					forgotten.add(packetId);
				}
			});
		}
		finally {
			this.lock.unlock();
		}
		for (Integer packetId : forgotten) {
			deliver(packetId, Answer.NONE);
		}
	}

	private void deliver(int packetId, Answer answer) throws IOException {
		byte[] record = this.session.get(PREFIX + packetId);
		if (record == null) {
			// Cleared meanwhile.
			return;
		}
		Incoming incoming;
		try {
			incoming = this.receiver.read(record);
		}
		catch (MalformedPublishException ex) {
			setAside(record, ex);
			Delivery nothing = new Delivery(packetId, answer, null);
			hold(nothing);
			complete(nothing);
			return;
		}
		Delivery delivery = new Delivery(packetId, answer, observe(incoming));
		hold(delivery);
		// Waits for room in Paho's queue, as forevery message.
		incoming.delivery().queue(delivery);
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
			if (this.held.get(delivery.packetId) != delivery) {
				return;
			}
			this.held.remove(delivery.packetId);
			this.session.remove(PREFIX + delivery.packetId);
			if (this.receiver.isConnected()) {
				answer(delivery);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private void answer(Delivery delivery) throws IOException {
		switch (delivery.answer) {
			case PUBREC -> this.receiver.pubrec(delivery.packetId);
			case PUBCOMP -> this.receiver.pubcomp(delivery.packetId);
			case NONE -> {
				// The broker will ask again.
			}
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
	private final class Handover implements BooleanSupplier {

		private final int qos;

		private final @Nullable Received observed;

		private boolean begun;

		Handover(int qos, @Nullable Received observed) {
			this.qos = qos;
			this.observed = observed;
		}

		@Override
		public boolean getAsBoolean() {
			boolean returned = this.begun;
			this.begun = true;
			if (returned) {
				handled(this.observed);
			}
			else {
				handling(this.observed);
			}
			return returned && this.qos == 1 && ReceivedMessages.this.manualAcks;
		}

	}

	/** A message of QoS 2 on its way to the callback. The lock guards all fields. */
	private final class Delivery implements BooleanSupplier {

		private final int packetId;

		private final @Nullable Received observed;

		private Answer answer;

		private boolean begun;

		/** Whether the callback has returned, and the application has the message. */
		private boolean taken;

		/** Whether it did not reach the application before the link was lost. */
		private boolean lost;

		Delivery(int packetId, Answer answer, @Nullable Received observed) {
			this.packetId = packetId;
			this.answer = answer;
			this.observed = observed;
		}

		@Override
		public boolean getAsBoolean() {
			ReceivedMessages.this.lock.lock();
			try {
				if (!this.begun) {
					this.begun = true;
					handling(this.observed);
					return false;
				}
				this.taken = true;
				handled(this.observed);
				if (!ReceivedMessages.this.manualAcks) {
					complete(this);
				}
				return true;
			}
			catch (IOException ex) {
				// Paho drops the link.
				throw new UncheckedIOException(ex);
			}
			finally {
				ReceivedMessages.this.lock.unlock();
			}
		}

	}

}
