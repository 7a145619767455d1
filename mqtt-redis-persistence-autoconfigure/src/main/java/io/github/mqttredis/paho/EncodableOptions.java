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

import java.nio.charset.StandardCharsets;

import io.github.mqttredis.paho.EncodableText.Encoder;
import org.jspecify.annotations.Nullable;

/**
 * Looks for what a CONNECT packet cannot have. Paho finds it on a thread of its own, so
 * that nobody is told, or sends a wrong length.
 *
 * @since 0.1.0
 */
public final class EncodableOptions {

	private final String clientId;

	private final Encoder encoder;

	private @Nullable String defect;

	/**
	 * Begin to look.
	 * @param clientId the client's id
	 * @param encoder encodes text as the version of Paho does
	 */
	public EncodableOptions(String clientId, Encoder encoder) {
		this.clientId = clientId;
		this.encoder = encoder;
	}

	/**
	 * Look at an option.
	 * @param name its name
	 * @param text its value, which is not told because it may be secret
	 */
	public void text(String name, @Nullable String text) {
		if (text == null || isTooLong(name, text.getBytes(StandardCharsets.UTF_8))) {
			return;
		}
		try {
			EncodableText.check(text, this.encoder);
		}
		catch (IllegalArgumentException ex) {
			found(name, " has a character that MQTT or Paho does not allow");
		}
	}

	/**
	 * Look at an option.
	 * @param name its name
	 * @param bytes its value
	 */
	public void bytes(String name, byte @Nullable [] bytes) {
		if (bytes != null) {
			isTooLong(name, bytes);
		}
	}

	private boolean isTooLong(String name, byte[] bytes) {
		if (bytes.length <= EncodableText.LONGEST) {
			return false;
		}
		found(name, " is longer than " + EncodableText.LONGEST + " bytes");
		return true;
	}

	private void found(String name, String problem) {
		if (this.defect == null) {
			this.defect = "MQTT client '" + this.clientId + "' does not connect: its " + name + problem;
		}
	}

	/**
	 * Return what was found first.
	 * @return client, option and problem, {@code null} if nothing was found
	 */
	public @Nullable String defect() {
		return this.defect;
	}

}
