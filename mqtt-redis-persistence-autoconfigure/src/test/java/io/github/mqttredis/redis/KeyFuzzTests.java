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

package io.github.mqttredis.redis;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;

import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.SessionId;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever a client id and a broker's name hold, no two sessions share a key, and a key
 * leads back to its session. Random, with a seed that is shown where it fails:
 * {@code -Dfuzz.seed=} repeats it, {@code -Dfuzz.rounds=} goes on for longer.
 */
class KeyFuzzTests {

	private static final long SEED = Long.getLong("fuzz.seed", System.nanoTime());

	private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 100_000);

	/** Few, so that texts collide where they can. */
	private static final char[] HOSTILE = "a%25{}@7Bu:\u0000\n\u0085\u2028\uD83D\uDE00\uFFFF".toCharArray();

	private final Random random = new Random(SEED);

	private final SessionNames names = new SessionNames("test");

	@Test
	void whenSessionsDifferThenSoDoTheirKeysAndEachLeadsBack() {
		Map<String, SessionId> known = new HashMap<>();
		for (int i = 0; i < ROUNDS; i++) {
			int round = i;
			SessionId id = new SessionId(text(round), text(round), MqttVersion.values()[round % 2]);
			SessionKeys keys = new SessionKeys("test", id);
			String key = new String(keys.hash(), StandardCharsets.UTF_8);
			Supplier<String> description = () -> "seed " + SEED + ", round " + round + ": " + key;
			SessionId other = known.put(key, id);
			assertThat(other == null || other.equals(id)).as(description).isTrue();
			assertThat(this.names.ofKey(key)).as(description).isEqualTo(id);
			assertThat(this.names.ofName(this.names.name(keys))).as(description).isEqualTo(id);
			assertThat(key.indexOf('}')).as(description).isEqualTo(key.length() - 4);
			assertThat(key.lastIndexOf('{')).as(description).isEqualTo("test:".length());
		}
	}

	@Test
	void whenAKeyIsAnythingThenItIsASessionsOwnOrNone() {
		for (int i = 0; i < ROUNDS; i++) {
			int round = i;
			String key = "test:{" + text(round) + "}:v3";
			SessionId id = this.names.ofKey(key);
			assertThat(id == null || new SessionKeys("test", id).toString().equals(key))
				.as(() -> "seed " + SEED + ", round " + round + ": " + key)
				.isTrue();
		}
	}

	/** Now and then as long as MQTT allows (1.5.3). */
	private String text(int round) {
		int length = (round % 20_000 == 0) ? 65_535 : this.random.nextInt(7);
		StringBuilder text = new StringBuilder(length);
		for (int i = 0; i < length; i++) {
			text.append((this.random.nextInt(4) > 0) ? HOSTILE[this.random.nextInt(HOSTILE.length)]
					: (char) this.random.nextInt(0x10000));
		}
		return text.toString();
	}

}
