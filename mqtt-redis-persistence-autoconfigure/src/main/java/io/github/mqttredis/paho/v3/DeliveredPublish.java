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

package io.github.mqttredis.paho.v3;

import java.util.function.BooleanSupplier;

import io.github.mqttredis.paho.ReceivedPublish;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.internal.wire.MqttPublish;
import org.eclipse.paho.client.mqttv3.internal.wire.MqttReceivedMessage;

/**
 * A message on its way to the callback.
 */
final class DeliveredPublish extends MqttPublish {

	/** What Paho acknowledges nothing for. */
	private static final MqttMessage DONE = message(new byte[0], 0);

	private final BooleanSupplier done;

	DeliveredPublish(ReceivedPublish received, BooleanSupplier done) {
		super(received.topic(), message(received.payload(), received.qos()));
		MqttReceivedMessage message = (MqttReceivedMessage) super.getMessage();
		message.setRetained(received.isRetained());
		message.setDuplicate(received.isDuplicate());
		setMessageId(received.packetId());
		this.done = done;
	}

	private static MqttReceivedMessage message(byte[] payload, int qos) {
		MqttReceivedMessage message = new MqttReceivedMessage();
		message.setPayload(payload);
		message.setQos(qos);
		return message;
	}

	@Override
	public MqttMessage getMessage() {
		return this.done.getAsBoolean() ? DONE : super.getMessage();
	}

}
