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
import org.eclipse.paho.mqttv5.client.IMqttMessageListener;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;

import org.springframework.integration.mqtt.inbound.Mqttv5PahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.outbound.Mqttv5PahoMessageHandler;

/**
 * What {@link Mqttv5PahoMessageHandler} and {@link Mqttv5PahoMessageDrivenChannelAdapter}
 * have in place of a client: they keep it for longer than one of ours lives. Has what
 * these two call, and asks another client each time. A subclass of Paho's client, because
 * Spring Integration calls a private method of that.
 */
abstract class StandInMqttAsyncClient extends MqttAsyncClient {

	StandInMqttAsyncClient(String serverUri, String clientId) throws MqttException {
		super(serverUri, clientId, new MemoryPersistence());
	}

	/**
	 * Return the client that there is now.
	 * @return the client, or {@code null} if there is none
	 */
	abstract @Nullable PersistentMqttAsyncClient present();

	/**
	 * Return the client that there has to be now.
	 * @return the client
	 * @throws MqttException if there is none
	 */
	abstract PersistentMqttAsyncClient required() throws MqttException;

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
			@Nullable MqttActionListener callback, @Nullable IMqttMessageListener listener, MqttProperties properties)
			throws MqttException {
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
