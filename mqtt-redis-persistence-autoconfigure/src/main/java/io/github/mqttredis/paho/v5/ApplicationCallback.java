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

import java.util.List;

import io.github.mqttredis.paho.ConnectNotices;
import io.github.mqttredis.paho.PersistentClient;
import io.github.mqttredis.paho.ReceivedMessages;
import io.github.mqttredis.paho.Reconnection;
import org.eclipse.paho.mqttv5.client.IMqttMessageListener;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;

/**
 * What Paho calls instead of the application's callback and its listeners: tells of
 * connections by {@link ConnectNotices}, and has a message that was not taken not
 * acknowledged.
 */
final class ApplicationCallback implements MqttCallback {

	private final Listeners listeners;

	private final ConnectNotices notices;

	private final Reconnection reconnection;

	private final ReceivedMessages received;

	/** The application's callback, {@code null} if it has none. */
	private volatile @Nullable MqttCallback delegate;

	ApplicationCallback(Listeners listeners, PersistentClient<?, ?, ?> client) {
		this.listeners = listeners;
		this.notices = client.notices();
		this.reconnection = client.reconnection();
		this.received = client.received();
	}

	void delegate(@Nullable MqttCallback delegate) {
		this.delegate = delegate;
	}

	/**
	 * Return whether anybody takes messages. Paho keeps those that nobody takes
	 * unacknowledged.
	 * @return whether there is a callback or a listener
	 */
	boolean isWanted() {
		return this.delegate != null || !this.listeners.isEmpty();
	}

	@Override
	public void messageArrived(String topic, MqttMessage message) throws Exception {
		List<IMqttMessageListener> found = this.listeners.of(topic,
				message.getProperties().getSubscriptionIdentifiers());
		for (IMqttMessageListener listener : found) {
			hand(topic, message, listener);
		}
		MqttCallback callback = this.delegate;
		if (found.isEmpty() && callback != null) {
			hand(topic, message, callback::messageArrived);
		}
	}

	private void hand(String topic, MqttMessage message, IMqttMessageListener listener) throws Exception {
		try {
			this.received.handle((headers) -> {
				TracedMessages.replace(message.getProperties(), headers);
				listener.messageArrived(topic, message);
			});
		}
		catch (Exception ex) {
			if (message.getQos() > 0) {
				throw new CallbackFailure(ex);
			}
			throw ex;
		}
	}

	@Override
	public void connectComplete(boolean reconnect, String serverUri) {
		MqttCallback callback = this.delegate;
		if (callback != null) {
			this.notices.tell(() -> callback.connectComplete(this.reconnection.isLinkLost(), serverUri));
		}
	}

	@Override
	public void disconnected(MqttDisconnectResponse response) {
		MqttCallback callback = this.delegate;
		if (callback != null) {
			callback.disconnected(response);
		}
	}

	@Override
	public void mqttErrorOccurred(MqttException exception) {
		MqttCallback callback = this.delegate;
		if (callback != null) {
			callback.mqttErrorOccurred(exception);
		}
	}

	@Override
	public void deliveryComplete(IMqttToken token) {
		MqttCallback callback = this.delegate;
		// Paho calls it for whatever has ended, also if the token has failed.
		if (callback != null && token.getException() == null) {
			callback.deliveryComplete(token);
		}
	}

	@Override
	public void authPacketArrived(int reasonCode, MqttProperties properties) {
		MqttCallback callback = this.delegate;
		if (callback != null) {
			callback.authPacketArrived(reasonCode, properties);
		}
	}

}
