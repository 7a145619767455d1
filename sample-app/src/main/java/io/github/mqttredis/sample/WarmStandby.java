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

package io.github.mqttredis.sample;

import java.time.Duration;
import java.util.UUID;

import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.integration.leader.DefaultCandidate;
import org.springframework.integration.redis.util.RedisLockRegistry;
import org.springframework.integration.support.leader.LockRegistryLeaderInitiator;

/**
 * Elects one of several gateways that have the same client id. Only that one has the
 * role, which starts its MQTT client; the others stand by.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty("mqtt.client.role")
class WarmStandby {

	@Bean
	RedisLockRegistry leaderLocks(RedisConnectionFactory redis) {
		return new RedisLockRegistry(redis, "gateway-leader", Duration.ofSeconds(10));
	}

	@Bean
	LockRegistryLeaderInitiator leader(RedisLockRegistry leaderLocks) {
		return new LockRegistryLeaderInitiator(leaderLocks,
				new DefaultCandidate(UUID.randomUUID().toString(), "gateway"));
	}

}
