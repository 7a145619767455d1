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

package io.github.mqttredis.crashpoints;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What is permitted, by the names of the points.
 */
final class Permitted {

	/**
	 * Calls that may come while the removal of r-N is on its way to Redis: it does not
	 * wait, and other threads go on. Our Paho 5 client gets a record when it is released.
	 */
	private static final Set<String> WHILE_REMOVING = Set.of("callback", "checkOwned", "remove RECEIVED",
			"put RECEIVED", "get", "send", "remove SENT", "remove PUBREL", "put SENT", "put PUBREL");

	private Permitted() {
	}

	/**
	 * Return whether a received QoS 2 message may be handed to the application again: its
	 * callback had finished, and the removal of its record was not stored yet. Nobody can
	 * do without such a moment who does not store with the application: to forget first
	 * and deliver then, as Paho 5 does by itself, loses the message. A message may be
	 * repeated only if its record was still in Redis when the process died; otherwise a
	 * repeat is a failure here too.
	 * @param point where the process died
	 * @return whether it may
	 */
	static boolean repeatsAt(CrashPoint point) {
		return WHILE_REMOVING.contains(point.call());
	}

	/**
	 * Return which records of a dead process may stay.
	 * <p>
	 * Waits for: a barrier that holds PUBCOMP until the removal of r-N is stored. Until
	 * then a crash between the two leaves a record that nobody ever removes, because the
	 * broker has done with that packet id. It does no harm beyond that: the next message
	 * with that id replaces it.
	 * @param point where it died
	 * @param left the records that it left
	 * @param newPacketIds whether the broker sends a message again under another packet
	 * id, as Artemis does against MQTT 4.4: what was stored under the first one then has
	 * no end
	 * @return the keys
	 */
	static Set<String> orphans(CrashPoint point, Map<String, String> left, boolean newPacketIds) {
		Set<String> result = new HashSet<>();
		if (newPacketIds || WHILE_REMOVING.contains(point.call())) {
			left.keySet().stream().filter((key) -> key.startsWith("r-")).forEach(result::add);
		}
		return result;
	}

}
