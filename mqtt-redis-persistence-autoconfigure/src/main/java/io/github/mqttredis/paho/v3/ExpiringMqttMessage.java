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

import java.time.Duration;

import org.eclipse.paho.client.mqttv3.MqttMessage;

/**
 * A message that is not sent if it has to wait for the broker for too long. MQTT 5 has
 * the Message Expiry Interval for this; MQTT 3.1.1 does not tell it to the broker.
 *
 * @since 0.1.0
 */
public final class ExpiringMqttMessage extends MqttMessage {

	private final Duration timeToLive;

	/**
	 * Create a message.
	 * @param message its payload, QoS and retain flag
	 * @param timeToLive how long it may wait in the offline buffer, zero for ever
	 */
	public ExpiringMqttMessage(MqttMessage message, Duration timeToLive) {
		super(message.getPayload());
		setQos(message.getQos());
		setRetained(message.isRetained());
		setId(message.getId());
		this.timeToLive = timeToLive;
	}

	/**
	 * Return how long the message may wait.
	 * @return the time, zero for ever
	 */
	public Duration getTimeToLive() {
		return this.timeToLive;
	}

}
