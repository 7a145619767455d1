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

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.function.Function;

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

	private final Method next;

	private final Method release;

	private final Field inUse;

	private final Field last;

	/**
	 * Find a client's packet ids.
	 * @param state the client's {@code ClientState}
	 * @param failure what Paho throws where no packet id is free
	 * @param closed makes what is thrown where the client is closed, of its cause
	 */
	public PacketIds(Object state, Class<E> failure, Function<@Nullable Throwable, E> closed) {
		this.state = state;
		this.failure = failure;
		this.closed = closed;
		Class<?> type = state.getClass();
		this.next = PrivateMembers.method(type, "getNextMessageId");
		this.release = PrivateMembers.method(type, "releaseMessageId", int.class);
		this.inUse = PrivateMembers.field(type, "inUseMsgIds");
		this.last = PrivateMembers.field(type, "nextMsgId");
	}

	/**
	 * Take the next packet id that is free.
	 * @return the packet id
	 * @throws E if there is none, or the client is closed
	 */
	public int next() throws E {
		try {
			return (int) this.next.invoke(this.state);
		}
		catch (InvocationTargetException ex) {
			if (this.failure.isInstance(ex.getCause())) {
				throw this.failure.cast(ex.getCause());
			}
			// Closing takes Paho's tables away.
			throw this.closed.apply(ex.getCause());
		}
		catch (IllegalAccessException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Give a packet id back.
	 * @param id the packet id
	 */
	public void release(int id) {
		try {
			this.release.invoke(this.state, id);
		}
		catch (InvocationTargetException ex) {
			// The client is closed, and has no packet ids any more.
			return;
		}
		catch (IllegalAccessException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Take a packet id that a message has already.
	 * @param id the packet id
	 */
	@SuppressWarnings("unchecked")
	public void take(int id) {
		Map<Integer, Integer> inUse = (Map<Integer, Integer>) PrivateMembers.get(this.inUse, this.state);
		if (inUse != null) {
			inUse.put(id, id);
		}
	}

	/**
	 * Go on counting after a packet id. To be called before the client is used.
	 * @param id the packet id
	 */
	public void continueAfter(int id) {
		PrivateMembers.set(this.last, this.state, id);
	}

}
