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

package io.github.mqttredis.soak;

import java.net.URI;
import java.util.concurrent.TimeUnit;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.exceptions.MqttClientStateException;
import com.hivemq.client.mqtt.lifecycle.MqttClientConnectedContext;
import com.hivemq.client.mqtt.lifecycle.MqttClientDisconnectedContext;
import com.hivemq.client.mqtt.mqtt3.Mqtt3RxClient;
import com.hivemq.client.mqtt.mqtt3.lifecycle.Mqtt3ClientConnectedContext;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import io.github.mqttredis.testing.Await;
import io.reactivex.Completable;
import io.reactivex.Flowable;

/**
 * The soak's own client of the broker, with a session that lasts as long as the client,
 * and one subscription.
 * <p>
 * It is not Paho, which is under test. If a link ends while Paho starts its threads for
 * it, Paho sends CONNECT twice over the next one ({@code ClientComms.ConnectBG},
 * {@code CommsCallback.start}), and mosquitto then drops the session with all that waits
 * in it. The soak would call that lost by the application.
 */
final class BrokerClient implements AutoCloseable {

	private static final int KEEP_ALIVE_SECONDS = 30;

	private static final int PAUSE_MILLIS = 200;

	private final Listener listener;

	private final Mqtt3RxClient client;

	private volatile boolean closed;

	/** Connect and subscribe. */
	BrokerClient(String uri, String clientId, String filter, int qos, Listener listener) {
		URI broker = URI.create(uri);
		this.listener = listener;
		this.client = MqttClient.builder()
			.useMqttVersion3()
			.identifier(clientId)
			.serverHost(broker.getHost())
			.serverPort(broker.getPort())
			.addConnectedListener(this::connected)
			.addDisconnectedListener(this::disconnected)
			.buildRx();
		// Before it connects: what arrives with nobody to take it is acknowledged.
		this.client.publishes(MqttGlobalPublishFilter.ALL)
			.subscribe((message) -> listener.arrived(message.getTopic().toString(), message.getPayloadAsBytes()),
					listener::failed);
		boolean subscribed = this.client.connectWith()
			.cleanSession(false)
			.keepAlive(KEEP_ALIVE_SECONDS)
			.applyConnect()
			.flatMap((connAck) -> this.client.subscribeWith()
				.topicFilter(filter)
				.qos(MqttQos.fromCode(qos))
				.applySubscribe())
			.ignoreElement()
			.blockingAwait(Await.MILLIS, TimeUnit.MILLISECONDS);
		if (!subscribed) {
			close();
			throw new IllegalStateException(clientId + " has not subscribed in time");
		}
	}

	private void connected(MqttClientConnectedContext context) {
		this.listener.connected(((Mqtt3ClientConnectedContext) context).getConnAck().isSessionPresent());
		if (this.closed) {
			disconnect();
		}
	}

	private void disconnected(MqttClientDisconnectedContext context) {
		context.getReconnector()
			.reconnect(!this.closed)
			.delay(PAUSE_MILLIS, TimeUnit.MILLISECONDS)
			.republishIfSessionExpired(true);
		// The state is still that before: an attempt to connect that failed is not told.
		if (context.getClientConfig().getState().isConnected() && !this.closed) {
			this.listener.failed(context.getCause());
		}
	}

	/**
	 * Publish a message with QoS 1 or 2, without waiting.
	 * @param acknowledged called once the broker has it
	 * @return whether it was taken; if not, this client is not connected
	 */
	boolean publish(String topic, byte[] payload, int qos, Runnable acknowledged) {
		if (!this.client.getState().isConnected()) {
			return false;
		}
		Mqtt3Publish message = Mqtt3Publish.builder().topic(topic).qos(MqttQos.fromCode(qos)).payload(payload).build();
		// The result comes with PUBREC, the end of the results only with PUBCOMP.
		this.client.publish(Flowable.just(message))
			.flatMapCompletable((result) -> result.getError().map(Completable::error).orElseGet(Completable::complete))
			.subscribe(acknowledged::run, this.listener::failed);
		return true;
	}

	private void disconnect() {
		this.client.disconnect().onErrorComplete(MqttClientStateException.class::isInstance).subscribe(() -> {
		}, this.listener::failed);
	}

	@Override
	public void close() {
		this.closed = true;
		disconnect();
	}

	/**
	 * Told what comes, on the client's thread.
	 */
	interface Listener {

		/** Called when the broker has accepted the client. */
		void connected(boolean sessionPresent);

		/** Called when the link has ended, or a message could not be told or sent. */
		void failed(Throwable reason);

		/** Called with a message, before it is acknowledged. */
		void arrived(String topic, byte[] payload);

	}

}
