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

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Map;

import org.eclipse.paho.mqttv5.client.MqttClientException;
import org.eclipse.paho.mqttv5.client.internal.ClientState;
import org.eclipse.paho.mqttv5.client.internal.MqttState;
import org.eclipse.paho.mqttv5.common.MqttException;

/**
 * The packet ids of a client, which Paho gives out and keeps to itself. Its public method
 * that takes one for a buffered message stores the message as well, and keeps the id for
 * ever if that fails.
 */
final class PacketIds {

	private static final Method NEXT = method("getNextMessageId");

	private static final Method RELEASE = method("releaseMessageId", int.class);

	private static final Field IN_USE = field("inUseMsgIds");

	private static final Field LAST = field("nextMsgId");

	private final MqttState state;

	PacketIds(MqttState state) {
		this.state = state;
	}

	/**
	 * Take the next packet id that is free.
	 * @return the packet id
	 * @throws MqttException if there is none, or the client is closed
	 */
	int next() throws MqttException {
		try {
			return (int) NEXT.invoke(this.state);
		}
		catch (InvocationTargetException ex) {
			if (ex.getCause() instanceof MqttException none) {
				throw none;
			}
			// Closing takes Paho's tables away.
			throw new MqttException(MqttClientException.REASON_CODE_CLIENT_CLOSED, ex.getCause());
		}
		catch (IllegalAccessException ex) {
			throw new IllegalStateException(ex);
		}
	}

	void release(int id) {
		try {
			RELEASE.invoke(this.state, id);
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
	void take(int id) {
		try {
			@SuppressWarnings("unchecked")
			Map<Integer, Integer> inUse = (Map<Integer, Integer>) IN_USE.get(this.state);
			if (inUse != null) {
				inUse.put(id, id);
			}
		}
		catch (IllegalAccessException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Go on counting after a packet id. To be called before the client is used.
	 * @param id the packet id
	 */
	void continueAfter(int id) {
		try {
			LAST.setInt(this.state, id);
		}
		catch (IllegalAccessException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static Method method(String name, Class<?>... parameters) {
		try {
			Method method = ClientState.class.getDeclaredMethod(name, parameters);
			method.setAccessible(true);
			return method;
		}
		catch (NoSuchMethodException ex) {
			throw unsupported(name, ex);
		}
	}

	private static Field field(String name) {
		try {
			Field field = ClientState.class.getDeclaredField(name);
			field.setAccessible(true);
			return field;
		}
		catch (NoSuchFieldException ex) {
			throw unsupported(name, ex);
		}
	}

	private static IllegalStateException unsupported(String name, ReflectiveOperationException ex) {
		return new IllegalStateException(
				"No '" + name + "' in " + ClientState.class.getName() + ": this version of Paho is not supported", ex);
	}

}
