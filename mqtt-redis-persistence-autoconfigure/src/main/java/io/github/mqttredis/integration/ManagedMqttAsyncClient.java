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

package io.github.mqttredis.integration;

import io.github.mqttredis.paho.v5.PersistentMqttAsyncClient;
import io.github.mqttredis.paho.v5.SessionMqttClientPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;

import org.springframework.integration.mqtt.outbound.AbstractMqttMessageHandler;
import org.springframework.integration.mqtt.outbound.Mqttv5PahoMessageHandler;

/**
 * The client of a client manager. While the broker is away a
 * {@link Mqttv5PahoMessageHandler} does not ask it to publish, but to connect, and fails;
 * so it passes for a connected one for such a handler as long as it has an offline
 * buffer. For everybody else, and in particular for inbound adapters, which subscribe
 * only if there is a link, it says how it is.
 */
final class ManagedMqttAsyncClient extends PersistentMqttAsyncClient {

	private static final StackWalker CALLERS = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

	ManagedMqttAsyncClient(String serverUri, String clientId, SessionMqttClientPersistence persistence)
			throws MqttException {
		super(serverUri, clientId, persistence);
	}

	@Override
	public boolean isConnected() {
		return super.isConnected() || (isBufferingOffline() && isHandlerCalling(this));
	}

	/**
	 * Return whether a handler calls a method.
	 * @param called whose method it is; what that calls itself, such as a bridge method,
	 * does not count
	 * @return whether the method was called by a handler
	 */
	static boolean isHandlerCalling(Object called) {
		return CALLERS
			.walk((frames) -> frames.<Class<?>>map(StackWalker.StackFrame::getDeclaringClass)
				.filter((type) -> type != ManagedMqttAsyncClient.class && !type.isInstance(called))
				.findFirst())
			.filter(AbstractMqttMessageHandler.class::isAssignableFrom)
			.isPresent();
	}

}
