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

import io.github.mqttredis.testing.Load;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/**
 * Application contexts as an application has them that adds the starter.
 */
public final class MqttContexts {

	private MqttContexts() {
	}

	/**
	 * Return a runner without Redis.
	 * @return the runner
	 */
	public static ApplicationContextRunner withoutRedis() {
		return new ApplicationContextRunner().withConfiguration(
				AutoConfigurations.of(SslAutoConfiguration.class, MqttPropertiesCheckAutoConfiguration.class,
						MqttRedisPersistenceAutoConfiguration.class, MqttClientAutoConfiguration.class,
						MqttIntegrationAutoConfiguration.class, MqttPersistenceActuatorAutoConfiguration.class));
	}

	/**
	 * Return a runner with a real Redis.
	 * @param redis the server
	 * @return the runner
	 */
	public static ApplicationContextRunner with(EmbeddedRedis redis) {
		return withoutRedis().withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class))
			.withPropertyValues(redis.properties())
			.withPropertyValues("mqtt.persistence.write-timeout=" + Load.seconds(2));
	}

}
