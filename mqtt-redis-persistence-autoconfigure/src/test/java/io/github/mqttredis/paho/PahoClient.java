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

package io.github.mqttredis.paho;

import java.util.function.BiConsumer;
import java.util.function.IntConsumer;

import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Load;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.IMqttMessageListener;
import org.eclipse.paho.client.mqttv3.MqttCallbackExtended;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;

/**
 * A client of ours of either version of Paho, which keeps its session, comes back by
 * itself, and has little time to connect.
 */
interface PahoClient {

	boolean isConnected();

	/** Return the client of Paho. */
	Object client();

	/**
	 * Connect, and wait for the broker.
	 * @param keepAlive the keep-alive interval in seconds
	 */
	void connect(int keepAlive) throws Exception;

	/**
	 * Have the application told of what arrives.
	 * @param arrived told topic and payload
	 */
	void onMessage(BiConsumer<String, byte[]> arrived);

	/** Let messages wait while the broker is away. */
	void bufferOffline();

	int buffered();

	/** Publish, and do not wait for the broker. */
	void publish(String topic, String payload, int qos) throws Exception;

	/**
	 * Have the application acknowledge what arrives.
	 * @param arrived told the packet id of each message
	 */
	void acknowledgeByHand(IntConsumer arrived);

	void acknowledge(int packetId, int qos) throws Exception;

	/** Subscribe, and wait for the broker. */
	void subscribe(String filter) throws Exception;

	void disconnect() throws Exception;

	void close() throws Exception;

	/**
	 * Make a client and connect it.
	 * @param version {@code v3} or {@code v5}
	 * @param store where its session is kept
	 * @param uri the broker's URI
	 * @param clientId its client id
	 * @return the client
	 */
	static PahoClient connect(String version, SessionStore store, String uri, String clientId) throws Exception {
		PahoClient client = create(version, store, uri, clientId);
		client.connect(60);
		return client;
	}

	/**
	 * Make a client.
	 * @param version {@code v3} or {@code v5}
	 * @param store where its session is kept
	 * @param uri the broker's URI
	 * @param clientId its client id
	 * @return the client, not connected
	 */
	static PahoClient create(String version, SessionStore store, String uri, String clientId) throws Exception {
		return "v3".equals(version) ? V3.create(store, uri, clientId) : V5.create(store, uri, clientId);
	}

	/**
	 * One of Paho 3.
	 */
	record V3(io.github.mqttredis.paho.v3.PersistentMqttAsyncClient client) implements PahoClient {

		private static V3 create(SessionStore store, String uri, String clientId) throws Exception {
			return new V3(new io.github.mqttredis.paho.v3.PersistentMqttAsyncClient(uri, clientId,
					new io.github.mqttredis.paho.v3.SessionMqttClientPersistence(store, "broker")));
		}

		@Override
		public void connect(int keepAlive) throws Exception {
			MqttConnectOptions options = new MqttConnectOptions();
			options.setCleanSession(false);
			options.setAutomaticReconnect(true);
			options.setConnectionTimeout((int) Load.seconds(2).toSeconds());
			options.setMaxReconnectDelay(1000);
			options.setKeepAliveInterval(keepAlive);
			this.client.connect(options).waitForCompletion(Await.MILLIS);
		}

		@Override
		public boolean isConnected() {
			return this.client.isConnected();
		}

		@Override
		public void publish(String topic, String payload, int qos) throws Exception {
			this.client.publish(topic, payload.getBytes(), qos, false);
		}

		@Override
		public void bufferOffline() {
			org.eclipse.paho.client.mqttv3.DisconnectedBufferOptions options = new org.eclipse.paho.client.mqttv3.DisconnectedBufferOptions();
			options.setBufferEnabled(true);
			this.client.setBufferOpts(options);
		}

		@Override
		public int buffered() {
			return this.client.getBufferedMessageCount();
		}

