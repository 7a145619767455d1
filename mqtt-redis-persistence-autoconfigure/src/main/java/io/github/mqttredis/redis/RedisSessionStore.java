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

import java.util.List;

import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionStatus;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.session.SessionUnavailableException;

import org.springframework.context.SmartLifecycle;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Sessions in Redis, over a connection of its own.
 *
 * @since 0.1.0
 */
public final class RedisSessionStore implements SessionStore, SmartLifecycle {

	public RedisSessionStore(RedisConnectionFactory connectionFactory, StoreSettings settings) {
	}

	@Override
	public void start() {
	}

	@Override
	public void stop() {
	}

	@Override
	public boolean isRunning() {
		return false;
	}

	@Override
	public Session open(SessionId id) throws SessionException {
		throw new SessionUnavailableException("stub");
	}

	@Override
	public List<SessionStatus> sessions() {
		return List.of();
	}

	@Override
	public String ping() throws SessionUnavailableException {
		throw new SessionUnavailableException("stub");
	}

}
