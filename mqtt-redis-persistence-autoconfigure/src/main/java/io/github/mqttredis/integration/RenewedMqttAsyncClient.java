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

package io.github.mqttredis.integration;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import io.github.mqttredis.paho.v5.PersistentMqttAsyncClient;
import io.github.mqttredis.paho.v5.SessionMqttClientPersistence;
import org.eclipse.paho.mqttv5.client.IMqttAsyncClient;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClientException;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttToken;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.DirectFieldAccessor;
import org.springframework.integration.endpoint.AbstractEndpoint;
import org.springframework.integration.mqtt.inbound.Mqttv5PahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.outbound.Mqttv5PahoMessageHandler;

/**
 * The client of a {@link Mqttv5PahoMessageHandler} or a
 * {@link Mqttv5PahoMessageDrivenChannelAdapter} that has one of its own: made anew when
 * the component starts, that is when it connects, and closed when it stops, so that its
 * session is given back.
 */
final class RenewedMqttAsyncClient extends StandInMqttAsyncClient {

	/**
	 * How long stopping waits for what is in flight. A handler's 30 s pass in full while
	 * the broker does not answer, and the messages are safe in Redis.
	 */
	private static final long QUIESCENT_MILLIS = 1000;

	private static final long DISCONNECT_MILLIS = 1000;

	private final Supplier<SessionMqttClientPersistence> persistences;

	private final MqttCallback component;

	private final boolean manualAcks;

	/**
	 * Held while a client is made, which may wait for another owner of its session: two
	 * threads that connect must not make two. Who holds it wants no lock of Paho's.
	 */
	private final ReentrantLock making = new ReentrantLock();

	private volatile @Nullable PersistentMqttAsyncClient client;

	/**
	 * Create a stand-in.
	 * @param replaced the client that the component made
	 * @param options what the component connects with
	 * @param persistences makes a persistence for each client
	 * @param component who uses the client
	 * @param manualAcks whether the application acknowledges messages
	 * @throws MqttException if Paho refuses the URI or the id
	 */
	RenewedMqttAsyncClient(IMqttAsyncClient replaced, MqttConnectionOptions options,
			Supplier<SessionMqttClientPersistence> persistences, MqttCallback component, boolean manualAcks)
			throws MqttException {
		super(replaced.getServerURI(), replaced.getClientId());
		// Who stops it calls a method of Paho's that needs them.
		new DirectFieldAccessor(this).setPropertyValue("connOpts", options);
		this.persistences = persistences;
		this.component = component;
		this.manualAcks = manualAcks;
	}

	@Override
	@Nullable PersistentMqttAsyncClient present() {
		return this.client;
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * An adapter that stops, and so is no longer active, asks this and lets go of its
	 * client only if there is a link. Otherwise the client would connect again without
	 * its adapter.
	 */
	@Override
	public boolean isConnected() {
		return super.isConnected() || (this.client != null && isStopping());
	}

	private boolean isStopping() {
		return this.component instanceof AbstractEndpoint adapter && !adapter.isActive();
	}

	@Override
	public IMqttToken unsubscribe(String[] topicFilters, @Nullable Object userContext,
			@Nullable MqttActionListener callback, MqttProperties properties) throws MqttException {
		if (isStopping() && !super.isConnected()) {
			return new Done(getClientId());
		}
		return super.unsubscribe(topicFilters, userContext, callback, properties);
	}

	@Override
	PersistentMqttAsyncClient required() throws MqttException {
		PersistentMqttAsyncClient present = this.client;
		if (present == null) {
			throw new MqttException(MqttClientException.REASON_CODE_CLIENT_CLOSED);
		}
		return present;
	}

	@Override
	public IMqttToken connect(MqttConnectionOptions options, @Nullable Object userContext,
			@Nullable MqttActionListener callback) throws MqttException {
		return made().connect(options, userContext, callback);
	}

	private PersistentMqttAsyncClient made() throws MqttException {
		this.making.lock();
		try {
			PersistentMqttAsyncClient present = this.client;
			if (present != null && present.isOver()) {
				// The store has stopped in between, and not this component.
				close(true);
				present = null;
			}
			if (present == null) {
				present = PersistentMqttv5ClientManager.createClient(getServerURI(), getClientId(),
						this.persistences.get(), this.component, this.manualAcks);
				this.client = present;
			}
			return present;
		}
		finally {
			this.making.unlock();
		}
	}

	@Override
	public IMqttToken disconnect(long quiesceTimeout, @Nullable Object userContext,
			@Nullable MqttActionListener callback, int reasonCode, MqttProperties properties) throws MqttException {
		disconnectForcibly(Math.min(quiesceTimeout, QUIESCENT_MILLIS), DISCONNECT_MILLIS, reasonCode, properties);
		return new Done(getClientId());
	}

	@Override
	public void disconnectForcibly(long quiesceTimeout, long disconnectTimeout, int reasonCode,
			MqttProperties properties) throws MqttException {
		PersistentMqttAsyncClient present = this.client;
		if (present != null) {
			try {
				present.disconnectForcibly(quiesceTimeout, disconnectTimeout, reasonCode, properties);
			}
			finally {
				close(true);
			}
		}
	}

	@Override
	public void close(boolean force) throws MqttException {
		PersistentMqttAsyncClient present = this.client;
		if (present != null) {
			this.client = null;
			present.close(force);
		}
	}

	/**
	 * Nothing to wait for.
	 */
	private static final class Done extends MqttToken {

		Done(String clientId) {
			super(clientId);
		}

		@Override
		public void waitForCompletion() {
			// There is nothing under way.
		}

		@Override
		public void waitForCompletion(long timeout) {
			// There is nothing under way.
		}

	}

}
