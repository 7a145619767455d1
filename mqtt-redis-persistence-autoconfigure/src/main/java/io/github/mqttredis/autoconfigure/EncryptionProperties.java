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

package io.github.mqttredis.autoconfigure;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.github.mqttredis.encryption.AesGcmRecordCodec;
import io.github.mqttredis.encryption.RecordEncryptionKey;
import io.github.mqttredis.session.RecordCodec;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;
import org.springframework.util.StringUtils;

/**
 * Encryption of stored records.
 *
 * @param key Key that records are encrypted with: 32 bytes in Base64.
 * @param password Password that such a key is derived from, in place of it.
 * @param salt Salt of the password, at least 8 characters. It need not be secret.
 * @param keys Keys by an id of your choice, 32 bytes in Base64 each: all of them decrypt.
 * @param activeKey Id of the one of the keys that encrypts. Where it is not set, key or
 * password encrypts.
 * @param acceptUnencrypted Whether records are taken that are not encrypted. They are
 * encrypted when their session is opened.
 */
record EncryptionProperties(@Nullable String key, @Nullable String password, @Nullable String salt,
		@DefaultValue Map<String, String> keys, @Nullable String activeKey,
		@DefaultValue("false") boolean acceptUnencrypted) {

	private static final String PREFIX = "mqtt.persistence.encryption.";

	private static final int SHORTEST_SALT = 8;

	EncryptionProperties {
		check("key", key);
		keys.forEach((id, value) -> check("keys." + id, value));
		Assert.isTrue(password == null || StringUtils.hasText(password), PREFIX + "password must not be empty");
		Assert.isTrue(password == null || (salt != null && salt.length() >= SHORTEST_SALT),
				PREFIX + "salt must have at least " + SHORTEST_SALT + " characters where there is a password");
		Assert.isTrue(activeKey == null || keys.containsKey(activeKey),
				PREFIX + "active-key must be the id of one of " + PREFIX + "keys");
		Assert.isTrue(activeKey != null || key == null || password == null,
				PREFIX + "key and password must not both be set: which of them encrypts?");
		Assert.isTrue(activeKey != null || key != null || password != null || keys.isEmpty(),
				PREFIX + "active-key must be set where only " + PREFIX + "keys are");
		Assert.isTrue(!acceptUnencrypted || key != null || password != null || activeKey != null,
				PREFIX + "accept-unencrypted needs a key");
	}

	/** The messages leave out the value, which is a secret. */
	private static void check(String name, @Nullable String value) {
		Assert.isTrue(value == null || isKey(value), () -> PREFIX + name + " must be " + RecordEncryptionKey.LENGTH
				+ " bytes in Base64, such as" + " `openssl rand -base64 32` makes");
	}

	private static boolean isKey(String value) {
		try {
			return Base64.getDecoder().decode(value).length == RecordEncryptionKey.LENGTH;
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
	}

	/**
	 * Return what records are stored as.
	 * @return what encrypts them, or leaves them as they are where there is no key
	 */
	RecordCodec codec() {
		List<RecordEncryptionKey> all = new ArrayList<>();
		if (this.key != null) {
			all.add(decode(this.key));
		}
		if (this.password != null) {
			all.add(RecordEncryptionKey.ofPassword(this.password, Objects.requireNonNull(this.salt)));
		}
		RecordEncryptionKey active = (this.activeKey != null)
				? decode(Objects.requireNonNull(this.keys.get(this.activeKey))) : (all.isEmpty() ? null : all.get(0));
		this.keys.values().forEach((value) -> all.add(decode(value)));
		return (active != null) ? new AesGcmRecordCodec(active, all, this.acceptUnencrypted) : RecordCodec.PLAIN;
	}

	private static RecordEncryptionKey decode(String value) {
		return RecordEncryptionKey.of(Base64.getDecoder().decode(value));
	}

	/** Leaves out what is secret. */
	@Override
	public String toString() {
		return "EncryptionProperties[activeKey=" + this.activeKey + "]";
	}

}
