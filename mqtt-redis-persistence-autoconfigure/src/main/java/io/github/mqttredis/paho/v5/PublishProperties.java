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

package io.github.mqttredis.paho.v5;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;

/**
 * Reads the properties of a PUBLISH (3.3.2.3). Paho refuses texts that MQTT allows, and
 * its receiver dies of correlation data of more than 32,767 bytes
 * ({@code MqttProperties.decodeProperties}).
 */
final class PublishProperties {

	private final MqttProperties properties = new MqttProperties();

	private final List<UserProperty> user = new ArrayList<>();

	private final List<Integer> subscriptions = new ArrayList<>();

	/**
	 * Read the properties, of which the length comes first.
	 * @param bytes where they begin; goes to where they end
	 * @return why they cannot be read, empty if they were
	 */
	String read(ByteBuffer bytes) {
		try {
			int length = variableInteger(bytes);
			ByteBuffer all = bytes.slice(bytes.position(), length);
			while (all.hasRemaining()) {
				property(all);
			}
			bytes.position(bytes.position() + length);
		}
		catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException ex) {
			return "its properties cannot be read";
		}
		this.properties.setUserProperties(this.user);
		this.properties.setSubscriptionIdentifiers(this.subscriptions);
		return "";
	}

	/**
	 * Return what was read.
	 * @return the properties
	 */
	MqttProperties properties() {
		return this.properties;
	}

	private void property(ByteBuffer bytes) {
		switch (bytes.get()) {
			case MqttProperties.PAYLOAD_FORMAT_INDICATOR_IDENTIFIER ->
				this.properties.setPayloadFormat(bytes.get() != 0);
			case MqttProperties.MESSAGE_EXPIRY_INTERVAL_IDENTIFIER ->
				this.properties.setMessageExpiryInterval(bytes.getInt() & 0xffffffffL);
			case MqttProperties.CONTENT_TYPE_IDENTIFIER -> this.properties.setContentType(text(bytes));
			case MqttProperties.RESPONSE_TOPIC_IDENTIFIER -> this.properties.setResponseTopic(text(bytes));
			case MqttProperties.CORRELATION_DATA_IDENTIFIER -> this.properties.setCorrelationData(binary(bytes));
			case MqttProperties.SUBSCRIPTION_IDENTIFIER -> this.subscriptions.add(variableInteger(bytes));
			// Was refused in CONNECT, and the topic is there.
			case MqttProperties.TOPIC_ALIAS_IDENTIFIER -> bytes.getShort();
			case MqttProperties.USER_DEFINED_PAIR_IDENTIFIER ->
				this.user.add(new UserProperty(text(bytes), text(bytes)));
			default -> throw new IllegalArgumentException("No property of a PUBLISH");
		}
	}

	private static String text(ByteBuffer bytes) {
		try {
			return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(binary(bytes))).toString();
		}
		catch (CharacterCodingException ex) {
			throw new IllegalArgumentException(ex);
		}
	}

	private static byte[] binary(ByteBuffer bytes) {
		byte[] result = new byte[bytes.getShort() & 0xffff];
		bytes.get(result);
		return result;
	}

	/**
	 * Read a Variable Byte Integer (1.5.5).
	 * @param bytes where it begins; goes to where it ends
	 * @return its value
	 */
	static int variableInteger(ByteBuffer bytes) {
		int value = 0;
		for (int shift = 0; shift <= 21; shift += 7) {
			int digit = bytes.get();
			value += (digit & 0x7f) << shift;
			if ((digit & 0x80) == 0) {
				return value;
			}
		}
		throw new IllegalArgumentException("A length of more than four bytes");
	}

}
