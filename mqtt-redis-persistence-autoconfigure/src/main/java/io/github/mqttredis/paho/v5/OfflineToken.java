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

import io.github.mqttredis.paho.OfflineQueue;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttToken;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.jspecify.annotations.Nullable;

/**
 * The token of a message that waits in the offline buffer. As long as it does, nobody is
 * kept waiting for its delivery: it is stored, and the broker may be away for days. Its
 * listener is told of the delivery as usual.
 */
final class OfflineToken extends MqttToken implements OfflineQueue.Waiting<MqttException> {

	private volatile boolean sent;

	private volatile @Nullable MqttException dropped;

	private volatile @Nullable Runnable kept;

	OfflineToken(String clientId) {
		super(clientId);
		this.internalTok.setDeliveryToken(true);
	}

	void describe(String topic, MqttMessage message, @Nullable Object userContext,
			@Nullable MqttActionListener callback) {
		this.internalTok.setTopics(new String[] { topic });
		setMessage(message);
		setUserContext(userContext);
		setActionCallback(callback);
	}

	@Override
	public void keepForListener(Runnable keep) {
		this.kept = keep;
		if (getActionCallback() != null) {
			keep.run();
		}
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * A listener that comes too late is told at once: the application has the token only
	 * when {@code publish} has returned, and the message may have ended by then.
	 */
	@Override
	public void setActionCallback(@Nullable MqttActionListener listener) {
		boolean ended;
		// As Paho does when it tells the listener (CommsCallback.handleActionComplete).
		synchronized (this) {
			super.setActionCallback(listener);
			ended = this.dropped != null || this.internalTok.isNotified();
		}
		Runnable keep = this.kept;
		if (ended) {
			tell(listener);
		}
		else if (listener != null && keep != null) {
			keep.run();
		}
	}

	private void tell(@Nullable MqttActionListener listener) {
		if (listener == null) {
			return;
		}
		MqttException reason = getException();
		if (reason != null) {
			listener.onFailure(this, reason);
		}
		else {
			listener.onSuccess(this);
		}
	}

	@Override
	public boolean isComplete() {
		return this.dropped != null || super.isComplete();
	}

	@Override
	public void sent() {
		this.sent = true;
	}

	@Override
	public void drop(MqttException reason) {
		MqttActionListener listener;
		synchronized (this) {
			this.internalTok.setException(reason);
			this.dropped = reason;
			listener = getActionCallback();
		}
		tell(listener);
	}

	@Override
	public void waitForCompletion() throws MqttException {
		waitForCompletion(-1);
	}

	@Override
	public void waitForCompletion(long timeout) throws MqttException {
		MqttException reason = this.dropped;
		if (reason != null) {
			throw reason;
		}
		if (this.sent) {
			super.waitForCompletion(timeout);
		}
	}

}
