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

import java.util.Objects;

import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Load;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttCallbackExtended;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.mqttv5.client.IMqttMessageListener;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

import org.springframework.beans.DirectFieldAccessor;

/**
 * A client of ours of either version of Paho, which keeps its session, comes back by
 * itself, and has little time to connect.
 */
interface PahoClient {

	boolean isConnected();

	/** Return the client of Paho. */
	Object client();

	/** Return what it shares with clients of the other version. */
	default PersistentClient<?, ?, ?> delegate() {
		return (PersistentClient<?, ?, ?>) Objects
			.requireNonNull(new DirectFieldAccessor(client()).getPropertyValue("delegate"));
	}

	/**
	 * Connect, and wait for the broker.
	 * @param keepAlive the keep-alive interval in seconds
	 */
	default void connect(int keepAlive) throws Exception {
		connect(keepAlive, 10);
	}

	/**
	 * Connect, and wait for the broker.
	 * @param keepAlive the keep-alive interval in seconds
	 * @param window how many messages may be in flight, in Paho 3; the broker says so in
	 * Paho 5
	 */
	void connect(int keepAlive, int window) throws Exception;

	/** Connect with a clean session, and wait for the broker. */
	void connectClean() throws Exception;

	/**
	 * Have the application called.
	 * @param application what is called
	 */
	void call(Application application);

	/** Let messages wait while the broker is away. */
	void bufferOffline();

	int buffered();

	/**
	 * Publish, and do not wait for the broker.
	 * @return waits for the broker
	 */
	Sent publish(String topic, String payload, int qos) throws Exception;

	/** Publish a message that is to be retained, and do not wait for the broker. */
	void retain(String topic, String payload) throws Exception;

	/** Have the application acknowledge what arrives. */
	void acknowledgeByHand();

	void acknowledge(int packetId, int qos) throws Exception;

	/** Subscribe, and wait for the broker. */
	void subscribe(String filter) throws Exception;

	/** Subscribe with a listener of its own, and wait for the broker. */
	void subscribe(String filter, Application listener) throws Exception;

	/** Unsubscribe, and wait for the broker. */
	void unsubscribe(String filter) throws Exception;

	default void disconnect() throws Exception {
		disconnect(100);
	}

	/**
	 * Disconnect.
	 * @param millis how long what is in flight may take, and the broker
	 */
	void disconnect(long millis) throws Exception;

