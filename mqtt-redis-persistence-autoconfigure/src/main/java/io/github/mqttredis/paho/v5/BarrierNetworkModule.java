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

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

import io.github.mqttredis.paho.GuardedLink;
import io.github.mqttredis.paho.PacketInputStream;
import io.github.mqttredis.paho.ReceivedMessages;
import io.github.mqttredis.paho.UndeliverableMessages;
import org.eclipse.paho.mqttv5.client.internal.NetworkModule;
import org.eclipse.paho.mqttv5.common.MqttException;

/**
 * A network module whose link is guarded, and which looks at what comes in before Paho
 * sees it. Serves TCP, TLS and WebSocket alike.
 */
final class BarrierNetworkModule implements NetworkModule {

	private final NetworkModule delegate;

	private final GuardedLink link;

	private final ReceivedMessages received;

	private final UndeliverableMessages undeliverable;

	private final PahoComms comms;

	private final long longestPacket;

	/**
	 * Create the module.
	 * @param delegate the module that connects
	 * @param link guards its link
	 * @param received what the client received
	 * @param undeliverable what it does not send
	 * @param comms the client's inner parts
	 * @param longestPacket the longest packet that Paho takes, in bytes
	 */
	BarrierNetworkModule(NetworkModule delegate, GuardedLink link, ReceivedMessages received,
			UndeliverableMessages undeliverable, PahoComms comms, long longestPacket) {
		this.delegate = delegate;
		this.link = link;
		this.received = received;
		this.undeliverable = undeliverable;
		this.comms = comms;
		this.longestPacket = longestPacket;
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
		return new PacketInputStream(
				this.link.guard(this.delegate.getInputStream()), new Mqtt5InboundPackets(this.received,
						this.undeliverable, this.comms, this.longestPacket, this.link::awaitTold),
				this.comms::received);
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
