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

import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/**
 * The blocking variant of {@link PersistentMqttAsyncClient}.
 *
 * @since 0.1.0
 */
public class PersistentMqttClient extends MqttClient {

	/**
	 * Create a client. Opens its session, which may wait for another owner to let go of
	 * it.
	 * @param serverUri the broker's URI
	 * @param clientId the client id
	 * @param persistence the persistence of this client alone
	 * @throws MqttException if the session cannot be opened
	 */
	public PersistentMqttClient(String serverUri, String clientId, SessionMqttClientPersistence persistence)
			throws MqttException {
		super(serverUri, clientId, new MemoryPersistence());
		// The client that super made was never connected and holds nothing.
		this.aClient = new PersistentMqttAsyncClient(serverUri, clientId, persistence);
	}

}
