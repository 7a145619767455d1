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

package io.github.mqttredis.paho.v5;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.MqttPubComp;
import org.eclipse.paho.mqttv5.common.packet.MqttPubRec;
import org.eclipse.paho.mqttv5.common.packet.MqttPublish;
import org.eclipse.paho.mqttv5.common.packet.MqttReturnCode;
import org.eclipse.paho.mqttv5.common.packet.MqttWireMessage;
import org.jspecify.annotations.Nullable;

/**
 * Receives the messages of QoS 2, as Paho 3 does and Paho 5 does not: stored at PUBLISH,
 * delivered at PUBREL, and complete when the application has them (4.3.3, method B). So a
 * message that the broker sends again is delivered once, and one whose callback did not
 * finish, because the link broke or the process died, is delivered again, when the broker
 * sends its PUBREL again.
 * <p>
 * Packets come on Paho's receiver thread, the ends of callbacks on Paho's callback
 * thread. The lock is held while a record is stored; who holds it wants no lock but
 * Paho's queue lock, whose holders never want this one.
 */
final class ReceivedMessages {

	private static final String PREFIX = "r-";

	private final SessionMqttClientPersistence persistence;

	private final PahoComms comms;

	private final ReentrantLock lock = new ReentrantLock();

	/**
	 * What is stored and not complete, by packet id: with the delivery that is under way
	 * or was when the link was lost, {@code null} if there is none.
	 */
	private final Map<Integer, @Nullable Delivery> held = new HashMap<>();

	private volatile boolean manualAcks;

	/**
	 * Take up what the session holds.
	 * @param persistence the client's persistence, which is open
	 * @param comms the client's inner parts
	 * @throws MqttException if the session cannot be read
	 */
	ReceivedMessages(SessionMqttClientPersistence persistence, PahoComms comms) throws MqttException {
		this.persistence = persistence;
		this.comms = comms;
		for (String key : Collections.list(persistence.keys())) {
			if (key.startsWith(PREFIX)) {
				this.held.put(Integer.valueOf(key.substring(PREFIX.length())), null);
			}
		}
	}

	/**
	 * Note that the application says itself when it is done with a message.
	 * @param manualAcks whether it does
	 */
	void setManualAcks(boolean manualAcks) {
		this.manualAcks = manualAcks;
	}

	/**
	 * Note that a connection is about to be made. Paho throws away what waits for the
	 * callback then; the records may have been cleared for a clean start.
	 * @throws MqttException if the persistence was never opened
	 */
	void connecting() throws MqttException {
		this.lock.lock();
		try {
			for (Integer packetId : this.held.keySet().toArray(Integer[]::new)) {
				Delivery delivery = this.held.get(packetId);
				if (!this.persistence.containsKey(PREFIX + packetId)) {
					this.held.remove(packetId);
				}
				else if (delivery != null) {
					delivery.interrupted = true;
				}
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Store a message and answer with PUBREC. If it is stored already, it is stored
	 * again: a broker that forgot its state may mean another message.
	 * @param message the message
	 * @throws MqttException if it could not be stored
	 */
	void store(MqttPublish message) throws MqttException {
		this.lock.lock();
		try {
			this.persistence.put(PREFIX + message.getMessageId(), message);
			this.held.put(message.getMessageId(), null);
		}
		finally {
			this.lock.unlock();
		}
		this.comms
			.send(new MqttPubRec(MqttReturnCode.RETURN_CODE_SUCCESS, message.getMessageId(), new MqttProperties()));
	}

	/**
	 * Deliver a message that the broker has released, unless that is under way.
	 * @param packetId the packet id
	 * @return false if there is no such message, which was completed before
	 * @throws MqttException if the record cannot be read
	 */
	boolean release(int packetId) throws MqttException {
		this.lock.lock();
		try {
			if (!this.held.containsKey(packetId)) {
				return false;
			}
			Delivery delivery = this.held.get(packetId);
			if (delivery != null && !delivery.interrupted) {
				return true;
			}
		}
		finally {
			this.lock.unlock();
		}
		deliver(packetId, true);
		return true;
	}

	/**
	 * Deliver what the broker has forgotten, because nobody will release it.
	 * @throws MqttException if a record cannot be read
	 */
	void sessionLost() throws MqttException {
		Integer[] all;
		this.lock.lock();
		try {
			all = this.held.keySet().toArray(Integer[]::new);
		}
		finally {
			this.lock.unlock();
		}
		for (Integer packetId : all) {
			deliver(packetId, false);
		}
	}

	private void deliver(Integer packetId, boolean answered) throws MqttException {
		Delivery delivery = new Delivery(
				(MqttPublish) MqttWireMessage.createWireMessage(this.persistence.get(PREFIX + packetId)), answered);
		this.lock.lock();
		try {
			this.held.put(packetId, delivery);
		}
		finally {
			this.lock.unlock();
		}
		// Waits for room in Paho's queue, as for every message.
		this.comms.deliver(delivery);
	}

	/**
	 * Note that the application is done with a message, in its own words.
	 * @param packetId the packet id
	 * @return whether there is such a message, and nothing else to be done
	 * @throws MqttException if its completion could not be sent
	 */
	boolean acknowledge(int packetId) throws MqttException {
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

	private void complete(Delivery delivery) throws MqttException {
		int packetId = delivery.getMessageId();
		this.lock.lock();
		try {
			if (this.held.get(packetId) != delivery) {
				return;
			}
			this.held.remove(packetId);
			this.persistence.remove(PREFIX + packetId);
			if (delivery.answered && !delivery.interrupted && this.comms.isConnected()) {
				// Left out where the broker will ask again.
				this.comms.send(new MqttPubComp(MqttReturnCode.RETURN_CODE_SUCCESS, packetId, new MqttProperties()));
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * A message on its way to the callback. Paho asks for its content once to deliver it,
	 * and once more when the callback has returned, unless the application acknowledges
	 * by itself ({@code CommsCallback.handleMessage}).
	 */
	private final class Delivery extends MqttPublish {

		private final boolean answered;

		private boolean delivered;

		/** Whether it began on a connection that was lost. Guarded by the lock. */
		private boolean interrupted;

		Delivery(MqttPublish message, boolean answered) {
			super(message.getTopicName(), message.getMessage(), message.getProperties());
			setMessageId(message.getMessageId());
			this.answered = answered;
		}

		@Override
		public MqttMessage getMessage() {
			if (this.delivered && !ReceivedMessages.this.manualAcks) {
				try {
					complete(this);
				}
				catch (MqttException ex) {
					throw new IllegalStateException(ex);
				}
			}
			this.delivered = true;
			return super.getMessage();
		}

	}

}
