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

package io.github.mqttredis.testing;

import java.util.List;

import io.github.mqttredis.session.SetAside;
import redis.clients.jedis.Jedis;

/**
 * What Redis holds of a client.
 */
public final class ClientKeys {

	private ClientKeys() {
	}

	/**
	 * Read what was set aside.
	 * @param redis a connection
	 * @param clientId the client's id
	 * @return a note for each message in its quarantine
	 */
	public static List<SetAside> quarantined(Jedis redis, String clientId) {
		return redis.keys("test:{" + clientId + "@*:quarantine")
			.stream()
			.flatMap((key) -> redis.hkeys(key).stream())
			.map(SetAside::parse)
			.toList();
	}

	/**
	 * Return whether none of its messages is under way.
	 * @param redis a connection
	 * @param clientId the client's id
	 * @return whether there is no hash of its session
	 */
	public static boolean isNothingInFlight(Jedis redis, String clientId) {
		return redis.keys("test:{" + clientId + "@*:v?").isEmpty();
	}

}
