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

import io.github.mqttredis.actuate.SessionEventPublisher;
import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.session.RecordCodec;
import io.github.mqttredis.session.SessionListener;
import io.github.mqttredis.session.SessionStore;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.env.Environment;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * {@link EnableAutoConfiguration Auto-configuration} of the store that keeps MQTT
 * sessions in Redis.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = DataRedisAutoConfiguration.class)
@ConditionalOnClass(RedisConnectionFactory.class)
@Conditional(OnAnyPahoCondition.class)
@ConditionalOnBooleanProperty(name = "mqtt.persistence.enabled", matchIfMissing = true)
@EnableConfigurationProperties(MqttPersistenceProperties.class)
@ImportRuntimeHints(MqttPersistenceRuntimeHints.class)
public final class MqttRedisPersistenceAutoConfiguration {

	@Bean
	@Conditional(OnSessionRedisCondition.class)
	static ImportDryRun mqttImportDryRun(Environment environment) {
		return new ImportDryRun(environment);
	}

	@Bean
	@Conditional(OnSessionRedisCondition.class)
	SessionEventPublisher mqttSessionEventPublisher(ApplicationEventPublisher publisher) {
		return new SessionEventPublisher(publisher, RedisSessionStore.PHASE + 1);
	}

	@Bean
	@Conditional(OnSessionRedisCondition.class)
	@ConditionalOnMissingBean(SessionStore.class)
	RedisSessionStore mqttSessionStore(@MqttPersistenceRedis ObjectProvider<RedisConnectionFactory> forSessions,
			ObjectProvider<RedisConnectionFactory> ofApplication, MqttPersistenceProperties properties,
			ObjectProvider<SessionListener> listeners, ObjectProvider<RecordCodec> codec, BeanFactory beans,
			Environment environment) {
		SessionRedis redis = new SessionRedis(beans, environment, properties.redis());
		return new RedisSessionStore(redis.choose(forSessions, ofApplication),
				properties.storeSettings(codec.getIfAvailable(properties.encryption()::codec)),
				listeners.orderedStream().toList());
	}

}
