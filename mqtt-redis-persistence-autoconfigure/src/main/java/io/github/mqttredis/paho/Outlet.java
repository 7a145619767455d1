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

import io.github.mqttredis.session.QueuedMessage;

/**
 * Where messages go that have waited.
 *
 * @param <T> the token of a message
 * @param <E> the exception of the version of Paho
 * @since 0.1.0
 */
public interface Outlet<T, E extends Exception> {

	/**
	 * Return whether messages can be sent.
	 * @return whether the client is connected
	 */
	boolean isConnected();

	/**
	 * Return whether nothing will ever be sent.
	 * @return whether the client is closed
	 */
	boolean isClosed();

	/**
	 * Return whether one more message may be in flight.
	 * @return whether Paho takes it
	 */
	boolean hasRoom();

	/**
	 * Make the token of a message that nobody else has one of.
	 * @return the token
	 */
	T token();

	/**
	 * Hand a message to Paho.
	 * @param message the message
	 * @param waited how long it has waited, in milliseconds
	 * @param token its token
	 * @return whether it has left the queue; one of QoS 0 has not
	 * @throws E if Paho does not take it
	 */
	boolean send(QueuedMessage message, long waited, T token) throws E;

	/**
	 * Make what says that a message cannot wait here.
	 * @param message why, and what to do
	 * @return what is thrown
	 */
	E refusal(String message);

	/**
	 * Return what an exception of Paho's stands for.
	 * @param ex the exception
	 * @return its reason code, 0 if it has none
	 */
	int reasonCode(Exception ex);

}
