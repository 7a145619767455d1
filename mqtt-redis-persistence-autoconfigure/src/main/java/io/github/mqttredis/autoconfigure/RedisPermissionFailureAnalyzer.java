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

import java.util.stream.Stream;

import io.github.mqttredis.session.SessionUnavailableException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/**
 * Says which permissions a Redis user lacks that may not do what storing sessions needs.
 */
class RedisPermissionFailureAnalyzer extends AbstractFailureAnalyzer<SessionUnavailableException> {

	/**
	 * What the store and the endpoint need, in the words of {@code ACL SETUSER}. A user
	 * also needs every command that a script calls.
	 */
	static final String COMMANDS = "+ping +info +evalsha +eval +get +set +del +exists +pttl +pexpire +persist +time"
			+ " +hset +hget +hdel +hlen +hkeys +hmget +hstrlen +hscan +zadd +zrange +zrangebyscore +zscan +zscore +zrem";

	private final SessionRedisNames names;

	RedisPermissionFailureAnalyzer(Environment environment) {
		this.names = new SessionRedisNames(environment);
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, SessionUnavailableException cause) {
		boolean refused = Stream.<Throwable>iterate(cause, (ex) -> ex != null, Throwable::getCause)
			.anyMatch((ex) -> String.valueOf(ex.getMessage()).contains("NOPERM"));
		if (!refused) {
			return null;
		}
		String action = "Give the Redis user of this application (" + this.names.username()
				+ ") these permissions, with "
				+ "the value of mqtt.persistence.key-prefix where it is not mqtt:persistence:%n%n".formatted()
				+ "    ACL SETUSER <user> ~mqtt:persistence:* " + COMMANDS + "%n%n".formatted()
				+ "For a database other than 0 also: +select%n%n".formatted()
				+ "On a Redis Cluster also: +cluster|slots +cluster|nodes +cluster|shards +cluster|myid +client|setname";
		return new FailureAnalysis("MQTT sessions cannot be kept in Redis. " + cause.getMessage(), action, cause);
	}

}
