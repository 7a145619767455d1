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

import java.lang.reflect.InvocationTargetException;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

import io.github.mqttredis.paho.PahoMembers.Member;
import io.github.mqttredis.session.MqttVersion;
import org.jspecify.annotations.Nullable;

/**
 * The packet ids of a client, which Paho gives out and keeps to itself. Its public method
 * that takes one for a buffered message stores the message as well, and keeps the id for
 * ever if that fails. Both versions of Paho name their parts alike.
 *
 * @param <E> the exception of the version of Paho
 * @since 0.1.0
 */
public final class PacketIds<E extends Exception> {

	private final Object state;

	private final Class<E> failure;

	private final Function<@Nullable Throwable, E> closed;

	private final PahoMembers members;

	/**
	 * Find a client's packet ids.
	 * @param version the version of MQTT
	 * @param state the client's {@code ClientState}
	 * @param failure what Paho throws where no packet id is free
	 * @param closed makes what is thrown where the client is closed, of its cause
	 */
	public PacketIds(MqttVersion version, Object state, Class<E> failure, Function<@Nullable Throwable, E> closed) {
		this.state = state;
		this.failure = failure;
		this.closed = closed;
		this.members = PahoMembers.of(version);
	}

	/**
	 * Take the next packet id that is free.
	 * @return the packet id
	 * @throws E if there is none, or the client is closed
	 */
	public int next() throws E {
		try {
			return (int) Objects.requireNonNull(this.members.call(Member.NEXT_PACKET_ID, this.state));
		}
		catch (InvocationTargetException ex) {
			if (this.failure.isInstance(ex.getCause())) {
				throw this.failure.cast(ex.getCause());
			}
			// Closing takes Paho's tables away.
			throw this.closed.apply(ex.getCause());
		}
	}

	/**
	 * Give a packet id back.
	 * @param id the packet id
	 */
	public void release(int id) {
		try {
			this.members.call(Member.RELEASE_PACKET_ID, this.state, id);
		}
		catch (InvocationTargetException ex) {
			// The client is closed, and has no packet ids any more.
			return;
		}
	}

	/**
	 * Take a packet id that a message has already.
	 * @param id the packet id
	 */
	@SuppressWarnings("unchecked")
	public void take(int id) {
		Map<Integer, Integer> inUse = (Map<Integer, Integer>) this.members.get(Member.PACKET_IDS, this.state);
		if (inUse != null) {
			inUse.put(id, id);
		}
	}

	/**
	 * Go on counting after a packet id. To be called before the client is used.
	 * @param id the packet id
	 */
	public void continueAfter(int id) {
		this.members.set(Member.LAST_PACKET_ID, this.state, id);
	}

}
