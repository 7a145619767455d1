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

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.BooleanSupplier;

import io.github.mqttredis.paho.GuardedLink;
import io.github.mqttredis.paho.InboundPackets;
import io.github.mqttredis.paho.PacketInputStream;
import io.github.mqttredis.paho.ReceivedMessages;
import io.github.mqttredis.paho.UndeliverableMessages;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.internal.NetworkModule;

/**
 * A network module whose link is guarded, and which looks at what comes in before Paho
 * sees it. Serves TCP, TLS and WebSocket alike.
 */
final class BarrierNetworkModule implements NetworkModule {

	/** The longest packet there is (2.2.3). */
	private static final long LONGEST_PACKET = 268_435_460;

	private final NetworkModule delegate;

	private final GuardedLink link;

	private final ReceivedMessages received;

	private final UndeliverableMessages undeliverable;

	private final PahoComms comms;

	private final BooleanSupplier tellsSession;

	/**
	 * Create the module.
	 * @param delegate the module that connects
	 * @param link guards its link
	 * @param received what the client received
	 * @param undeliverable what it does not send
	 * @param comms the client's inner parts
	 * @param tellsSession whether the broker tells in CONNACK if it has the session
	 */
	BarrierNetworkModule(NetworkModule delegate, GuardedLink link, ReceivedMessages received,
			UndeliverableMessages undeliverable, PahoComms comms, BooleanSupplier tellsSession) {
		this.delegate = delegate;
		this.link = link;
		this.received = received;
		this.undeliverable = undeliverable;
		this.comms = comms;
		this.tellsSession = tellsSession;
	}

	@Override
	public void start() throws IOException, MqttException {
		this.link.<MqttException>open(() -> {
			this.received.connecting();
			this.delegate.start();
		});
	}

	@Override
	public InputStream getInputStream() throws IOException {
		return new PacketInputStream(this.link.guard(this.delegate.getInputStream()), new InboundPackets(this.received,
				this.undeliverable, this.tellsSession, LONGEST_PACKET, this.link::awaitTold), this.comms::received);
	}

	@Override
	public OutputStream getOutputStream() throws IOException {
		return this.link.guard(this.delegate.getOutputStream(), this.delegate::stop);
	}

	@Override
	public void stop() throws IOException {
		this.link.close(this.delegate::stop);
	}

	@Override
	public String getServerURI() {
		return this.delegate.getServerURI();
	}

}
