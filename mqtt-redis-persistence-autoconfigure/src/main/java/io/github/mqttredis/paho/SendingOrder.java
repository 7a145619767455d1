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

package io.github.mqttredis.paho;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/**
 * The order in which Paho gave messages their packet ids, which it counts upwards and
 * begins at 1 again after 65,535. Another client may take any id that is free.
 */
final class SendingOrder {

	private static final int PACKET_IDS = 65_535;

	private SendingOrder() {
	}

	/**
	 * Put packet ids into their order. The widest gap in their circle is taken for the
	 * place where it begins, as Paho does ({@code ClientState.reOrder}).
	 * @param packetIds the packet ids
	 * @return a sorted copy, the oldest first
	 */
	static List<Integer> of(Collection<Integer> packetIds) {
		List<Integer> sorted = new ArrayList<>(packetIds);
		Collections.sort(sorted);
		int first = 0;
		int widest = 0;
		for (int i = 0; i < sorted.size(); i++) {
			int before = (i > 0) ? sorted.get(i - 1) : sorted.get(sorted.size() - 1) - PACKET_IDS;
			int gap = sorted.get(i) - before;
			if (gap > widest) {
				widest = gap;
				first = i;
			}
		}
		Collections.rotate(sorted, -first);
		return sorted;
	}

}
