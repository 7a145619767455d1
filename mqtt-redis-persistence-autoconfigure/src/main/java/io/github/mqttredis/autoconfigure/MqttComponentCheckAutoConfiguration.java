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

import io.github.mqttredis.integration.CheckSettings;
import io.github.mqttredis.integration.ComponentCheckPostProcessor;
import io.github.mqttredis.integration.ComponentChecker;
import io.github.mqttredis.integration.ComponentFindings;
import io.github.mqttredis.integration.ComponentInspector;
import io.github.mqttredis.integration.ExcludedBeans;
import io.github.mqttredis.integration.Mqttv3ComponentInspector;
import io.github.mqttredis.integration.Mqttv5ComponentInspector;
import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.session.SessionStore;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.mqtt.core.MqttComponent;

/**
 * {@link EnableAutoConfiguration Auto-configuration} of the checks that tell at start
 * which MQTT components are set such that their stored sessions are of no use.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = MqttRedisPersistenceAutoConfiguration.class)
@ConditionalOnClass(MqttComponent.class)
@ConditionalOnBooleanProperty(name = "mqtt.persistence.enabled", matchIfMissing = true)
@ConditionalOnBean(SessionStore.class)
@EnableConfigurationProperties(MqttPersistenceProperties.class)
public final class MqttComponentCheckAutoConfiguration {

	@Bean
	static ComponentCheckPostProcessor mqttComponentCheckPostProcessor(ObjectProvider<ComponentChecker> checker) {
		return new ComponentCheckPostProcessor(checker);
	}

	@Bean
	ExcludedBeans mqttExcludedBeans(MqttPersistenceProperties properties, BeanFactory beanFactory) {
		return new ExcludedBeans(properties.excludeBeans(), beanFactory);
	}

	@Bean
	ComponentFindings mqttComponentFindings() {
		return new ComponentFindings();
	}

	@Bean
	ComponentChecker mqttComponentChecker(ConfigurableListableBeanFactory beanFactory,
			ObjectProvider<ComponentInspector> inspectors, MqttPersistenceProperties properties, ExcludedBeans excluded,
			SessionStore store, ComponentFindings findings) {
		CheckSettings settings = new CheckSettings(properties.inject(), excluded, properties.cleanSession(),
				properties.sessionExpiry(), properties.brokerId());
		return new ComponentChecker(beanFactory, inspectors.orderedStream().toList(), settings, store, findings,
				RedisSessionStore.PHASE + 1);
	}

	/**
	 * Where Paho 3 is there.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "org.eclipse.paho.client.mqttv3.MqttClientPersistence")
	static class Version3 {

		@Bean
		ComponentInspector mqttv3ComponentInspector() {
			return new Mqttv3ComponentInspector();
		}

	}

	/**
	 * Where Paho 5 is there.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "org.eclipse.paho.mqttv5.client.MqttClientPersistence")
	static class Version5 {

		@Bean
		ComponentInspector mqttv5ComponentInspector() {
			return new Mqttv5ComponentInspector();
		}

	}

}
