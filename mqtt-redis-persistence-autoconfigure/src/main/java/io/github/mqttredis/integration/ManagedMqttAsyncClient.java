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

import java.util.List;
import java.util.function.Supplier;

import io.github.mqttredis.paho.v5.PersistentMqttAsyncClient;
import io.github.mqttredis.paho.v5.SessionMqttClientPersistence;
import org.eclipse.paho.mqttv5.client.IMqttMessageListener;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClientException;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;

import org.springframework.integration.mqtt.core.Mqttv5ClientManager;
import org.springframework.integration.mqtt.inbound.AbstractMqttMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.inbound.Mqttv5PahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.outbound.AbstractMqttMessageHandler;
import org.springframework.integration.mqtt.outbound.Mqttv5PahoMessageHandler;

/**
 * An MQTT 5 client as Spring Integration uses it. While the broker is away a
 * {@link Mqttv5PahoMessageHandler} does not ask it to publish, but to connect, and fails;
 * so it passes for a connected one for such a handler as long as it has an offline
 * buffer. For everybody else, and in particular for inbound adapters, which subscribe
 * only if there is a link, it says how it is.
 */
final class ManagedMqttAsyncClient extends PersistentMqttAsyncClient {

	private static final StackWalker CALLERS = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

	private static final List<Class<?>> USERS = List.of(AbstractMqttMessageHandler.class,
			AbstractMqttMessageDrivenChannelAdapter.class, StandIn.class);

	private ManagedMqttAsyncClient(String serverUri, String clientId, SessionMqttClientPersistence persistence)
			throws MqttException {
		super(serverUri, clientId, persistence);
	}

	static ManagedMqttAsyncClient create(String serverUri, String clientId, SessionMqttClientPersistence persistence,
			MqttCallback callback, boolean manualAcks) {
		try {
			ManagedMqttAsyncClient client = new ManagedMqttAsyncClient(serverUri, clientId, persistence);
			client.setManualAcks(manualAcks);
			client.setCallback(callback);
			return client;
		}
		catch (MqttException ex) {
			throw new IllegalStateException("Could not create the MQTT client '" + clientId + "'", ex);
		}
	}

	/** Make what stands for the client of a manager with those who publish. */
	static MqttAsyncClient standIn(Mqttv5ClientManager manager, Supplier<@Nullable Object> client) {
		try {
			return new StandIn(manager.getUrl(), manager.getClientId()) {

				@Override
				@Nullable PersistentMqttAsyncClient present() {
					return (client.get() instanceof PersistentMqttAsyncClient present) ? present : null;
				}

				@Override
				public boolean isConnected() {
					PersistentMqttAsyncClient present = present();
					return present != null && (present.isConnected() || present.isBufferingOffline());
				}

			};
		}
		catch (MqttException ex) {
			throw new IllegalStateException("Could not create the MQTT client '" + manager.getClientId() + "'", ex);
		}
	}

	@Override
	public boolean isConnected() {
		return super.isConnected() || (isBufferingOffline() && isHandlerCalling());
	}

	/** Return whether a handler calls, perhaps through proxies. */
	static boolean isHandlerCalling() {
		return CALLERS
			.walk((frames) -> frames.<Class<?>>map(StackWalker.StackFrame::getDeclaringClass)
				.filter((type) -> USERS.stream().anyMatch((user) -> user.isAssignableFrom(type)))
				.findFirst())
			.filter(AbstractMqttMessageHandler.class::isAssignableFrom)
			.isPresent();
	}

	/**
	 * What {@link Mqttv5PahoMessageHandler} and
	 * {@link Mqttv5PahoMessageDrivenChannelAdapter} have in place of a client: they keep
	 * it for longer than one of ours lives. Has what these two call, and asks another
	 * client each time. A subclass of Paho's client, because Spring Integration calls a
	 * private method of that.
	 */
	abstract static class StandIn extends MqttAsyncClient {

		StandIn(String serverUri, String clientId) throws MqttException {
			super(serverUri, clientId, new MemoryPersistence());
		}

		/** Return the client that there is now. */
		abstract @Nullable PersistentMqttAsyncClient present();

		private PersistentMqttAsyncClient required() throws MqttException {
			PersistentMqttAsyncClient present = present();
			if (present == null) {
				throw new MqttException(MqttClientException.REASON_CODE_CLIENT_CLOSED,
						new IllegalStateException("The MQTT client is not started"));
			}
			return present;
		}

		@Override
		public boolean isConnected() {
			PersistentMqttAsyncClient present = present();
			return present != null && present.isConnected();
		}

		@Override
		public IMqttToken connect(MqttConnectionOptions options, @Nullable Object userContext,
				@Nullable MqttActionListener callback) throws MqttException {
			return required().connect(options, userContext, callback);
		}

		@Override
		public void reconnect() throws MqttException {
			required().reconnect();
		}

		@Override
		public IMqttToken publish(String topic, MqttMessage message, @Nullable Object userContext,
				@Nullable MqttActionListener callback) throws MqttException {
			return required().publish(topic, message, userContext, callback);
		}

		@Override
		public IMqttToken subscribe(MqttSubscription[] subscriptions, @Nullable Object userContext,
				@Nullable MqttActionListener callback, @Nullable IMqttMessageListener listener,
				MqttProperties properties) throws MqttException {
			return required().subscribe(subscriptions, userContext, callback, listener, properties);
		}

		@Override
		public IMqttToken unsubscribe(String[] topicFilters, @Nullable Object userContext,
				@Nullable MqttActionListener callback, MqttProperties properties) throws MqttException {
			return required().unsubscribe(topicFilters, userContext, callback, properties);
		}

		@Override
		public void messageArrivedComplete(int messageId, int qos) throws MqttException {
			required().messageArrivedComplete(messageId, qos);
		}

	}

}
