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

package io.github.mqttredis.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says how to choose the Redis that keeps the sessions, where there are several or none
 * that is meant for all.
 */
class AmbiguousRedisFailureAnalyzer extends AbstractFailureAnalyzer<AmbiguousRedisException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, AmbiguousRedisException cause) {
		String names = String.join(", ", cause.names());
		if (cause.isMarked()) {
			return new FailureAnalysis(
					"It cannot be told which Redis keeps the MQTT sessions: several RedisConnectionFactory beans are "
							+ "marked with @MqttPersistenceRedis: " + names + ".",
					"Mark one only.", cause);
		}
		String found = cause.names().isEmpty() ? "no RedisConnectionFactory bean is there for all to use."
				: "there are several RedisConnectionFactory beans, and none is primary: " + names + ".";
		return new FailureAnalysis("It cannot be told which Redis keeps the MQTT sessions: " + found,
				"Mark the bean for the sessions with @MqttPersistenceRedis, or that of the application with @Primary; "
						+ "or set " + SessionRedis.URL + " or " + SessionRedis.UNIX_SOCKET + ".",
				cause);
	}

}
