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

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.jspecify.annotations.Nullable;

/**
 * Messages whose trace travels in their user properties, as the W3C has it for MQTT 5.
 */
final class TracedMessages {

	private TracedMessages() {
	}

	/**
	 * Return a message with further user properties. They take the place of those of the
	 * same name; the message itself, which is the application's, stays as it is.
	 * @param message the message
	 * @param headers the user properties
	 * @return a copy, or the message itself if there are none
	 */
	static MqttMessage with(MqttMessage message, Map<String, String> headers) {
		if (headers.isEmpty()) {
			return message;
		}
		MqttProperties properties = copy(message.getProperties());
		replace(properties, headers);
		MqttMessage traced = new MqttMessage(message.getPayload(), message.getQos(), message.isRetained(), properties);
		traced.setId(message.getId());
		return traced;
	}

	/**
	 * Give further user properties to a message that is nobody else's. What observes the
	 * message as well, as Spring Integration does, prefers the trace that it finds there
	 * to the current one.
	 * @param properties the properties of the message
	 * @param headers the user properties, which take the place of those of the same name
	 */
	static void replace(MqttProperties properties, Map<String, String> headers) {
		if (!headers.isEmpty()) {
			List<UserProperty> user = new ArrayList<>(properties.getUserProperties());
			user.removeIf((property) -> headers.containsKey(property.getKey()));
			headers.forEach((name, value) -> user.add(new UserProperty(name, value)));
			properties.setUserProperties(user);
		}
	}

	/** Copy what a PUBLISH may have (3.3.2.3) and a client may send. */
	private static MqttProperties copy(@Nullable MqttProperties properties) {
		MqttProperties copy = new MqttProperties();
		if (properties != null) {
			copy.setPayloadFormat(properties.getPayloadFormat());
			copy.setMessageExpiryInterval(properties.getMessageExpiryInterval());
			copy.setTopicAlias(properties.getTopicAlias());
			copy.setResponseTopic(properties.getResponseTopic());
			copy.setCorrelationData(properties.getCorrelationData());
			copy.setUserProperties(properties.getUserProperties());
			copy.setContentType(properties.getContentType());
		}
		return copy;
	}

	/**
	 * Return the user properties of a message.
	 * @param properties its properties
	 * @return by name, the first one of each
	 */
	static Map<String, String> headers(MqttProperties properties) {
		Map<String, String> headers = new LinkedHashMap<>();
		properties.getUserProperties()
			.forEach((property) -> headers.putIfAbsent(property.getKey(), property.getValue()));
		return headers;
	}

}
