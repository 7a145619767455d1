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

package io.github.mqttredis.paho.v3;

import io.github.mqttredis.paho.EncodableText;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.IMqttMessageListener;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttClientPersistence;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttTopic;
import org.eclipse.paho.client.mqttv3.internal.wire.MqttWireMessage;
import org.jspecify.annotations.Nullable;

/**
 * A Paho 3 client that refuses topics at once that it cannot send, such as those with
 * characters beyond U+FFFF. They would end its connection.
 */
abstract class StrictMqttAsyncClient extends MqttAsyncClient {

	StrictMqttAsyncClient(String serverUri, String clientId, MqttClientPersistence persistence) throws MqttException {
		super(serverUri, clientId, persistence);
	}

	/**
	 * Check the topic of a message.
	 * @param topic the topic
	 * @throws IllegalArgumentException if no message can be sent to it
	 */
	static void checkName(@Nullable String topic) {
		MqttTopic.validate(checkEncodable(topic), false);
	}

	private static String checkEncodable(@Nullable String topic) {
		return EncodableText.check(topic, MqttWireMessage::encodeUTF8);
	}

	private static void checkFilters(String[] topicFilters) {
		for (String filter : topicFilters) {
			checkEncodable(filter);
		}
	}

	@Override
	public IMqttToken subscribe(String[] topicFilters, int[] qos, @Nullable Object userContext,
			@Nullable IMqttActionListener callback) throws MqttException {
		checkFilters(topicFilters);
		return super.subscribe(topicFilters, qos, userContext, callback);
	}

	@Override
	public IMqttToken subscribe(String[] topicFilters, int[] qos, @Nullable Object userContext,
			@Nullable IMqttActionListener callback, IMqttMessageListener @Nullable [] messageListeners)
			throws MqttException {
		checkFilters(topicFilters);
		return super.subscribe(topicFilters, qos, userContext, callback, messageListeners);
	}

	@Override
	public IMqttToken unsubscribe(String[] topicFilters, @Nullable Object userContext,
			@Nullable IMqttActionListener callback) throws MqttException {
		checkFilters(topicFilters);
		return super.unsubscribe(topicFilters, userContext, callback);
	}

}