		@Override
		public void acknowledgeByHand(IntConsumer arrived) {
			this.client.setManualAcks(true);
			this.client.setCallback(new V3Callback((topic, message) -> arrived.accept(message.getId())));
		}

		@Override
		public void onMessage(BiConsumer<String, byte[]> arrived) {
			this.client.setCallback(new V3Callback((topic, message) -> arrived.accept(topic, message.getPayload())));
		}

		@Override
		public void acknowledge(int packetId, int qos) throws Exception {
			this.client.messageArrivedComplete(packetId, qos);
		}

		@Override
		public void subscribe(String filter) throws Exception {
			this.client.subscribe(filter, 2).waitForCompletion(Await.MILLIS);
		}

		@Override
		public void disconnect() throws Exception {
			this.client.disconnectForcibly(100, 100);
		}

		@Override
		public void close() throws Exception {
			this.client.close();
		}

	}

	/**
	 * One of Paho 5.
	 */
	record V5(io.github.mqttredis.paho.v5.PersistentMqttAsyncClient client) implements PahoClient {

		private static V5 create(SessionStore store, String uri, String clientId) throws Exception {
			return new V5(new io.github.mqttredis.paho.v5.PersistentMqttAsyncClient(uri, clientId,
					new io.github.mqttredis.paho.v5.SessionMqttClientPersistence(store, uri, "broker")));
		}

		@Override
		public void connect(int keepAlive) throws Exception {
			MqttConnectionOptions options = new MqttConnectionOptions();
			options.setCleanStart(false);
			options.setSessionExpiryInterval(600L);
			options.setAutomaticReconnect(true);
			options.setConnectionTimeout((int) Load.seconds(2).toSeconds());
			options.setMaxReconnectDelay(1000);
			options.setKeepAliveInterval(keepAlive);
			this.client.connect(options).waitForCompletion(Await.MILLIS);
		}

		@Override
		public boolean isConnected() {
			return this.client.isConnected();
		}

		@Override
		public void publish(String topic, String payload, int qos) throws Exception {
			this.client.publish(topic, payload.getBytes(), qos, false);
		}

		@Override
		public void bufferOffline() {
			org.eclipse.paho.mqttv5.client.DisconnectedBufferOptions options = new org.eclipse.paho.mqttv5.client.DisconnectedBufferOptions();
			options.setBufferEnabled(true);
			this.client.setBufferOpts(options);
		}

		@Override
		public int buffered() {
			return this.client.getBufferedMessageCount();
		}

		@Override
		public void acknowledgeByHand(IntConsumer arrived) {
			this.client.setManualAcks(true);
			this.client.setCallback(new io.github.mqttredis.paho.v5.ArrivalCallback(
					(topic, message) -> arrived.accept(message.getId())));
		}

		@Override
		public void onMessage(BiConsumer<String, byte[]> arrived) {
			this.client.setCallback(new io.github.mqttredis.paho.v5.ArrivalCallback(
					(topic, message) -> arrived.accept(topic, message.getPayload())));
		}

		@Override
		public void acknowledge(int packetId, int qos) throws Exception {
			this.client.messageArrivedComplete(packetId, qos);
		}

		@Override
		public void subscribe(String filter) throws Exception {
			this.client.subscribe(filter, 2).waitForCompletion(Await.MILLIS);
		}

		@Override
		public void disconnect() throws Exception {
			this.client.disconnectForcibly(100, 100, true);
		}

		@Override
		public void close() throws Exception {
			this.client.close();
		}

	}

	/**
	 * Tells of what arrives.
	 *
	 * @param arrived told each message
	 */
	record V3Callback(IMqttMessageListener arrived) implements MqttCallbackExtended {

		@Override
		public void connectComplete(boolean reconnect, String serverUri) {
		}

		@Override
		public void messageArrived(String topic, MqttMessage message) throws Exception {
			this.arrived.messageArrived(topic, message);
		}

		@Override
		public void connectionLost(Throwable cause) {
		}

		@Override
		public void deliveryComplete(IMqttDeliveryToken token) {
		}

	}

}
