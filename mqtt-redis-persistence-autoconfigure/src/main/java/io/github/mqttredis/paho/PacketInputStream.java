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

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.function.IntConsumer;

import org.jspecify.annotations.Nullable;

/**
 * Passes what the broker sends to Paho, packet by packet, so that some packets can be
 * inspected, changed or held back. All other packets pass through without being buffered.
 * A read that times out in the middle of a packet, as Paho's reads do every second,
 * continues where it stopped.
 * <p>
 * Paho counts the bytes that it reads itself, so that a message which takes longer than
 * keep-alive does not end the link. This class reports the bytes that it buffers to Paho.
 * <p>
 * Paho's receiver ends unseen over anything but an {@code IOException}: the client looks
 * connected until keep-alive ends. So nothing else leaves this class. Of a long packet,
 * the beginning comes first, and decides whether there is room for the rest.
 *
 * @since 0.1.0
 */
public final class PacketInputStream extends InputStream {

	/** A packet's type, flags and length (2.1). */
	private static final int LONGEST_HEADER = 5;

	/** What a packet tells of itself: a PUBLISH, its topic and packet id (3.3). */
	private static final int LONGEST_HEAD = LONGEST_HEADER + 2 + 65_535 + 2;

	private static final int SKIPPED_AT_ONCE = 8192;

	private final InputStream in;

	private final byte[] single = new byte[1];

	private final Packets packets;

	private final IntConsumer keepAlive;

	/** The header as far as it was read. */
	private final byte[] header = new byte[LONGEST_HEADER];

	private int headerLength;

	/** The packet that is collected, {@code null} if none is. */
	private byte @Nullable [] packet;

	private int collected;

	/** The length of the whole packet of which the beginning is collected. */
	private int length;

	/** The beginning of the packet that is skipped, {@code null} if none is. */
	private byte @Nullable [] skipped;

	/** How much is still to be skipped. */
	private int skipping;

	/** What was collected and Paho has not taken yet. */
	private byte[] ready = {};

	private int taken;

	/** How much of a packet passes through uncollected. */
	private int passing;

	/**
	 * Create the stream.
	 * @param in what comes from the broker
	 * @param packets looks at it
	 * @param keepAlive told how many bytes have come that Paho has not seen
	 */
	public PacketInputStream(InputStream in, Packets packets, IntConsumer keepAlive) {
		this.in = new BufferedInputStream(in);
		this.packets = packets;
		this.keepAlive = keepAlive;
	}

	@Override
	public int read() throws IOException {
		return (read(this.single, 0, 1) < 0) ? -1 : this.single[0] & 0xff;
	}

	@Override
	public int read(byte[] target, int offset, int length) throws IOException {
		try {
			return readOn(target, offset, length);
		}
		catch (RuntimeException | Error ex) {
			throw this.packets.failed(ex);
		}
	}

	private int readOn(byte[] target, int offset, int length) throws IOException {
		while (this.taken == this.ready.length && this.passing == 0) {
			if (!advance()) {
				return -1;
			}
		}
		if (this.taken < this.ready.length) {
			int count = Math.min(length, this.ready.length - this.taken);
			System.arraycopy(this.ready, this.taken, target, offset, count);
			this.taken += count;
			return count;
		}
		int count = this.in.read(target, offset, Math.min(length, this.passing));
		this.passing -= Math.max(count, 0);
		return count;
	}

	/**
	 * Read a header, or some of the packet that is collected or skipped.
	 * @return false at the end of the stream
	 */
	private boolean advance() throws IOException {
		byte[] skipped = this.skipped;
		if (skipped != null) {
			return skip(skipped);
		}
		byte[] collecting = this.packet;
		if (collecting != null) {
			return collect(collecting);
		}
		if (this.headerLength == 0) {
			this.packets.next();
		}
		int next = this.in.read();
		if (next < 0) {
			return false;
		}
		this.header[this.headerLength++] = (byte) next;
		this.keepAlive.accept(1);
		if (this.headerLength > 1 && ((next & 0x80) == 0 || this.headerLength == LONGEST_HEADER)) {
			headerIsRead();
		}
		return true;
	}

	private boolean collect(byte[] collecting) throws IOException {
		if (this.collected < collecting.length) {
			int count = this.in.read(collecting, this.collected, collecting.length - this.collected);
			this.collected += Math.max(count, 0);
			this.keepAlive.accept(count);
			return count >= 0;
		}
		this.packet = null;
		if (this.collected == this.length) {
			hand(this.packets.accept(collecting));
			return true;
		}
		byte[] room = this.packets.room(collecting, this.length);
		if (room != null) {
			this.packet = room;
		}
		else {
			this.skipped = collecting;
			this.skipping = this.length - this.collected;
		}
		return true;
	}

	private boolean skip(byte[] head) throws IOException {
		if (this.skipping == 0) {
			this.skipped = null;
			this.packets.skipped(head, this.length);
			return true;
		}
		int count = this.in.read(new byte[Math.min(this.skipping, SKIPPED_AT_ONCE)]);
		this.skipping -= Math.max(count, 0);
		this.keepAlive.accept(count);
		return count >= 0;
	}

	private void headerIsRead() {
		int following = 0;
		for (int i = 1; i < this.headerLength; i++) {
			following |= (this.header[i] & 0x7f) << 7 * (i - 1);
		}
		byte[] read = Arrays.copyOf(this.header, this.headerLength);
		this.headerLength = 0;
		if (this.packets.wants(read[0] & 0xff, following)) {
			this.length = read.length + following;
			this.packet = Arrays.copyOf(read, Math.min(this.length, LONGEST_HEAD));
			this.collected = read.length;
		}
		else {
			hand(read);
			this.passing = following;
		}
	}

	private void hand(byte[] bytes) {
		this.ready = bytes;
		this.taken = 0;
	}

	@Override
	public int available() throws IOException {
		return this.ready.length - this.taken + this.in.available();
	}

	@Override
	public void close() throws IOException {
		this.in.close();
	}

	/**
	 * Looks at packets before Paho does.
	 *
	 * @since 0.1.0
	 */
	public interface Packets {

		/**
		 * Called before each packet, when Paho is done with the one before.
		 * @throws IOException if the connection must end
		 */
		void next() throws IOException;

		/**
		 * Return whether a packet is to be collected.
		 * @param first the first byte: type and flags
		 * @param length the length of what follows the header
		 * @return whether {@link #accept(byte[])} wants to see it
		 */
		boolean wants(int first, int length);

		/**
		 * Make room for a long packet.
		 * @param head how it begins
		 * @param length its length
		 * @return what begins so, and has that length, {@code null} if the packet is to
		 * be skipped
		 * @throws IOException if the connection must end
		 */
		byte @Nullable [] room(byte[] head, int length) throws IOException;

		/**
		 * Note that a packet was skipped.
		 * @param head how it began
		 * @param length its length
		 * @throws IOException if the connection must end
		 */
		void skipped(byte[] head, int length) throws IOException;

		/**
		 * Note that the connection must end, because looking at packets has failed.
		 * @param failure how
		 * @return what is thrown
		 */
		IOException failed(Throwable failure);

		/**
		 * Take a packet.
		 * @param packet the whole packet
		 * @return what Paho gets in its place, empty for nothing
		 * @throws IOException if the connection must end
		 */
		byte[] accept(byte[] packet) throws IOException;

	}

}