	/**
	 * Disconnect with Paho's patience with what is in flight, and wait at most so long.
	 */
	void disconnectPatiently(long millis) throws Exception;

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
		return observed(version, store, uri, clientId, null);
	}

	/**
	 * Make a client whose messages are observed.
	 * @param version {@code v3} or {@code v5}
	 * @param store where its session is kept
	 * @param uri the broker's URI
	 * @param clientId its client id
	 * @param observer is told of messages, {@code null} for nobody
	 * @return the client, not connected
	 */
	static PahoClient observed(String version, SessionStore store, String uri, String clientId,
			MessageObserver observer) throws Exception {
		return "v3".equals(version) ? V3.create(store, uri, clientId, observer)
				: V5.create(store, uri, clientId, observer);
	}

	/**
	 * One of Paho 3.
	 */
	record V3(io.github.mqttredis.paho.v3.PersistentMqttAsyncClient client) implements PahoClient {

		private static V3 create(SessionStore store, String uri, String clientId, MessageObserver observer)
				throws Exception {
			io.github.mqttredis.paho.v3.SessionMqttClientPersistence persistence = new io.github.mqttredis.paho.v3.SessionMqttClientPersistence(
					store, "broker");
			persistence.observe(observer);
			return new V3(new io.github.mqttredis.paho.v3.PersistentMqttAsyncClient(uri, clientId, persistence));
		}

		@Override
		public void connect(int keepAlive, int window) throws Exception {
			connect(options(keepAlive, window));
		}

		@Override
		public void connectClean() throws Exception {
			MqttConnectOptions options = options(60, 10);
			options.setCleanSession(true);
			connect(options);
		}

		private void connect(MqttConnectOptions options) throws Exception {
			this.client.connect(options).waitForCompletion(Await.MILLIS);
		}

		private static MqttConnectOptions options(int keepAlive, int window) {
			MqttConnectOptions options = new MqttConnectOptions();
			options.setMaxInflight(window);
			options.setCleanSession(false);
			options.setAutomaticReconnect(true);
			options.setConnectionTimeout((int) Load.seconds(2).toSeconds());
			options.setMaxReconnectDelay(1000);
			options.setKeepAliveInterval(keepAlive);
			return options;
		}

		@Override
		public boolean isConnected() {
			return this.client.isConnected();
		}

		@Override
		public Sent publish(String topic, String payload, int qos) throws Exception {
			IMqttDeliveryToken token = this.client.publish(topic, payload.getBytes(), qos, false);
			return () -> token.waitForCompletion(Await.MILLIS);
		}

		@Override
		public void retain(String topic, String payload) throws Exception {
			this.client.publish(topic, payload.getBytes(), 1, true);
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
		public void acknowledgeByHand() {
			this.client.setManualAcks(true);
		}

		@Override
		public void call(Application application) {
			this.client.setCallback(new V3Callback(application));
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
		public void subscribe(String filter, Application listener) throws Exception {
			this.client.subscribe(filter, 2, new V3Callback(listener)::messageArrived).waitForCompletion(Await.MILLIS);
		}

		@Override
		public void unsubscribe(String filter) throws Exception {
			this.client.unsubscribe(filter).waitForCompletion(Await.MILLIS);
		}

		@Override
		public void disconnect(long millis) throws Exception {
			this.client.disconnectForcibly(millis, millis);
		}

		@Override
		public void disconnectPatiently(long millis) throws Exception {
			this.client.disconnect().waitForCompletion(millis);
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

		private static V5 create(SessionStore store, String uri, String clientId, MessageObserver observer)
				throws Exception {
			io.github.mqttredis.paho.v5.SessionMqttClientPersistence persistence = new io.github.mqttredis.paho.v5.SessionMqttClientPersistence(
					store, uri, "broker");
			persistence.observe(observer);
			return new V5(new io.github.mqttredis.paho.v5.PersistentMqttAsyncClient(uri, clientId, persistence));
		}

		@Override
		public void connect(int keepAlive, int window) throws Exception {
			connect(options(keepAlive));
		}

		@Override
		public void connectClean() throws Exception {
			MqttConnectionOptions options = options(60);
			options.setCleanStart(true);
			connect(options);
		}

		private void connect(MqttConnectionOptions options) throws Exception {
			this.client.connect(options).waitForCompletion(Await.MILLIS);
		}

		private static MqttConnectionOptions options(int keepAlive) {
			MqttConnectionOptions options = new MqttConnectionOptions();
			options.setCleanStart(false);
			options.setSessionExpiryInterval(600L);
			options.setAutomaticReconnect(true);
			options.setConnectionTimeout((int) Load.seconds(2).toSeconds());
			options.setMaxReconnectDelay(1000);
			options.setKeepAliveInterval(keepAlive);
			return options;
		}

		@Override
		public boolean isConnected() {
			return this.client.isConnected();
		}

		@Override
		public Sent publish(String topic, String payload, int qos) throws Exception {
			IMqttToken token = this.client.publish(topic, payload.getBytes(), qos, false);
			return () -> token.waitForCompletion(Await.MILLIS);
		}

		@Override
		public void retain(String topic, String payload) throws Exception {
			this.client.publish(topic, payload.getBytes(), 1, true);
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
		public void acknowledgeByHand() {
			this.client.setManualAcks(true);
		}

		@Override
		public void call(Application application) {
			this.client.setCallback(new V5Callback(application));
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
		public void subscribe(String filter, Application listener) throws Exception {
			this.client
				.subscribe(new MqttSubscription[] { new MqttSubscription(filter, 2) }, null, null,
						new IMqttMessageListener[] { new V5Callback(listener)::messageArrived }, new MqttProperties())
				.waitForCompletion(Await.MILLIS);
		}

		@Override
		public void unsubscribe(String filter) throws Exception {
			this.client.unsubscribe(filter).waitForCompletion(Await.MILLIS);
		}

		@Override
		public void disconnect(long millis) throws Exception {
			this.client.disconnectForcibly(millis, millis, true);
		}

		@Override
		public void disconnectPatiently(long millis) throws Exception {
			this.client.disconnect().waitForCompletion(millis);
		}

		@Override
		public void close() throws Exception {
			this.client.close();
		}

	}

	/**
	 * A message that was published.
	 */
	@FunctionalInterface
	interface Sent {

		/** Wait until the broker has it, or it has failed. */
		void await() throws Exception;

	}

	/**
	 * What is called.
	 */
	@FunctionalInterface
	interface Application {

		/** A message has arrived. */
		void arrived(String topic, byte[] payload, int packetId) throws Exception;

		/** The client has connected. */
		default void connected() {
		}

	}

	/**
	 * Calls an application.
	 *
	 * @param application what is called
	 */
	record V3Callback(Application application) implements MqttCallbackExtended {

		@Override
		public void connectComplete(boolean reconnect, String serverUri) {
			this.application.connected();
		}

		@Override
		public void messageArrived(String topic, MqttMessage message) throws Exception {
			this.application.arrived(topic, message.getPayload(), message.getId());
		}

		@Override
		public void connectionLost(Throwable cause) {
		}

		@Override
		public void deliveryComplete(IMqttDeliveryToken token) {
		}

	}

	/**
	 * Calls an application.
	 *
	 * @param application what is called
	 */
	record V5Callback(Application application) implements MqttCallback {

		@Override
		public void connectComplete(boolean reconnect, String serverUri) {
			this.application.connected();
		}

		@Override
		public void messageArrived(String topic, org.eclipse.paho.mqttv5.common.MqttMessage message) throws Exception {
			this.application.arrived(topic, message.getPayload(), message.getId());
		}

		@Override
		public void disconnected(MqttDisconnectResponse response) {
		}

		@Override
		public void mqttErrorOccurred(MqttException exception) {
		}

		@Override
		public void deliveryComplete(IMqttToken token) {
		}

		@Override
		public void authPacketArrived(int reasonCode, MqttProperties properties) {
		}

	}

}
