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

import java.io.DataOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/**
 * Text that Paho can send. Paho encodes a packet when it is stored, or on its sender
 * thread, which drops the link if it refuses a text. That is too late for the caller.
 *
 * @since 0.1.0
 */
public final class EncodableText {

	/** In bytes (MQTT 5, 1.5.4), also of binary data (1.5.6). */
	static final int LONGEST = 65_535;

	private static final int BYTES_OF_LENGTH = 2;

	private EncodableText() {
	}

	/**
	 * Check a text.
	 * @param text the text
	 * @param encoder encodes it as the version of Paho does
	 * @return the text
	 * @throws IllegalArgumentException if it cannot be sent
	 */
	public static String check(@Nullable String text, Encoder encoder) {
		if (text == null) {
			throw new IllegalArgumentException("MQTT has no topic that is null");
		}
		if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
			throw refusal(text, null);
		}
		DataOutputStream out = new DataOutputStream(OutputStream.nullOutputStream());
		try {
			encoder.encode(out, text);
		}
		catch (Exception ex) {
			throw refusal(text, ex);
		}
		if (out.size() > BYTES_OF_LENGTH + LONGEST) {
			throw new IllegalArgumentException("Cannot send a text of more than " + LONGEST + " bytes");
		}
		return text;
	}

	private static IllegalArgumentException refusal(String text, @Nullable Exception cause) {
		return new IllegalArgumentException(
				"Cannot send '" + text + "': there is a character in it that MQTT, or this "
						+ "version of Paho, does not allow" + ((cause != null) ? " (" + cause.getMessage() + ")" : ""),
				cause);
	}

	/**
	 * Encodes text.
	 *
	 * @since 0.1.0
	 */
	@FunctionalInterface
	public interface Encoder {

		/**
		 * Encode a text.
		 * @param out where to
		 * @param text the text
		 * @throws Exception if it cannot be encoded
		 */
		void encode(DataOutputStream out, String text) throws Exception;

	}

}
