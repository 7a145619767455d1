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

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.eclipse.paho.mqttv5.common.packet.MqttPublish;

/**
 * Gives a message its topic back before it is stored. If the broker accepts topic
 * aliases, Paho removes the topic before it stores the message ({@code ClientState.send})
 * and leaves out the alias: after a restart, and after a reconnect, nobody knows where
 * the message shall go. Our own client uses no aliases; this is for clients that the
 * application makes.
 */
final class TopicAliases {

	private final Map<Integer, String> topics = new ConcurrentHashMap<>();

	/**
	 * Learn from a message that has both, topic and alias; complete one that has only the
	 * alias. It is sent with both then, which says nothing new to the broker.
	 * @param message the message, which Paho will send
	 */
	void complete(MqttPublish message) {
		Integer alias = message.getProperties().getTopicAlias();
		if (alias == null) {
			return;
		}
		String topic = message.getTopicName();
		if (topic != null && !topic.isEmpty()) {
			this.topics.put(alias, topic);
		}
		else if (this.topics.containsKey(alias)) {
			message.setTopicName(this.topics.get(alias));
		}
	}

	/**
	 * Forget all: aliases end with the connection.
	 */
	void forget() {
		this.topics.clear();
	}

}
