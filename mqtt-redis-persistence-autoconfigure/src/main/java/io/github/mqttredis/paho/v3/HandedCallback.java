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

import io.github.mqttredis.paho.ReceivedMessages;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttCallbackExtended;
import org.eclipse.paho.client.mqttv3.MqttMessage;

/**
 * A callback that is called by what receives messages, so that this knows what the
 * callback throws.
 *
 * @param delegate the callback
 * @param received receives the messages
 */
record HandedCallback(MqttCallback delegate, ReceivedMessages received) implements MqttCallbackExtended {

	@Override
	public void messageArrived(String topic, MqttMessage message) throws Exception {
		this.received.handle((headers) -> this.delegate.messageArrived(topic, message));
	}

	@Override
	public void connectComplete(boolean reconnect, String serverUri) {
		if (this.delegate instanceof MqttCallbackExtended extended) {
			extended.connectComplete(reconnect, serverUri);
		}
	}

	@Override
	public void connectionLost(Throwable cause) {
		this.delegate.connectionLost(cause);
	}

	@Override
	public void deliveryComplete(IMqttDeliveryToken token) {
		this.delegate.deliveryComplete(token);
	}

}
