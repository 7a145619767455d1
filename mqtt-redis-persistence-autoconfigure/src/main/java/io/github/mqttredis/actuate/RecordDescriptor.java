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

package io.github.mqttredis.actuate;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.mqttredis.session.InspectedRecord;
import io.github.mqttredis.session.InspectedRecord.Packet;
import io.github.mqttredis.session.InspectedRecord.Publish;
import io.github.mqttredis.session.SetAside;
import org.jspecify.annotations.Nullable;

/**
 * A stored record.
 *
 * @param key the key that Paho gave it
 * @param size its size in bytes
 * @param unreadable {@code true} if it cannot be read; then there is nothing more
 * @param encrypted {@code true} if it may be sound, and is encrypted with a key that this
 * application does not have, or too large to be decrypted here; then there is nothing
 * more
 * @param kind {@code sent}, {@code pubrel}, {@code buffered} or {@code received}
 * @param packetId the MQTT packet id
 * @param message the message; none in a PUBREL
 * @param reason why it was set aside, if the broker does not take it
 * @param setAsideAt when that was
 * @param attempts how often it was sent before
 * @since 0.1.0
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RecordDescriptor(String key, long size, @Nullable Boolean unreadable, @Nullable Boolean encrypted,
		@Nullable String kind, @Nullable Integer packetId, @Nullable MessageDescriptor message, @Nullable String reason,
		@Nullable String setAsideAt, @Nullable Integer attempts) {

	static RecordDescriptor of(InspectedRecord record, boolean payloads) {
		Packet packet = record.packet();
		SetAside aside = record.setAside();
		String key = (aside != null) ? aside.key() : record.key();
		String reason = (aside != null) ? aside.reason() : null;
		String at = (aside != null) ? aside.at().toString() : null;
		Integer attempts = (aside != null) ? aside.attempts() : null;
		if (packet == null) {
			return new RecordDescriptor(key, record.size(), record.encrypted() ? null : true,
					record.encrypted() ? true : null, null, null, null, reason, at, attempts);
		}
		MessageDescriptor message = (packet.publish() != null) ? MessageDescriptor.of(packet.publish(), payloads)
				: null;
		return new RecordDescriptor(key, record.size(), null, null, packet.key().kind().name().toLowerCase(Locale.ROOT),
				packet.key().packetId(), message, reason, at, attempts);
	}

	/**
	 * The message of a record.
	 *
	 * @param topic its topic
	 * @param qos its quality of service
	 * @param duplicate whether it is marked as sent before
	 * @param retained whether the broker keeps it for later subscribers
	 * @param properties its properties, of MQTT 5
	 * @param payloadSize the size of its payload in bytes
	 * @param payload its payload, where that is shown and is text in UTF-8
	 * @param payloadBase64 its payload, where that is shown and is no text, or too long
	 * to be shown whole: the beginning of it
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	public record MessageDescriptor(String topic, int qos, boolean duplicate, boolean retained,
			@Nullable Map<String, Object> properties, long payloadSize, @Nullable String payload,
			@Nullable String payloadBase64) {

		static MessageDescriptor of(Publish publish, boolean payloads) {
			String text = (payloads && publish.payload().length == publish.payloadSize()) ? text(publish.payload())
					: null;
			return new MessageDescriptor(publish.topic(), publish.qos(), publish.duplicate(), publish.retained(),
					publish.properties().isEmpty() ? null : publish.properties(), publish.payloadSize(), text,
					(payloads && text == null) ? Base64.getEncoder().encodeToString(publish.payload()) : null);
		}

		private static @Nullable String text(byte[] payload) {
			try {
				return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload)).toString();
			}
			catch (CharacterCodingException ex) {
				return null;
			}
		}

	}

}
