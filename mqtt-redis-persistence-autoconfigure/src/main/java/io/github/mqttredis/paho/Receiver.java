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
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What receiving needs from a version of Paho: creating its packets and queueing them.
 *
 * @since 0.1.0
 */
public interface Receiver {

	/**
	 * Read a PUBLISH.
	 * @param packet the whole packet
	 * @return hands the message to the callback
	 * @throws MalformedPublishException if it cannot be read
	 */
	Incoming read(byte[] packet) throws MalformedPublishException;

	/**
	 * Queue a PUBACK.
	 * @param packetId the packet id, not zero
	 * @throws IOException if Paho refuses it
	 */
	void puback(int packetId) throws IOException;

	/**
	 * Queue a PUBREC.
	 * @param packetId the packet id, not zero
	 * @throws IOException if Paho refuses it
	 */
	void pubrec(int packetId) throws IOException;

	/**
	 * Queue a PUBCOMP.
	 * @param packetId the packet id, not zero
	 * @throws IOException if Paho refuses it
	 */
	void pubcomp(int packetId) throws IOException;

	/**
	 * Return whether the client is connected.
	 * @return whether there is a link to answer on
	 */
	boolean isConnected();

	/**
	 * A message that has come in.
	 *
	 * @param message the message
	 * @param headers reads the user properties that it has in MQTT 5
	 * @param delivery queues it for the callback
	 */
	record Incoming(ReceivedPublish message, Supplier<Map<String, String>> headers, Delivery delivery) {

	}

	/**
	 * Queues a message for the callback.
	 */
	@FunctionalInterface
	interface Delivery {

		/**
		 * Queue it. Waits for room.
		 * @param done asked whenever Paho asks for the message's content: once to deliver
		 * it, and again when the callback has returned, which tells that it has
		 * ({@code CommsCallback.handleMessage} in both versions). Answers whether nothing
		 * is left for Paho to acknowledge
		 */
		void queue(BooleanSupplier done);

	}

}
