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

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.StringUtils;

/**
 * Matches where there is a Redis for the sessions: a connection factory, which may be one
 * of a parent context, or one of their own in the properties. A condition on beans would
 * not see a factory that is {@link MqttPersistenceRedis for the sessions alone}.
 */
class OnSessionRedisCondition extends SpringBootCondition implements ConfigurationCondition {

	@Override
	public ConfigurationPhase getConfigurationPhase() {
		return ConfigurationPhase.REGISTER_BEAN;
	}

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConditionMessage.Builder message = ConditionMessage.forCondition("Redis for MQTT sessions");
		Environment environment = context.getEnvironment();
		for (String property : new String[] { SessionRedis.URL, SessionRedis.UNIX_SOCKET }) {
			if (StringUtils.hasText(environment.getProperty(property))) {
				return ConditionOutcome.match(message.foundExactly(property));
			}
		}
		ConfigurableListableBeanFactory beans = context.getBeanFactory();
		if (beans != null && BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beans, RedisConnectionFactory.class,
				true, false).length > 0) {
			return ConditionOutcome.match(message.foundExactly("RedisConnectionFactory"));
		}
		return ConditionOutcome.noMatch(message.didNotFind("RedisConnectionFactory, " + SessionRedis.URL + " or ")
			.items(SessionRedis.UNIX_SOCKET));
	}

}
