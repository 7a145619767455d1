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

import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.mqttredis.paho.EncodableText;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttClientPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttDataTypes;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.eclipse.paho.mqttv5.common.util.MqttTopicValidator;
import org.jspecify.annotations.Nullable;

/**
 * A Paho 5 client that refuses topics and properties at once that it cannot send, such as
 * those with control characters. They would end its connection.
 */
abstract class StrictMqttAsyncClient extends MqttAsyncClient {

	/** All there are: Paho names those of a packet as it makes the packet. */
	private static final Byte[] PROPERTIES = IntStream.rangeClosed(1, Byte.MAX_VALUE)
		.mapToObj((id) -> (byte) id)
		.toArray(Byte[]::new);

	/**
	 * Paho takes the length for a signed one ({@code MqttProperties.decodeProperties}).
	 */
	private static final int LONGEST_CORRELATION = Short.MAX_VALUE;

	StrictMqttAsyncClient(String serverUri, String clientId, MqttClientPersistence persistence) throws MqttException {
		super(serverUri, clientId, persistence);
	}

	/**
	 * Check what a message has besides its payload.
	 * @param topic the topic
	 * @param properties the properties
	 * @throws MqttException if they cannot be sent
	 * @throws IllegalArgumentException if they cannot be sent
	 */
	static void check(@Nullable String topic, @Nullable MqttProperties properties) throws MqttException {
		MqttTopicValidator.validate(checkEncodable(topic), false, true);
		check(properties);
	}

	private static void check(@Nullable MqttProperties properties) throws MqttException {
		if (properties == null) {
			return;
		}
		properties.setValidProperties(PROPERTIES);
		properties.encodeProperties();
		Stream
			.concat(Stream.of(properties.getContentType(), properties.getResponseTopic()),
					Objects.requireNonNullElse(properties.getUserProperties(), List.<UserProperty>of())
						.stream()
						.flatMap((user) -> Stream.of(user.getKey(), user.getValue())))
			.filter(Objects::nonNull)
			.forEach(StrictMqttAsyncClient::checkEncodable);
		byte[] correlation = properties.getCorrelationData();
		if (correlation != null && correlation.length > LONGEST_CORRELATION) {
			throw new IllegalArgumentException("Cannot send correlation data of " + correlation.length
					+ " bytes: Paho cannot read back more than " + LONGEST_CORRELATION + " when it restores a message");
		}
	}

	private static String checkEncodable(@Nullable String topic) {
		return EncodableText.check(topic, MqttDataTypes::encodeUTF8);
	}

	/**
	 * Check what a subscription has.
	 * @param subscriptions the topic filters
	 * @param properties the properties
	 * @throws MqttException if they cannot be sent
	 * @throws IllegalArgumentException if they cannot be sent
	 */
	static void checkFilters(MqttSubscription[] subscriptions, @Nullable MqttProperties properties)
			throws MqttException {
		for (MqttSubscription subscription : subscriptions) {
			checkEncodable(subscription.getTopic());
		}
		check(properties);
	}

	@Override
	public IMqttToken unsubscribe(String[] topicFilters, @Nullable Object userContext,
			@Nullable MqttActionListener callback, @Nullable MqttProperties properties) throws MqttException {
		for (String filter : topicFilters) {
			checkEncodable(filter);
		}
		check(properties);
		return super.unsubscribe(topicFilters, userContext, callback, properties);
	}

}
