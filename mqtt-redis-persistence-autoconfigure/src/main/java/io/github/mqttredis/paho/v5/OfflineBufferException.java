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

import org.eclipse.paho.mqttv5.client.MqttClientException;
import org.eclipse.paho.mqttv5.common.MqttException;

/**
 * Tells that a message found no room in the offline buffer, or had to leave it.
 */
final class OfflineBufferException extends MqttException {

	private static final long serialVersionUID = 1L;

	private final String message;

	private OfflineBufferException(String message) {
		super(MqttClientException.REASON_CODE_DISCONNECTED_BUFFER_FULL);
		this.message = message;
	}

	static OfflineBufferException full(String clientId, int size) {
		return new OfflineBufferException("The offline buffer of MQTT client '" + clientId + "' is full: " + size
				+ " messages wait for the broker. Raise mqtt.persistence.offline-buffer.size, or set"
				+ " mqtt.persistence.offline-buffer.when-full to drop-oldest");
	}

	static OfflineBufferException dropped(String clientId) {
		return new OfflineBufferException("The message was dropped: the offline buffer of MQTT client '" + clientId
				+ "' was full, and a newer message came");
	}

	@Override
	public String getMessage() {
		return this.message;
	}

}
