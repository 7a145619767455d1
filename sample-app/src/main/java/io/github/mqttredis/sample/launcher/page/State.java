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

package io.github.mqttredis.sample.launcher.page;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.github.mqttredis.sample.Reading;
import io.github.mqttredis.sample.launcher.page.HandoverWatch.Handover;
import io.github.mqttredis.sample.launcher.page.Tally.Counts;
import io.github.mqttredis.session.InspectedRecord;
import io.github.mqttredis.session.InspectedRecord.Publish;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the page shows at one moment.
 *
 * @param counts what became of the readings
 * @param inRedis how many messages are in Redis, {@code null} if Redis does not answer
 * @param waiting how many of them wait for the broker in the queue
 * @param records the oldest records
 * @param gateways the gateways
 * @param redis whether Redis answers
 * @param broker whether the broker can be reached, {@code null} if it is not the
 * launcher's
 * @param handover the last handover, if there was one
 * @param journal what happened lately
 * @param can which buttons can be pressed
 * @param labels what stands on buttons that name a gateway
 * @param story how far the story has come, {@code null} if the broker is not the
 * launcher's
 * @param history the last minute
 */
record State(Counts counts, @Nullable Long inRedis, long waiting, List<StoredRecord> records,
		List<Member.View> gateways, boolean redis, @Nullable Boolean broker, @Nullable Handover handover,
		List<Journal.Entry> journal, Map<String, Boolean> can, Map<String, String> labels, Story.@Nullable View story,
		List<Point> history) {

	/**
	 * One moment of the last minute.
	 *
	 * @param published readings published per second
	 * @param delivered readings delivered per second
	 * @param inRedis messages in Redis, {@code null} if Redis did not answer
	 */
	record Point(double published, double delivered, @Nullable Long inRedis) {

	}

	/**
	 * A record in Redis.
	 *
	 * @param key its key
	 * @param kind what it is: sent, pubrel, received or queued
	 * @param packetId its packet id
	 * @param qos its QoS, {@code null} for a PUBREL
	 * @param topic its topic, {@code null} for a PUBREL
	 * @param reading the id of its reading, if it holds one
	 * @param age how old the reading is in milliseconds
	 */
	record StoredRecord(String key, String kind, int packetId, @Nullable Integer qos, @Nullable String topic,
			@Nullable String reading, @Nullable Long age) {

		static final Comparator<StoredRecord> OLDEST_FIRST = Comparator
			.comparing((StoredRecord record) -> (record.age() != null) ? -record.age() : 0)
			.thenComparing(StoredRecord::key);

		static @Nullable StoredRecord of(InspectedRecord record, JsonMapper json, Instant now) {
			InspectedRecord.Packet packet = record.packet();
			if (packet == null) {
				return null;
			}
			String kind = packet.key().kind().name().toLowerCase(Locale.ROOT);
			Publish publish = packet.publish();
			if (publish == null) {
				return new StoredRecord(record.key(), kind, packet.key().packetId(), null, null, null, null);
			}
			Reading reading = reading(publish, json);
			return new StoredRecord(record.key(), kind, packet.key().packetId(), publish.qos(), publish.topic(),
					(reading != null) ? reading.id() : null,
					(reading != null) ? Math.max(0, Duration.between(reading.at(), now).toMillis()) : null);
		}

		private static @Nullable Reading reading(Publish publish, JsonMapper json) {
			try {
				Reading reading = json.readValue(new String(publish.payload(), StandardCharsets.UTF_8), Reading.class);
				return (reading.id() != null && reading.at() != null) ? reading : null;
			}
			catch (JacksonException ex) {
				// A command, or what another application publishes.
				return null;
			}
		}

	}

}
