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

import java.util.function.BooleanSupplier;

import io.github.mqttredis.paho.ReceivedPublish;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.MqttPublish;

/**
 * A message on its way to the callback.
 */
final class DeliveredPublish extends MqttPublish {

	/** What Paho acknowledges nothing for. */
	private static final MqttMessage DONE = new MqttMessage(new byte[0], 0, false, new MqttProperties());

	private final BooleanSupplier done;

	DeliveredPublish(ReceivedPublish received, MqttProperties properties, BooleanSupplier done) {
		super(received.topic(), new MqttMessage(received.payload(), received.qos(), received.isRetained(), properties),
				properties);
		setMessageId(received.packetId());
		this.done = done;
	}

	@Override
	public MqttMessage getMessage() {
		return this.done.getAsBoolean() ? DONE : super.getMessage();
	}

}
