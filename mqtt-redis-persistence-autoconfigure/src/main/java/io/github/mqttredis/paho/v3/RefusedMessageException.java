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

import org.eclipse.paho.client.mqttv3.MqttException;

/**
 * Why a message is not taken or was given up, or a client does not connect.
 */
final class RefusedMessageException extends MqttException {

	private static final long serialVersionUID = 1L;

	private final String message;

	RefusedMessageException(int reasonCode, String message) {
		super(reasonCode);
		this.message = message;
	}

	@Override
	public String getMessage() {
		return this.message;
	}

}
