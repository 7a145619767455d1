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

package io.github.mqttredis.limits;

import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.testing.Application;
import io.github.mqttredis.testing.Await;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;

/**
 * A connected client of ours, of either version of Paho.
 */
interface LimitsClient extends AutoCloseable {

	/**
	 * Publish with QoS 2, and return when the message is stored.
	 * @param topic the topic
	 * @param payload the payload
	 */
	void publish(String topic, byte[] payload) throws Exception;

	/**
	 * A client of Paho 3.
	 */
	final class V3 implements LimitsClient {

		private final io.github.mqttredis.paho.v3.PersistentMqttAsyncClient client;

		V3(SessionStore store, String uri, String clientId) throws MqttException {
			this.client = new io.github.mqttredis.paho.v3.PersistentMqttAsyncClient(uri, clientId,
					new io.github.mqttredis.paho.v3.SessionMqttClientPersistence(store, "broker"));
			this.client.connect(Application.options()).waitForCompletion(Await.MILLIS);
		}

		@Override
		public void publish(String topic, byte[] payload) throws Exception {
			this.client.publish(topic, payload, 2, false);
		}

		@Override
		public void close() throws MqttException {
			this.client.disconnectForcibly(0, 500, false);
			this.client.close(true);
		}

	}

	/**
	 * A client of Paho 5.
	 */
	final class V5 implements LimitsClient {

		private final io.github.mqttredis.paho.v5.PersistentMqttAsyncClient client;

		V5(SessionStore store, String uri, String clientId) throws Exception {
			this.client = new io.github.mqttredis.paho.v5.PersistentMqttAsyncClient(uri, clientId,
					new io.github.mqttredis.paho.v5.SessionMqttClientPersistence(store, uri, "broker"));
			MqttConnectionOptions options = new MqttConnectionOptions();
			options.setCleanStart(false);
			options.setSessionExpiryInterval(600L);
			this.client.connect(options).waitForCompletion(Await.MILLIS);
		}

		@Override
		public void publish(String topic, byte[] payload) throws Exception {
			this.client.publish(topic, payload, 2, false);
		}

		@Override
		public void close() throws Exception {
			this.client.disconnectForcibly(0, 500, false);
			this.client.close(true);
		}

	}

}
