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
import java.util.function.BooleanSupplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.IMqttAsyncClient;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.internal.wire.MqttWireMessage;

/**
 * The token of a subscription whose SUBACK may stand behind messages that nobody takes
 * while somebody waits for it. Spring Integration's adapter waits with the lock held that
 * it wants for a message which a client manager hands to it; Paho's queue fills up behind
 * that message, and the receiver reads no SUBACK. Whoever waits is let go then: a broker
 * sends messages before SUBACK only if the session was kept, and with it the
 * subscription.
 */
final class OvertakenSubscription implements IMqttToken {

	private static final Log logger = LogFactory.getLog(OvertakenSubscription.class);

	private static final long POLL_MILLIS = 10;

	private final IMqttToken delegate;

	private final int[] requestedQos;

	private final BooleanSupplier deliveryBlocked;

	private volatile boolean overtaken;

	/**
	 * Create the token.
	 * @param delegate Paho's token
	 * @param requestedQos what was asked for
	 * @param deliveryBlocked whether the delivery of a message does not get on
	 */
	OvertakenSubscription(IMqttToken delegate, int[] requestedQos, BooleanSupplier deliveryBlocked) {
		this.delegate = delegate;
		this.requestedQos = requestedQos.clone();
		this.deliveryBlocked = deliveryBlocked;
	}

	@Override
	public void waitForCompletion() throws MqttException {
		waitForCompletion(Long.MAX_VALUE);
	}

	@Override
	public void waitForCompletion(long timeout) throws MqttException {
		long started = System.nanoTime();
		long nanos = TimeUnit.MILLISECONDS.toNanos(timeout);
		while (isUnderWay() && System.nanoTime() - started < nanos) {
			if (this.deliveryBlocked.getAsBoolean()) {
				this.overtaken = true;
				logger.info("MQTT client '" + this.delegate.getClient().getClientId()
						+ "' has messages of a kept session to deliver before its SUBACK arrives");
				return;
			}
			pause();
		}
		// Done, or the time is up: says so, or throws.
		this.delegate.waitForCompletion(1);
	}

	/** A token that fails, as when the link is lost, is never complete. */
	private boolean isUnderWay() {
		return !this.delegate.isComplete() && this.delegate.getException() == null;
	}

	private static void pause() throws MqttException {
		try {
			TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new MqttException(ex);
		}
	}

	@Override
	public int[] getGrantedQos() {
		return (this.overtaken && !isComplete()) ? this.requestedQos.clone() : this.delegate.getGrantedQos();
	}

	@Override
	public boolean isComplete() {
		return this.delegate.isComplete();
	}

	@Override
	public MqttException getException() {
		return this.delegate.getException();
	}

	@Override
	public void setActionCallback(IMqttActionListener listener) {
		this.delegate.setActionCallback(listener);
	}

	@Override
	public IMqttActionListener getActionCallback() {
		return this.delegate.getActionCallback();
	}

	@Override
	public IMqttAsyncClient getClient() {
		return this.delegate.getClient();
	}

	@Override
	public String[] getTopics() {
		return this.delegate.getTopics();
	}

	@Override
	public void setUserContext(Object userContext) {
		this.delegate.setUserContext(userContext);
	}

	@Override
	public Object getUserContext() {
		return this.delegate.getUserContext();
	}

	@Override
	public int getMessageId() {
		return this.delegate.getMessageId();
	}

	@Override
	public boolean getSessionPresent() {
		return this.delegate.getSessionPresent();
	}

	@Override
	public MqttWireMessage getResponse() {
		return this.delegate.getResponse();
	}

}
