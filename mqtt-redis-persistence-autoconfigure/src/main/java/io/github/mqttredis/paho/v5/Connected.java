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
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.jspecify.annotations.Nullable;

/**
 * Has something done at every successful connect, also at those that Paho makes by
 * itself.
 *
 * @param delegate who wanted to be told, {@code null} if nobody did
 * @param action what to do
 * @param reconnection knows whether the client is to be connected
 */
record Connected(@Nullable MqttActionListener delegate, Runnable action,
		Reconnection reconnection) implements MqttActionListener {

	@Override
	public void onSuccess(IMqttToken token) {
		this.action.run();
		if (this.delegate != null) {
			this.delegate.onSuccess(token);
		}
	}

	@Override
	public void onFailure(IMqttToken token, Throwable exception) {
		if (this.delegate != null && (this.reconnection.isWanted() || !isPahoTimer(this.delegate))) {
			this.delegate.onFailure(token, exception);
		}
		if (isPahoTimer(this.delegate)) {
			// Paho has just started it, maybe for a client that was disconnected
			// meanwhile.
			this.reconnection.stopTimerIfNotWanted();
		}
	}

	/**
	 * Return whether Paho makes the attempt by itself.
	 * @param listener who wants to be told of the attempt
	 * @return whether it is Paho's reconnect timer
	 */
	static boolean isPahoTimer(@Nullable MqttActionListener listener) {
		return listener != null && listener.getClass().getEnclosingClass() == MqttAsyncClient.class;
	}

}
