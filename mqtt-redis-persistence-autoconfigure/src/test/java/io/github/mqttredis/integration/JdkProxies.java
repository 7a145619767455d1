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

package io.github.mqttredis.integration;

import java.util.stream.Stream;

import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;

import org.springframework.aop.framework.autoproxy.DefaultAdvisorAutoProxyCreator;
import org.springframework.aop.support.NameMatchMethodPointcutAdvisor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;

/**
 * An aspect of the application over its MQTT client managers and client factories, which
 * become JDK proxies.
 */
@Configuration(proxyBeanMethods = false)
class JdkProxies {

	@Bean
	static DefaultAdvisorAutoProxyCreator proxies() {
		return new DefaultAdvisorAutoProxyCreator();
	}

	@Bean
	static NameMatchMethodPointcutAdvisor aspect() {
		NameMatchMethodPointcutAdvisor advisor = new NameMatchMethodPointcutAdvisor(
				(MethodInterceptor) MethodInvocation::proceed);
		advisor.setClassFilter((type) -> Stream.of(ClientManager.class, MqttPahoClientFactory.class)
			.anyMatch((advised) -> advised.isAssignableFrom(type)));
		advisor.setMappedName("*");
		return advisor;
	}

}
