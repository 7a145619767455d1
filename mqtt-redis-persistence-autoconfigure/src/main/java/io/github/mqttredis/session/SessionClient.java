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

package io.github.mqttredis.session;

/**
 * The client of a session, for the operations of an operator: what the client holds in
 * memory has to follow what is stored. Called by the operator's thread.
 *
 * @since 0.1.0
 */
public interface SessionClient {

	/**
	 * Store a message again that was set aside, under a packet id of its own, and send it
	 * after those that wait.
	 * @param publish the PUBLISH, with the packet id that it had
	 * @throws SessionException if it is not known to be stored
	 */
	void requeue(byte[] publish) throws SessionException;

	/**
	 * Remove a record, and forget what belongs to it. A message that is on its way to the
	 * broker may still arrive.
	 * @param record the record
	 */
	void discard(RecordKey record);

	/**
	 * Note that the store does not take a message of the queue that nobody waits for. It
	 * is gone from the session.
	 * @param message its key
	 * @param record its PUBLISH
	 * @param reason why
	 * @return whether that is done; if not, it is asked for again
	 */
	boolean refused(RecordKey message, byte[] record, SessionException reason);

	/**
	 * Return how the client's link to its broker is.
	 * @return a look at it, taken from memory
	 */
	LinkStatus link();

}
