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

import io.github.mqttredis.paho.Reconnection;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

/**
 * A callback that is told of a connection on a thread of its own. Paho tells it on the
 * thread that delivers messages. One that subscribes there and waits for the SUBACK, as
 * Spring Integration's adapter does, waits in vain where a kept session has more messages
 * than Paho's queue takes: the receiver then waits for room in the queue
 * ({@code CommsCallback.messageArrived}, 10 messages) and reads no SUBACK. And a message
 * that it does not take is not acknowledged.
 */
final class DetachedConnectComplete implements MqttCallback {

	private final MqttCallback delegate;

	private final String clientId;

	private final Reconnection reconnection;

	DetachedConnectComplete(MqttCallback delegate, String clientId, Reconnection reconnection) {
		this.delegate = delegate;
		this.clientId = clientId;
		this.reconnection = reconnection;
	}

	@Override
	public void connectComplete(boolean reconnect, String serverUri) {
		Thread thread = new Thread(() -> this.delegate.connectComplete(this.reconnection.isLinkLost(), serverUri),
				"MQTT Connected: " + this.clientId);
		thread.start();
	}

	@Override
	public void disconnected(MqttDisconnectResponse response) {
		this.delegate.disconnected(response);
	}

	@Override
	public void mqttErrorOccurred(MqttException exception) {
		this.delegate.mqttErrorOccurred(exception);
	}

	@Override
	public void messageArrived(String topic, MqttMessage message) throws Exception {
		try {
			this.delegate.messageArrived(topic, message);
		}
		catch (Exception ex) {
			if (message.getQos() > 0) {
				throw new CallbackFailure(ex);
			}
			throw ex;
		}
	}

	@Override
	public void deliveryComplete(IMqttToken token) {
		this.delegate.deliveryComplete(token);
	}

	@Override
	public void authPacketArrived(int reasonCode, MqttProperties properties) {
		this.delegate.authPacketArrived(reasonCode, properties);
	}

}
