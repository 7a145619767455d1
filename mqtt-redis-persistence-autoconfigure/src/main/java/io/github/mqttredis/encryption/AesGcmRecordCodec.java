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

package io.github.mqttredis.encryption;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

import io.github.mqttredis.session.RecordCodec;
import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionKeyException;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts records with AES-256-GCM. The record's session and key are authenticated with
 * it, so a record that was moved elsewhere does not decrypt.
 * <p>
 * The stored value is {@link RecordCodec#MARK}, the key's fingerprint (8 bytes), a nonce
 * (24 bytes), and the encrypted record with its tag (16 bytes). The first half of the
 * nonce derives the record's own key, the second half is the nonce of GCM. With so many
 * random bits, no two records use the same key and nonce, however many records one key
 * encrypts.
 *
 * @since 0.1.0
 */
public final class AesGcmRecordCodec implements RecordCodec {

	private static final int HALF_NONCE = 12;

	private static final int NONCE_AT = Integer.BYTES + RecordEncryptionKey.FINGERPRINT_LENGTH;

	private static final int HEADER = NONCE_AT + 2 * HALF_NONCE;

	private static final int TAG = 16;

	private final SecureRandom random = new SecureRandom();

	private final RecordEncryptionKey active;

	private final Map<ByteBuffer, RecordEncryptionKey> keys = new LinkedHashMap<>();

	private final boolean acceptUnencrypted;

	/**
	 * Create a codec.
	 * @param active the key that encrypts
	 * @param others further keys that decrypt
	 * @param acceptUnencrypted whether records that are not encrypted are taken as they
	 * are
	 */
	public AesGcmRecordCodec(RecordEncryptionKey active, Collection<RecordEncryptionKey> others,
			boolean acceptUnencrypted) {
		this.active = active;
		others.forEach((key) -> this.keys.put(ByteBuffer.wrap(key.fingerprint()), key));
		this.keys.put(ByteBuffer.wrap(active.fingerprint()), active);
		this.acceptUnencrypted = acceptUnencrypted;
	}

	@Override
	public byte[] encode(SessionId session, RecordKey key, byte[] record) {
		byte[] nonce = new byte[2 * HALF_NONCE];
		this.random.nextBytes(nonce);
		ByteBuffer stored = ByteBuffer.allocate(HEADER + record.length + TAG);
		stored.putInt(MARK).put(this.active.fingerprint()).put(nonce);
		try {
			cipher(Cipher.ENCRYPT_MODE, this.active, stored.array(), session, key).doFinal(ByteBuffer.wrap(record),
					stored);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("This JVM cannot encrypt with AES-256-GCM", ex);
		}
		return stored.array();
	}

	@Override
	public byte @Nullable [] decode(SessionId session, RecordKey key, byte[] stored) throws SessionKeyException {
		if (!RecordCodec.isMarked(stored)) {
			return this.acceptUnencrypted ? stored : null;
		}
		if (stored.length < HEADER + TAG) {
			return null;
		}
		ByteBuffer fingerprint = ByteBuffer.wrap(stored, Integer.BYTES, RecordEncryptionKey.FINGERPRINT_LENGTH);
		RecordEncryptionKey used = this.keys.get(fingerprint);
		if (used == null) {
			throw new SessionKeyException(session, key,
					"is encrypted with a key that this application does not have (fingerprint "
							+ HexFormat.of().formatHex(stored, Integer.BYTES, NONCE_AT) + "; known keys: "
							+ this.keys.values() + "). Correct mqtt.persistence.encryption.*, or add the key to "
							+ "mqtt.persistence.encryption.keys");
		}
		try {
			return cipher(Cipher.DECRYPT_MODE, used, stored, session, key).doFinal(stored, HEADER,
					stored.length - HEADER);
		}
		catch (AEADBadTagException ex) {
			// Changed, or not stored here: one of the two is what the caller asks.
			return null;
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("This JVM cannot decrypt with AES-256-GCM", ex);
		}
	}

	@Override
	public boolean isCurrent(byte[] stored) {
		return RecordCodec.isMarked(stored) && Arrays.equals(stored, Integer.BYTES, NONCE_AT, this.active.fingerprint(),
				0, RecordEncryptionKey.FINGERPRINT_LENGTH);
	}

	private static Cipher cipher(int mode, RecordEncryptionKey key, byte[] stored, SessionId session, RecordKey record)
			throws GeneralSecurityException {
		byte[] recordNonce = Arrays.copyOfRange(stored, NONCE_AT, NONCE_AT + HALF_NONCE);
		Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
		cipher.init(mode, key.forRecord(recordNonce),
				new GCMParameterSpec(TAG * Byte.SIZE, stored, NONCE_AT + HALF_NONCE, HALF_NONCE));
		cipher.updateAAD(stored, 0, NONCE_AT);
		cipher.updateAAD(place(session, record));
		return cipher;
	}

	/**
	 * Where a record belongs. Each text with its length before it, and char by char: no
	 * two places are written the same.
	 */
	private static byte[] place(SessionId session, RecordKey record) {
		String[] parts = { session.clientId(), session.broker(), session.version().suffix(), record.toString() };
		int length = 0;
		for (String part : parts) {
			length += Integer.BYTES + Character.BYTES * part.length();
		}
		ByteBuffer place = ByteBuffer.allocate(length);
		for (String part : parts) {
			place.putInt(part.length());
			for (int i = 0; i < part.length(); i++) {
				place.putChar(part.charAt(i));
			}
		}
		return place.array();
	}

}
