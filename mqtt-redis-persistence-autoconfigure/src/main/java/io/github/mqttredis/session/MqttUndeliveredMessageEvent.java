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

package io.github.mqttredis.session;

import io.github.mqttredis.session.InspectedRecord.Packet;
import io.github.mqttredis.session.InspectedRecord.Publish;
import io.github.mqttredis.session.UndeliveredMessages.Reason;
import org.jspecify.annotations.Nullable;

/**
 * A message will not be delivered. Published as an application event if
 * {@code mqtt.persistence.undelivered.events} says so: the message leaves its session
 * when all listeners have returned, and stays there if one of them throws.
 *
 * @param session the session that it was published in
 * @param id names the message in its session, by the same name whenever it is offered
 * again, also by a process that comes after one that has died
 * @param reason why it is not delivered
 * @param description the reason in words
 * @param message the message, with the whole of its payload
 * @since 0.1.0
 */
public record MqttUndeliveredMessageEvent(SessionId session, String id, Reason reason, String description,
		Publish message) {

	/**
	 * Make the event of a stored message.
	 * @param session its session
	 * @param id names it in its session
	 * @param key the key of its record
	 * @param record its PUBLISH
	 * @param reason why it is not delivered
	 * @param description the reason in words
	 * @return the event, {@code null} if the record holds no message that can be read
	 */
	public static @Nullable MqttUndeliveredMessageEvent of(SessionId session, String id, RecordKey key, byte[] record,
			Reason reason, String description) {
		Packet packet = InspectedRecord.of(session.version(), key.toString(), record, record.length).packet();
		Publish publish = (packet != null) ? packet.publish() : null;
		return (publish != null) ? new MqttUndeliveredMessageEvent(session, id, reason, description, publish) : null;
	}

}
