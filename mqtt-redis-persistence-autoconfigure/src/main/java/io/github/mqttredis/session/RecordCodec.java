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

import java.nio.ByteBuffer;

import org.jspecify.annotations.Nullable;

/**
 * Encodes records for storage and decodes them, for example to encrypt them. To replace
 * the default, define a bean of this type.
 * <p>
 * Many threads use it at once. Records are encoded on the threads that put them, while
 * they hold locks of Paho: a codec must only compute, and must not wait or do I/O. If
 * {@link #encode} throws an exception, {@code publish} fails.
 *
 * @since 0.1.0
 */
public interface RecordCodec {

	/**
	 * The first bytes of an encoded record. No MQTT packet begins with them, so a process
	 * without the codec leaves such a session alone instead of treating its records as
	 * damaged.
	 */
	int MARK = 0x004d5201;

	/**
	 * Records are stored as they are.
	 */
	RecordCodec PLAIN = new PlainRecordCodec();

	/**
	 * Encode a record.
	 * @param session the record's session
	 * @param key the record's key
	 * @param record the record, not to be changed
	 * @return what is stored in its place
	 */
	byte[] encode(SessionId session, RecordKey key, byte[] record);

	/**
	 * Decode a record.
	 * @param session the session that it was found in
	 * @param key the key that it was found under
	 * @param stored what is stored
	 * @return the record, {@code null} if it is damaged, or was stored under another key
	 * or in another session: it then goes to quarantine
	 * @throws SessionKeyException if this codec lacks what it takes to decode any such
	 * record: the session is then left as it is, and its client does not start
	 */
	byte @Nullable [] decode(SessionId session, RecordKey key, byte[] stored) throws SessionKeyException;

	/**
	 * Return whether a record is encoded as this codec would encode it now. If not, it is
	 * encoded again when its session is opened.
	 * @param stored what is stored
	 * @return whether it may stay as it is
	 */
	default boolean isCurrent(byte[] stored) {
		return true;
	}

	/**
	 * Return whether what is stored begins with {@link #MARK}.
	 * @param stored what is stored
	 * @return whether it does
	 */
	static boolean isMarked(byte[] stored) {
		return stored.length >= Integer.BYTES && ByteBuffer.wrap(stored).getInt() == MARK;
	}

}
