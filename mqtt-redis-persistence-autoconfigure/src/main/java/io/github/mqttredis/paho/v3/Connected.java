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

import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.jspecify.annotations.Nullable;

/**
 * Has something done at every successful connect.
 *
 * @param delegate who wanted to be told, {@code null} if nobody did
 * @param action what to do
 */
record Connected(@Nullable IMqttActionListener delegate, Runnable action) implements IMqttActionListener {

	@Override
	public void onSuccess(IMqttToken token) {
		this.action.run();
		if (this.delegate != null) {
			this.delegate.onSuccess(token);
		}
	}

	@Override
	public void onFailure(IMqttToken token, Throwable exception) {
		if (this.delegate != null) {
			this.delegate.onFailure(token, exception);
		}
	}

}
