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

import java.util.ArrayList;
import java.util.List;

/**
 * The records of a client's offline buffer, apart from those of its MQTT session.
 *
 * @since 0.1.0
 */
public final class BufferedRecords {

	private BufferedRecords() {
	}

	/**
	 * Return which messages wait in the offline buffer, and forget those that the client
	 * has taken out: their records have moved, and only the removal was not stored yet.
	 * @param session the session
	 * @return packet ids, that of the oldest message first
	 */
	public static List<Integer> packetIds(Session session) {
		List<Integer> result = new ArrayList<>();
		for (String name : session.keys()) {
			RecordKey key = RecordKey.require(name);
			if (key.kind() == RecordKind.BUFFERED && session.contains(key.sibling(RecordKind.SENT).toString())) {
				session.remove(name);
			}
			else if (key.kind() == RecordKind.BUFFERED) {
				result.add(key.packetId());
			}
		}
		return SendingOrder.of(result);
	}

	/**
	 * Make the record of a message that is to wait in the offline buffer.
	 * @param publish the PUBLISH of a record that can be read
	 * @param packetId the packet id that it gets
	 * @return the record
	 */
	public static byte[] record(byte[] publish, int packetId) {
		return RecordFormat.renumbered(publish, packetId);
	}

	/**
	 * Return a packet id for a message that is to be sent after all others. Only for a
	 * session that no client uses, which has packet ids of its own.
	 * @param session the session
	 * @return the packet id
	 * @throws SessionUnavailableException if none is free
	 */
	public static int freePacketId(Session session) throws SessionUnavailableException {
		List<Integer> used = SendingOrder.of(session.keys()
			.stream()
			.map(RecordKey::require)
			.filter((key) -> key.kind() != RecordKind.RECEIVED)
			.map(RecordKey::packetId)
			.distinct()
			.toList());
		int last = used.isEmpty() ? 0 : used.get(used.size() - 1);
		for (int i = 0; i < SendingOrder.PACKET_IDS; i++) {
			last = last % SendingOrder.PACKET_IDS + 1;
			if (!used.contains(last)) {
				return last;
			}
		}
		throw new SessionUnavailableException("MQTT session " + session.id() + " has a record for each packet id");
	}

	/**
	 * Return the keys of all other records.
	 * @param session the session
	 * @return keys as Paho writes them, in the order of their packet ids
	 */
	public static List<String> others(Session session) {
		return session.keys().stream().filter((name) -> RecordKey.require(name).kind() != RecordKind.BUFFERED).toList();
	}

	/**
	 * Clear the session, but for the offline buffer: what was never sent is no part of an
	 * MQTT session that ends.
	 * @param session the session
	 * @throws SessionException if Redis did not confirm it
	 */
	public static void clearOthers(Session session) throws SessionException {
		List<String> others = others(session);
		if (others.size() < session.keys().size()) {
			others.forEach(session::remove);
		}
		else {
			session.clear();
		}
	}

}
