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

import java.util.Set;

/**
 * The points at which a received QoS 2 message may be handed to the application again:
 * its callback had finished, and the removal of its record was not stored yet. Paho 3
 * delivers first and forgets then.
 */
final class PermittedRepeats {

	private static final Set<String> POINTS = Set.of("AFTER callback", "BEFORE remove RECEIVED",
			"AFTER remove RECEIVED", "BEFORE_BATCH remove RECEIVED", "BEFORE send", "AFTER send");

	private PermittedRepeats() {
	}

	static boolean contain(CrashPoint point) {
		return point.ordinal() > 0 && POINTS.contains(point.phase() + " " + point.call());
	}

}
