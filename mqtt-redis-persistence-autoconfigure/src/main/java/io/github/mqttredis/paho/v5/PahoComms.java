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

import org.eclipse.paho.mqttv5.client.internal.ClientComms;
import org.eclipse.paho.mqttv5.client.internal.CommsCallback;
import org.eclipse.paho.mqttv5.client.internal.MqttState;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.packet.MqttAck;
import org.eclipse.paho.mqttv5.common.packet.MqttPublish;

/**
 * The inner parts of a Paho 5 client that receiving needs: its queue to the callback, and
 * its queue to the broker.
 */
final class PahoComms {

	private static final Field CALLBACK = callbackField();

	private final ClientComms comms;

	private final CommsCallback callback;

	private final MqttState state;

	PahoComms(ClientComms comms) {
		this.comms = comms;
		this.state = comms.getClientState();
		try {
			this.callback = (CommsCallback) CALLBACK.get(comms);
		}
		catch (IllegalAccessException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static Field callbackField() {
		try {
			Field field = ClientComms.class.getDeclaredField("callback");
			field.setAccessible(true);
			return field;
		}
		catch (NoSuchFieldException ex) {
			throw new IllegalStateException(
					"No field 'callback' in " + ClientComms.class.getName() + ": this version of Paho is not supported",
					ex);
		}
	}

	/**
	 * Queue a message for the callback. Waits for room.
	 * @param message the message
	 */
	void deliver(MqttPublish message) {
		this.callback.messageArrived(message);
	}

	/**
	 * Queue an answer for the broker.
	 * @param answer the answer
	 * @throws MqttException if Paho refuses it
	 */
	@SuppressWarnings("NullAway") // Paho's own answers have no token either
	void send(MqttAck answer) throws MqttException {
		this.state.send(answer, null);
	}

	/**
	 * Forget answers that were queued after the last connection had ended. Paho's sender
	 * would stop over one, and the thread that connects would wait for it for ever
	 * ({@code ClientState.get}, {@code CommsSender.start}).
	 */
	@SuppressWarnings("NullAway") // no reason, as after an ordered disconnect
	void forgetAnswers() {
		this.state.disconnected(null);
	}

	boolean isConnected() {
		return this.comms.isConnected();
	}

}
