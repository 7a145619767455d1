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

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;

import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A key of 256 bits. Each record is encrypted with a key that is derived from it.
 *
 * @since 0.1.0
 */
public final class RecordEncryptionKey {

	/**
	 * The length of a key in bytes.
	 */
	public static final int LENGTH = 32;

	static final int FINGERPRINT_LENGTH = 8;

	private static final String HMAC = "HmacSHA256";

	/** What OWASP recommends for this function. */
	private static final int PASSWORD_ITERATIONS = 600_000;

	private final SecretKey secret;

	private final byte[] fingerprint;

	private RecordEncryptionKey(byte[] secret) {
		this.secret = new SecretKeySpec(secret, HMAC);
		this.fingerprint = Arrays.copyOf(derive("fingerprint".getBytes(StandardCharsets.US_ASCII)), FINGERPRINT_LENGTH);
	}

	/**
	 * Return a key.
	 * @param secret its {@value #LENGTH} bytes
	 * @return the key
	 */
	public static RecordEncryptionKey of(byte[] secret) {
		if (secret.length != LENGTH) {
			throw new IllegalArgumentException("A key has " + LENGTH + " bytes, not " + secret.length);
		}
		return new RecordEncryptionKey(secret);
	}

	/**
	 * Derive a key from a password. Takes a good part of a second, for whoever guesses as
	 * well.
	 * @param password the password
	 * @param salt what makes the same password another key elsewhere
	 * @return the key
	 */
	public static RecordEncryptionKey ofPassword(String password, String salt) {
		PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt.getBytes(StandardCharsets.UTF_8),
				PASSWORD_ITERATIONS, LENGTH * 8);
		try {
			return of(SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded());
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("This JVM cannot derive keys from passwords", ex);
		}
		finally {
			spec.clearPassword();
		}
	}

	/**
	 * Derive the key of a record.
	 * @param nonce what no other record has
	 * @return a key for AES
	 */
	SecretKey forRecord(byte[] nonce) {
		return new SecretKeySpec(derive(nonce), "AES");
	}

	private byte[] derive(byte[] input) {
		try {
			Mac mac = Mac.getInstance(HMAC);
			mac.init(this.secret);
			return mac.doFinal(input);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("This JVM has no " + HMAC, ex);
		}
	}

	/**
	 * Return what tells this key from others, without telling anything of it.
	 * @return a copy
	 */
	byte[] fingerprint() {
		return this.fingerprint.clone();
	}

	/** The fingerprint, for messages; never the key. */
	@Override
	public String toString() {
		return HexFormat.of().formatHex(this.fingerprint);
	}

}
