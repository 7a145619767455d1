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

import java.util.Collection;
import java.util.List;
import java.util.Set;

import io.github.mqttredis.paho.PacketIds;
import io.github.mqttredis.session.RecordKind;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttPublish;
import org.eclipse.paho.mqttv5.common.packet.MqttWireMessage;

/**
 * The records {@code sb-N} of the messages that wait in the offline buffer, and their
 * packet ids.
 */
final class OfflineRecords {

	private final SessionMqttClientPersistence persistence;

	private final PacketIds<MqttException> ids;

	OfflineRecords(SessionMqttClientPersistence persistence, PacketIds<MqttException> ids) {
		this.persistence = persistence;
		this.ids = ids;
	}

	/**
	 * Take up what the session holds from before.
	 * @param stored packet ids, that of the oldest message first
	 */
	void restore(List<Integer> stored) {
		claim(stored);
		if (!stored.isEmpty()) {
			this.ids.continueAfter(stored.get(stored.size() - 1));
		}
	}

	/**
	 * Keep packet ids from being given to other messages. A clean session makes Paho
	 * forget which are in use.
	 * @param packetIds the packet ids
	 */
	void claim(Collection<Integer> packetIds) {
		packetIds.forEach(this.ids::take);
	}

	/**
	 * Store a message under a packet id of its own.
	 * @param topic the message's topic
	 * @param message the message
	 * @param taken packet ids that cannot be used
	 * @return the packet id
	 * @throws MqttException if it could not be stored; nothing of it remains then
	 */
	int store(String topic, MqttMessage message, Set<Integer> taken) throws MqttException {
		int id = this.ids.next();
		while (taken.contains(id)) {
			id = this.ids.next();
		}
		MqttPublish publish = new MqttPublish(topic, message, message.getProperties());
		publish.setMessageId(id);
		// One that stands for the topic ends with the connection.
		publish.getProperties().setTopicAlias(null);
		boolean stored = false;
		try {
			this.persistence.put(key(id), publish);
			stored = true;
			return id;
		}
		finally {
			if (!stored) {
				forget(id);
			}
		}
	}

	/**
	 * Return a message as it was stored.
	 * @param id its packet id
	 * @return the message
	 * @throws MqttException if it cannot be read
	 */
	MqttPublish get(int id) throws MqttException {
		MqttPublish publish = (MqttPublish) MqttWireMessage.createWireMessage(this.persistence.get(key(id)));
		// One of QoS 0 does not carry it.
		publish.setMessageId(id);
		return publish;
	}

	/**
	 * Note that Paho has taken a message, and with it the packet id.
	 * @param id the packet id
	 * @throws MqttException if the session was never opened
	 */
	void sent(int id) throws MqttException {
		this.persistence.remove(key(id));
	}

	/**
	 * Forget a message that is not sent.
	 * @param id its packet id
	 * @throws MqttException if the session was never opened
	 */
	void forget(int id) throws MqttException {
		this.persistence.remove(key(id));
		this.ids.release(id);
	}

	private static String key(int id) {
		return RecordKind.BUFFERED.prefix() + id;
	}

}
