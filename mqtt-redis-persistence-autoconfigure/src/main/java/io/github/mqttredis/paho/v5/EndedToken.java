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

import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttToken;
import org.jspecify.annotations.Nullable;

/**
 * The token of a disconnect that has already ended.
 *
 * @since 0.1.0
 */
public final class EndedToken extends MqttToken {

	/**
	 * Create the token, and tell who wanted to be told.
	 * @param clientId the client's id
	 * @param userContext what the application wants to find in the token
	 * @param callback told of it, {@code null} if nobody wants to be
	 */
	public EndedToken(String clientId, @Nullable Object userContext, @Nullable MqttActionListener callback) {
		super(clientId);
		setUserContext(userContext);
		if (callback != null) {
			callback.onSuccess(this);
		}
	}

	@Override
	public void waitForCompletion() {
		// There is nothing under way.
	}

	@Override
	public void waitForCompletion(long timeout) {
		// There is nothing under way.
	}

	@Override
	public boolean isComplete() {
		return true;
	}

}
