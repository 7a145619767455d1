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

package io.github.mqttredis.session;

import org.jspecify.annotations.Nullable;

/**
 * Finds, in what a client writes to its broker, the record that a packet depends on: for
 * a PUBLISH {@code s-N}, for a PUBREL {@code sc-N}, for a PUBREC {@code r-N}; for a
 * CONNECT all, because what is sent again follows it. Reads only what both versions of
 * MQTT have in common (2.2, 3.3.2).
 * <p>
 * Paho writes the head of a packet in one piece, and the next packet in another one. What
 * comes otherwise is never taken for a packet that need not wait. Used by one thread at a
 * time, for one connection.
 *
 * @since 0.1.0
 */
public final class OutboundPackets {

	private static final int CONNECT = 1;

	private static final int PUBLISH = 3;

	private static final int PUBREC = 5;

	private static final int PUBREL = 6;

	private static final int SUBSCRIBE = 8;

	private static final int UNSUBSCRIBE = 10;

	/** How many bytes are to come of the packet whose head was written. */
	private long remaining;

	/** Whether it is no longer known where a packet begins. */
	private boolean lost;

	private @Nullable RecordKey record;

	private @Nullable Head head;

	/**
	 * What has to be stored before bytes may be written.
	 */
	public enum Needs {

		/**
		 * Nothing.
		 */
		NOTHING,

		/**
		 * The record that {@link OutboundPackets#record()} names.
		 */
		RECORD,

		/**
		 * All that was put.
		 */
		EVERYTHING

	}

	/**
	 * Look at bytes that are about to be written.
	 * @param bytes where they are
	 * @param offset the first one
	 * @param length how many there are
	 * @return what has to be stored before
	 */
	public Needs next(byte[] bytes, int offset, int length) {
		this.record = null;
		this.head = null;
		if (this.lost) {
			return Needs.EVERYTHING;
		}
		if (this.remaining >= length) {
			this.remaining -= length;
			return Needs.NOTHING;
		}
		if (this.remaining > 0) {
			this.lost = true;
			return Needs.EVERYTHING;
		}
		return head(bytes, offset, offset + length);
	}

	private Needs head(byte[] bytes, int start, int end) {
		int position = start + 1;
		long size = 0;
		int shift = 0;
		int digit = 0x80;
		while ((digit & 0x80) != 0 && position < end && shift <= 21) {
			digit = bytes[position++];
			size += (long) (digit & 0x7f) << shift;
			shift += 7;
		}
		this.remaining = position + size - end;
		if ((digit & 0x80) != 0 || this.remaining < 0) {
			this.lost = true;
			return Needs.EVERYTHING;
		}
		int first = bytes[start] & 0xff;
		Needs needs = needs(first, bytes, position, end);
		this.head = new Head(first, (this.record != null) ? this.record.packetId() : 0, position - start + size);
		return needs;
	}

	private Needs needs(int first, byte[] bytes, int position, int end) {
		return switch (first >> 4) {
			// All is sent again after it that the broker has not acknowledged.
			case CONNECT -> Needs.EVERYTHING;
			case PUBLISH -> ((first & 6) != 0) ? publish(bytes, position, end) : Needs.NOTHING;
			case PUBREC -> record(RecordKind.RECEIVED, bytes, position, end);
			case PUBREL -> record(RecordKind.PUBREL, bytes, position, end);
			default -> Needs.NOTHING;
		};
	}

	private Needs publish(byte[] bytes, int position, int end) {
		if (position + 2 > end) {
			return Needs.EVERYTHING;
		}
		return record(RecordKind.SENT, bytes, position + 2 + twoBytes(bytes, position), end);
	}

	private Needs record(RecordKind kind, byte[] bytes, int position, int end) {
		if (position + 2 > end) {
			return Needs.EVERYTHING;
		}
		this.record = new RecordKey(kind, twoBytes(bytes, position));
		return Needs.RECORD;
	}

	private static int twoBytes(byte[] bytes, int position) {
		return (bytes[position] & 0xff) << 8 | bytes[position + 1] & 0xff;
	}

	/**
	 * Return the packet that the bytes begin.
	 * @return its head, {@code null} if they are part of a packet that was begun before,
	 * or it is not known where a packet begins
	 */
	public @Nullable Head head() {
		return this.head;
	}

	/**
	 * Return whether a packet ends with the bytes.
	 * @return whether no more bytes of it are to come, {@code false} if it is not known
	 * where a packet begins
	 */
	public boolean isComplete() {
		return !this.lost && this.remaining == 0;
	}

	/**
	 * Return the record that has to be stored.
	 * @return the record, {@code null} if the last answer was not {@link Needs#RECORD}
	 */
	public @Nullable RecordKey record() {
		return this.record;
	}

	/**
	 * The head of a packet.
	 *
	 * @param first its first byte
	 * @param packetId the packet id if a record belongs to it, 0 if not
	 * @param size its bytes on the wire
	 */
	public record Head(int first, int packetId, long size) {

		/**
		 * Return whether it is a message whose record is stored.
		 * @return whether it is a PUBLISH of QoS 1 or 2
		 */
		public boolean isStored() {
			return type() == PUBLISH && qos() > 0;
		}

		/**
		 * Return whether it begins the session.
		 * @return whether it is a CONNECT
		 */
		public boolean isConnect() {
			return type() == CONNECT;
		}

		/**
		 * Return whether a broker may end the link over it that would else answer it, or
		 * take it without a word.
		 * @return whether it is a PUBLISH, SUBSCRIBE or UNSUBSCRIBE
		 */
		public boolean isRequest() {
			return type() == PUBLISH || type() == SUBSCRIBE || type() == UNSUBSCRIBE;
		}

		/**
		 * Return the quality of service of a PUBLISH.
		 * @return 0, 1 or 2
		 */
		public int qos() {
			return this.first >> 1 & 3;
		}

		/**
		 * Return whether a PUBLISH is to be retained.
		 * @return whether it is
		 */
		public boolean retained() {
			return (this.first & 1) != 0;
		}

		private int type() {
			return this.first >> 4;
		}

	}

}
