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

import java.util.Arrays;
import java.util.Map;
import java.util.Random;

import io.github.mqttredis.testing.Packets;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

/**
 * Whatever bytes are found in Redis, reading them ends, throws nothing, and what counts
 * as readable is a whole packet. Random, with a seed that is shown where it fails:
 * {@code -Dfuzz.seed=} repeats it, {@code -Dfuzz.rounds=} goes on for longer.
 */
class RecordFuzzTests {

	private static final long SEED = Long.getLong("fuzz.seed", System.nanoTime());

	private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 200_000);

	private static final SessionId ID = new SessionId("client", "b", MqttVersion.V5);

	static final String[] KEYS = { "s-1", "sc-1", "sb-1", "r-1", "s-65535" };

	private final Random random = new Random(SEED);

	@Test
	void whenBytesAreAnythingThenTheyAreReadOrPutAsideAndNothingIsThrown() {
		for (int round = 0; round < ROUNDS; round++) {
			String key = KEYS[this.random.nextInt(KEYS.length)];
			byte[] bytes = (round % 4 == 0) ? random(this.random.nextInt(64)) : mutated(key);
			String description = "seed " + SEED + ", round " + round + ", " + key + " " + Arrays.toString(bytes);
			assertThatCode(() -> read(key, bytes)).as(description).doesNotThrowAnyException();
		}
	}

	static void read(String key, byte[] bytes) throws SessionException {
		StoredRecords records = new StoredRecords(ID, RecordCodec.PLAIN);
		records.add(key, bytes);
		int readable = records.readable().size();
		assertThat(readable + records.takeUnreadable().size()).isBetween(1, 2);
		for (MqttVersion version : MqttVersion.values()) {
			// As much as the endpoint has of a large record.
			InspectedRecord.of(version, key, Arrays.copyOf(bytes, Math.min(bytes.length, 24)), bytes.length);
			InspectedRecord whole = InspectedRecord.of(version, key, bytes, bytes.length);
			assertThat(readable == 1 || whole.packet() == null).isTrue();
		}
		OutboundPackets outbound = new OutboundPackets();
		outbound.next((bytes.length == 0) ? new byte[1] : bytes, 0, Math.max(1, bytes.length));
	}

	@Test
	void whenKeysAreAnythingThenTheyAreTakenApartAndPutTogetherAgain() {
		char[] alphabet = "sscbr-0123456789 \u0660\uD83D".toCharArray();
		for (int round = 0; round < ROUNDS; round++) {
			StringBuilder text = new StringBuilder();
			for (int length = this.random.nextInt(10); length > 0; length--) {
				text.append(alphabet[this.random.nextInt(alphabet.length)]);
			}
			RecordKey key = RecordKey.parse(text.toString());
			assertThat(key == null || key.toString().contentEquals(text)).as("seed " + SEED + ": " + text).isTrue();
		}
	}

	private byte[] mutated(String key) {
		byte[] packet = Packets.of(key, "payload",
				MqttVersion.values()[this.random.nextInt(MqttVersion.values().length)]);
		if (this.random.nextInt(4) == 0) {
			packet = RecordEnvelope.wrap(Map.of("name", "v".repeat(this.random.nextInt(12))), packet);
		}
		for (int changes = this.random.nextInt(4); changes > 0; changes--) {
			int at = this.random.nextInt(packet.length);
			int change = this.random.nextInt(3);
			if (change == 0) {
				packet[at] ^= (byte) (1 << this.random.nextInt(8));
			}
			else if (change == 1) {
				packet[at] = (byte) this.random.nextInt();
			}
			else {
				packet = Arrays.copyOf(packet, Math.max(1, at));
			}
		}
		return packet;
	}

	private byte[] random(int length) {
		byte[] bytes = new byte[length];
		this.random.nextBytes(bytes);
		return bytes;
	}

}
