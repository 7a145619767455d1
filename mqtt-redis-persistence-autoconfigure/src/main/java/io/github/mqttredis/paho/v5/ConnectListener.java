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
import org.jspecify.annotations.Nullable;

/**
 * Notes that the broker has accepted the client, and passes everything on.
 */
final class ConnectListener implements MqttActionListener {

	private final Reconnection reconnection;

	private final @Nullable MqttActionListener delegate;

	ConnectListener(Reconnection reconnection, @Nullable MqttActionListener delegate) {
		this.reconnection = reconnection;
		this.delegate = delegate;
	}

	@Override
	public void onSuccess(IMqttToken token) {
		this.reconnection.connected();
		if (this.delegate != null) {
			this.delegate.onSuccess(token);
		}
	}

	@Override
	public void onFailure(IMqttToken token, Throwable failure) {
		if (this.delegate != null) {
			this.delegate.onFailure(token, failure);
		}
	}

}
