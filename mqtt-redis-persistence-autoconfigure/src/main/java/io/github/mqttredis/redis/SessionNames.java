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

package io.github.mqttredis.redis;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * From the key of a session's hash to the session and back, and to a name that stands in
 * a path of a URL whatever the client id holds. What is no such key or name is told apart
 * from what is: only keys below the prefix are ever reached by a name.
 */
final class SessionNames {

	private static final Pattern REST = Pattern.compile("\\{([^{}@]*)@([^{}@]*)}:(v[35])", Pattern.DOTALL);

	private static final Pattern ESCAPE = Pattern.compile("%(?:u([0-9A-F]{4})|([0-9A-F]{2}))");

	private final String prefix;

	SessionNames(String keyPrefix) {
		this.prefix = keyPrefix + ":";
	}

	/**
	 * Return the name of a session.
	 * @param keys its keys
	 * @return letters, digits, {@code -} and {@code _}
	 */
	String name(SessionKeys keys) {
		byte[] rest = keys.toString().substring(this.prefix.length()).getBytes(StandardCharsets.UTF_8);
		return Base64.getUrlEncoder().withoutPadding().encodeToString(rest);
	}

	/**
	 * Return the session of a name.
	 * @param name the name
	 * @return the session, {@code null} if no session has such a name
	 */
	@Nullable SessionId ofName(String name) {
		try {
			byte[] rest = Base64.getUrlDecoder().decode(name);
			SessionId id = ofKey(this.prefix + StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(rest)));
			return (id != null && name(keys(id)).equals(name)) ? id : null;
		}
		catch (IllegalArgumentException | CharacterCodingException ex) {
			return null;
		}
	}

	/**
	 * Return the session of a key.
	 * @param key the key of a session's hash
	 * @return the session, {@code null} if no session has such a key
	 */
	@Nullable SessionId ofKey(String key) {
		if (!key.startsWith(this.prefix)) {
			return null;
		}
		Matcher rest = REST.matcher(key.substring(this.prefix.length()));
		if (!rest.matches()) {
			return null;
		}
		MqttVersion version = MqttVersion.V3.suffix().equals(rest.group(3)) ? MqttVersion.V3 : MqttVersion.V5;
		SessionId id = new SessionId(unescape(rest.group(1)), unescape(rest.group(2)), version);
		// There is one way to write a key. Another text with the same meaning is no key.
		return keys(id).toString().equals(key) ? id : null;
	}

	SessionKeys keys(SessionId id) {
		return new SessionKeys(this.prefix.substring(0, this.prefix.length() - 1), id);
	}

	private static String unescape(String text) {
		return ESCAPE.matcher(text).replaceAll((escape) -> {
			String digits = (escape.group(1) != null) ? escape.group(1) : escape.group(2);
			return Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(digits, 16)));
		});
	}

}
