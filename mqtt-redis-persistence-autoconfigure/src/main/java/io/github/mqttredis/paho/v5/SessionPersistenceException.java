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

import io.github.mqttredis.session.SessionInUseException;
import org.eclipse.paho.mqttv5.common.MqttPersistenceException;

/**
 * What Paho is told when its persistence fails: its own kind of exception, with a message
 * that says what to do. The one place where exceptions change type.
 */
final class SessionPersistenceException extends MqttPersistenceException {

	private static final long serialVersionUID = 1L;

	private final String message;

	private SessionPersistenceException(int reasonCode, String message, Throwable cause) {
		super(reasonCode, cause);
		this.message = message;
	}

	static MqttPersistenceException of(Throwable cause) {
		int reasonCode = (cause instanceof SessionInUseException) ? REASON_CODE_PERSISTENCE_IN_USE
				: REASON_CODE_CLIENT_EXCEPTION;
		return new SessionPersistenceException(reasonCode, String.valueOf(cause.getMessage()), cause);
	}

	static MqttPersistenceException inUse(String message) {
		return new SessionPersistenceException(REASON_CODE_PERSISTENCE_IN_USE, message,
				new IllegalStateException(message));
	}

	static MqttPersistenceException missing(String message) {
		return new SessionPersistenceException(REASON_CODE_CLIENT_EXCEPTION, message,
				new IllegalStateException(message));
	}

	@Override
	public String getMessage() {
		return this.message;
	}

}
