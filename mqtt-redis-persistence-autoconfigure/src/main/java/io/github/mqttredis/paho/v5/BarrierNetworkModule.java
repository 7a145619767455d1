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
import java.util.function.BooleanSupplier;

import io.github.mqttredis.paho.ClientSession;
import io.github.mqttredis.paho.Reconnection;
import io.github.mqttredis.session.OutboundPackets;
import io.github.mqttredis.session.OutboundPackets.Needs;
import org.eclipse.paho.mqttv5.client.internal.NetworkModule;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttPersistenceException;

/**
 * A network module that connects only as the owner of the session, and whose output waits
 * until the records are stored that a packet depends on. What comes in is looked at
 * before Paho sees it. Serves TCP, TLS and WebSocket alike.
 */
final class BarrierNetworkModule implements NetworkModule {

	private final NetworkModule delegate;

	private final ClientSession<MqttPersistenceException> session;

	private final ReceivedMessages received;

	private final PahoComms comms;

	private final long longestPacket;

	private final Reconnection reconnection;

	private volatile boolean stopped;

	/**
	 * Create the module.
	 * @param delegate the module that connects
	 * @param session the session of the client
	 * @param received what the client received of QoS 2
	 * @param comms the client's inner parts
	 * @param longestPacket the longest packet that Paho takes, in bytes
	 * @param reconnection told what becomes of the link
	 */
	BarrierNetworkModule(NetworkModule delegate, ClientSession<MqttPersistenceException> session,
			ReceivedMessages received, PahoComms comms, long longestPacket, Reconnection reconnection) {
		this.delegate = delegate;
		this.session = session;
		this.received = received;
		this.comms = comms;
		this.longestPacket = longestPacket;
		this.reconnection = reconnection;
	}

	/**
	 * Connect, but only as the owner of the session: a client that connects without
	 * owning it would throw the owner off the broker, and resend from memory what the
	 * owner has long delivered.
	 */
	@Override
	public void start() throws IOException, MqttException {
		this.stopped = false;
		// An attempt that fails because the application disconnects makes Paho try the
		// next server at once, or the next version of MQTT (ConnectActionListener).
		this.comms.awaitCallback(() -> this.stopped || !this.reconnection.isWanted());
		if (!this.reconnection.isWanted()) {
			throw new IOException("Not connecting: the application has disconnected the client");
		}
		this.comms.forgetAnswers();
		try {
			this.session.confirmOwned();
			this.received.connecting();
		}
		catch (MqttException ex) {
			// An IOException is what Paho expects here, and its reconnection goes on.
			this.reconnection.held(true);
			throw new IOException(ex.getMessage(), ex);
		}
		this.reconnection.held(false);
		this.delegate.start();
	}

	@Override
	public InputStream getInputStream() throws IOException {
		return new PacketInputStream(this.delegate.getInputStream(),
				new InboundPackets(this.received, this.comms, this.longestPacket));
	}

	@Override
	public OutputStream getOutputStream() throws IOException {
		return new BarrierOutputStream(this.delegate.getOutputStream());
	}

	/**
	 * Stop, and let go at once of a sender that waits: it holds the lock of a token that
	 * the stopping thread may want (Paho's {@code CommsSender.run}).
	 */
	@Override
	public void stop() throws IOException {
		this.stopped = true;
		this.session.wakeWaiters();
		try {
			this.delegate.stop();
		}
		finally {
			this.reconnection.linkEnded();
		}
	}

	@Override
	public String getServerURI() {
		return this.delegate.getServerURI();
	}

	private final class BarrierOutputStream extends OutputStream {

		private final OutputStream out;

		private final OutboundPackets packets = new OutboundPackets();

		private final BooleanSupplier stopped = () -> BarrierNetworkModule.this.stopped;

		BarrierOutputStream(OutputStream out) {
			this.out = out;
		}

		@Override
		public void write(int b) throws IOException {
			write(new byte[] { (byte) b }, 0, 1);
		}

		@Override
		public void write(byte[] bytes, int offset, int length) throws IOException {
			Needs needs = this.packets.next(bytes, offset, length);
			if (needs != Needs.NOTHING) {
				awaitPuts();
			}
			this.out.write(bytes, offset, length);
		}

		@Override
		public void flush() throws IOException {
			this.out.flush();
		}

		@Override
		public void close() throws IOException {
			this.out.close();
		}

		private void awaitPuts() throws IOException {
			try {
				BarrierNetworkModule.this.session.awaitPuts(this.packets.record(), this.stopped);
			}
			catch (MqttException ex) {
				// Paho drops the link, which is what has to happen: the packet is not
				// sent.
				if (!BarrierNetworkModule.this.stopped) {
					BarrierNetworkModule.this.reconnection.held(true);
				}
				throw new IOException(ex.getMessage(), ex);
			}
		}

	}

}
