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

package io.github.mqttredis.paho;

import java.io.IOException;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * Inspects the packets that the broker sends on one connection before Paho does, if Paho
 * would lose or repeat a message, or fail.
 * <ul>
 * <li>PUBLISH and PUBREL: see {@link ReceivedMessages}.</li>
 * <li>PUBACK, PUBREC, SUBACK, UNSUBACK: see {@link UndeliverableMessages}.</li>
 * <li>CONNACK: whether the broker has forgotten the session, which Paho does not look
 * at.</li>
 * </ul>
 *
 * @since 0.1.0
 */
public class InboundPackets implements PacketInputStream.Packets {

	/** Handed to Paho instead of a packet that it does not get. */
	protected static final byte[] NOTHING = {};

	private static final int CONNACK = 2;

	private static final int PUBLISH = 3;

	private static final int PUBACK = 4;

	private static final int PUBREC = 5;

	private static final int PUBREL = 6;

	private static final int SUBACK = 9;

	private static final int UNSUBACK = 11;

	private final ReceivedMessages received;

	private final UndeliverableMessages undeliverable;

	private final BooleanSupplier tellsSession;

	private final long longest;

	private Runnable awaitTold = () -> {
	};

	private Consumer<String> onEnd = (reason) -> {
	};

	private boolean accepted;

	private boolean sessionLost;

	/**
	 * Create the look at one connection.
	 * @param received what was received
	 * @param undeliverable told what the broker has answered
	 * @param tellsSession whether CONNACK tells of the session, as it does since MQTT
	 * 3.1.1
	 * @param longest the longest packet that Paho takes, in bytes
	 */
	public InboundPackets(ReceivedMessages received, UndeliverableMessages undeliverable, BooleanSupplier tellsSession,
			long longest) {
		this.undeliverable = undeliverable;
		this.received = received;
		this.tellsSession = tellsSession;
		this.longest = longest;
	}

	/**
	 * Have something waited for before a packet is read that comes after CONNACK.
	 * @param awaitTold waits until the application is told that the broker has accepted
	 * the client
	 */
	void afterConnack(Runnable awaitTold) {
		this.awaitTold = awaitTold;
	}

	/**
	 * Have somebody told why the link ends.
	 * @param onEnd told the reason, in words: that of a CONNACK that refuses the client,
	 * or of a DISCONNECT, or why a packet could not be taken
	 */
	void onEnd(Consumer<String> onEnd) {
		this.onEnd = onEnd;
	}

	/**
	 * Note that the broker ends the link.
	 * @param reasonCode its reason
	 */
	protected final void ending(int reasonCode) {
		this.onEnd.accept(LinkFailures.of(reasonCode));
	}

	@Override
	public final void next() throws IOException {
		if (!this.accepted) {
			return;
		}
		this.accepted = false;
		connected();
		this.awaitTold.run();
		try {
			this.received.accepted(this.sessionLost);
		}
		catch (IOException ex) {
			this.onEnd.accept(LinkFailures.of(ex));
			throw ex;
		}
	}

	/** Called when Paho is done with a CONNACK that accepts the connection. */
	protected void connected() {
	}

	@Override
	public final boolean wants(int first, int length) {
		return length <= this.longest && switch (first >> 4) {
			case PUBLISH -> true;
			case CONNACK, PUBACK, PUBREC, PUBREL, SUBACK, UNSUBACK -> length > 1;
			default -> wantsType(first >> 4, length);
		};
	}

	/**
	 * Return whether a packet of another type is to be collected.
	 * @param type the type
	 * @param length the length of what follows the header
	 * @return whether {@link #accept(byte[], int)} wants to see it
	 */
	protected boolean wantsType(int type, int length) {
		return false;
	}

	@Override
	public final byte @Nullable [] room(byte[] head, int length) throws IOException {
		return ((head[0] & 0xff) >> 4 == PUBLISH) ? this.received.room(head, length) : Arrays.copyOf(head, length);
	}

	@Override
	public final void skipped(byte[] head, int length) throws IOException {
		this.received.skipped(head, length);
	}

	@Override
	public final IOException failed(Throwable failure) {
		IOException named = new IOException("A packet that the broker sent could not be received: " + failure, failure);
		this.onEnd.accept(String.valueOf(named.getMessage()));
		return named;
	}

	@Override
	public final byte[] accept(byte[] packet) throws IOException {
		int body = bodyOf(packet);
		try {
			switch ((packet[0] & 0xff) >> 4) {
				case PUBLISH -> this.received.publish(packet);
				case PUBREL -> this.received.release(packetId(packet, body));
				case CONNACK -> {
					connack(packet, body);
					return accept(packet, body);
				}
				case PUBACK, PUBREC -> {
					this.undeliverable.answered(packetId(packet, body));
					return accept(packet, body);
				}
				case SUBACK, UNSUBACK -> {
					this.undeliverable.answered(UndeliverableMessages.OTHER);
					return accept(packet, body);
				}
				default -> {
					return accept(packet, body);
				}
			}
			return NOTHING;
		}
		catch (IOException ex) {
			this.onEnd.accept(LinkFailures.of(ex));
			throw ex;
		}
	}

	/**
	 * Return what decides which messages are not sent.
	 * @return told what the broker says
	 */
	protected final UndeliverableMessages undeliverable() {
		return this.undeliverable;
	}

	/**
	 * Note that the broker does not take a message, of which Paho is told next.
	 * @param packetId its packet id
	 * @param reason why
	 */
	protected final void refused(int packetId, String reason) {
		this.undeliverable.refused(packetId, reason);
		this.received.refused(packetId, reason);
	}

	/**
	 * Take a packet that Paho gets to see.
	 * @param packet the whole packet
	 * @param body where that begins which follows the header
	 * @return what Paho gets in its place
	 * @throws IOException if Paho can make nothing of it
	 */
	protected byte[] accept(byte[] packet, int body) throws IOException {
		return packet;
	}

	private void connack(byte[] packet, int body) {
		if (packet[body + 1] == 0) {
			this.accepted = true;
			this.sessionLost = (packet[body] & 1) == 0 && this.tellsSession.getAsBoolean();
			accepted(packet, body + 2);
		}
		else {
			ending(packet[body + 1] & 0xff);
		}
	}

	/**
	 * Look at a CONNACK that accepts the connection.
	 * @param packet the whole packet, which may be changed
	 * @param position where its properties begin, or it ends
	 */
	protected void accepted(byte[] packet, int position) {
	}

	/**
	 * Read a packet id.
	 * @param packet the packet
	 * @param position where it is
	 * @return the packet id
	 */
	protected static int packetId(byte[] packet, int position) {
		return (packet[position] & 0xff) << 8 | packet[position + 1] & 0xff;
	}

	private static int bodyOf(byte[] packet) {
		int body = 1;
		while ((packet[body++] & 0x80) != 0) {
			// The length of the packet, whose last byte has no continuation bit.
		}
		return body;
	}

}
