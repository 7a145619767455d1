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

import java.util.concurrent.TimeUnit;

import io.github.mqttredis.paho.ConnectNotices;
import io.github.mqttredis.paho.Reconnection;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttCallbackExtended;
import org.eclipse.paho.client.mqttv3.MqttMessage;

/**
 * A callback that is told of a connection by {@link ConnectNotices}, and that knows
 * whether the delivery of a message gets on.
 */
final class DetachedConnectComplete implements MqttCallbackExtended {

	/** A delivery that takes longer while somebody waits for SUBACK counts as blocked. */
	private static final long BLOCKED_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

	private static final long IDLE = Long.MIN_VALUE;

	private final MqttCallbackExtended delegate;

	private final ConnectNotices notices;

	private final Reconnection reconnection;

	private volatile long deliveringSince = IDLE;

	DetachedConnectComplete(MqttCallbackExtended delegate, ConnectNotices notices, Reconnection reconnection) {
		this.delegate = delegate;
		this.notices = notices;
		this.reconnection = reconnection;
	}

	@Override
	public void connectComplete(boolean reconnect, String serverUri) {
		this.notices.tell(() -> this.delegate.connectComplete(this.reconnection.isLinkLost(), serverUri));
	}

	/**
	 * Return whether a message is being delivered and does not get on.
	 * @return whether the thread that delivers has been busy with it for long
	 */
	boolean isDeliveryBlocked() {
		long since = this.deliveringSince;
		return since != IDLE && System.nanoTime() - since > BLOCKED_NANOS;
	}

	@Override
	public void connectionLost(Throwable cause) {
		this.delegate.connectionLost(cause);
	}

	@Override
	public void messageArrived(String topic, MqttMessage message) throws Exception {
		this.deliveringSince = System.nanoTime();
		try {
			this.delegate.messageArrived(topic, message);
		}
		finally {
			this.deliveringSince = IDLE;
		}
	}

	@Override
	public void deliveryComplete(IMqttDeliveryToken token) {
		// Paho calls it for whatever has ended, also if the token has failed.
		if (token.getException() == null) {
			this.delegate.deliveryComplete(token);
		}
	}

}
