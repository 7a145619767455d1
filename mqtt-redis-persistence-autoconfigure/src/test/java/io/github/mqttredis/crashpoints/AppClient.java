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

package io.github.mqttredis.crashpoints;

import java.util.Map;
import java.util.Objects;

import org.springframework.beans.DirectFieldAccessor;

/**
 * A client of ours as the application uses it. There is one for each version of Paho.
 */
abstract class AppClient {

	/**
	 * Connect and wait for it.
	 */
	abstract void connect() throws Exception;

	/**
	 * Begin to connect again.
	 */
	abstract void reconnect() throws Exception;

	abstract boolean isConnected();

	/**
	 * Use the offline buffer from now on.
	 */
	abstract void buffer();

	/**
	 * Publish a message and wait no longer than the client does.
	 * @param topic the topic
	 * @param payload the message
	 * @param qos the QoS
	 * @throws RefusedException if the client throws
	 */
	abstract void publish(String topic, String payload, int qos) throws RefusedException;

	/**
	 * Subscribe with QoS 2 and wait for it.
	 * @param topic the topic
	 */
	abstract void subscribe(String topic) throws Exception;

	/**
	 * Return the payload of a stored PUBLISH.
	 * @param record the record
	 * @return the payload
	 */
	abstract String payload(byte[] record) throws Exception;

	/**
	 * Put the client away, by force.
	 */
	abstract void destroy() throws Exception;

	/**
	 * Return Paho's client, whose fields both versions name alike.
	 * @return the client
	 */
	abstract Object paho();

	final int packetIdsInUse() {
		return ((Map<?, ?>) Objects
			.requireNonNull(new DirectFieldAccessor(paho()).getPropertyValue("comms.clientState.inUseMsgIds"))).size();
	}

	/**
	 * Let the next packet id be one above the given one.
	 * @param id the last id used
	 */
	final void lastPacketId(int id) {
		new DirectFieldAccessor(paho()).setPropertyValue("comms.clientState.nextMsgId", id);
	}

	/**
	 * What a client tells the application.
	 */
	interface Events {

		void connectionLost();

		void messageArrived(String payload) throws InterruptedException;

		void deliveryComplete();

	}

	/**
	 * A message that was not accepted. What becomes of it is unknown.
	 */
	static final class RefusedException extends Exception {

		private static final long serialVersionUID = 1L;

		RefusedException(Exception cause) {
			super(cause);
		}

	}

}
