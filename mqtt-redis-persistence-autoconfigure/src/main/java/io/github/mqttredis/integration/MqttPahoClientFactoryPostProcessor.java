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

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.aop.framework.AbstractAdvisingBeanPostProcessor;
import org.springframework.aop.framework.AopConfigException;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.NameMatchMethodPointcut;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.integration.mqtt.core.DefaultMqttPahoClientFactory;
import org.springframework.util.ReflectionUtils;

/**
 * Serves {@link DefaultMqttPahoClientFactory} beans: each of their clients gets a
 * persistence of its own and stores before it sends. The bean keeps its type; a
 * persistence that the user set is left alone, unless it is one of ours.
 *
 * @since 0.1.0
 */
public final class MqttPahoClientFactoryPostProcessor extends AbstractAdvisingBeanPostProcessor {

	private static final long serialVersionUID = 1L;

	private static final Log logger = LogFactory.getLog(MqttPahoClientFactoryPostProcessor.class);

	private final transient ObjectProvider<ExcludedBeans> excluded;

	/**
	 * Create the post-processor.
	 * @param persistences where each client gets its persistence from, asked for the
	 * first time when a client is made
	 * @param excluded the beans that are left alone
	 */
	public MqttPahoClientFactoryPostProcessor(ObjectProvider<PahoV3PersistenceFactory> persistences,
			ObjectProvider<ExcludedBeans> excluded) {
		this.excluded = excluded;
		NameMatchMethodPointcut pointcut = new NameMatchMethodPointcut();
		pointcut.setMappedNames("getClientInstance", "getAsyncClientInstance");
		pointcut.setClassFilter(DefaultMqttPahoClientFactory.class::isAssignableFrom);
		this.advisor = new DefaultPointcutAdvisor(pointcut, new PersistentClientInterceptor(persistences));
		this.beforeExistingAdvisors = true;
		// The user injects the bean by its class.
		setProxyTargetClass(true);
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (!(bean instanceof DefaultMqttPahoClientFactory)
				|| this.excluded.stream().anyMatch((beans) -> beans.contains(beanName))) {
			return bean;
		}
		Object target = AopProxyUtils.getSingletonTarget(bean);
		if (PersistentClientInterceptor.PERSISTENCE.isForeign((target != null) ? target : bean)) {
			logger.info("The persistence of the MQTT client factory '" + beanName
					+ "' was set by the application and is kept; its clients' sessions are not stored in Redis");
			return bean;
		}
		return serve(bean, beanName);
	}

	private Object serve(Object bean, String beanName) {
		try {
			Object served = super.postProcessAfterInitialization(bean, beanName);
			if (AopUtils.isAopProxy(served)) {
				return served;
			}
			warn(beanName, "its class or one of its public methods is final");
		}
		catch (AopConfigException ex) {
			warn(beanName, String.valueOf(ex.getMessage()));
		}
		return bean;
	}

	private void warn(String beanName, String reason) {
		logger.warn("The sessions of the MQTT client factory '" + beanName + "' are not stored in Redis, because "
				+ reason + ". Remove the bean to use the auto-configured MqttPahoClientFactory, or make it open for"
				+ " a subclass");
	}

	@Override
	protected boolean isEligible(Class<?> targetClass) {
		return super.isEligible(targetClass) && isOpen(targetClass);
	}

	/**
	 * A final method cannot be intercepted: it would run on the proxy, whose fields are
	 * empty.
	 */
	private static boolean isOpen(Class<?> type) {
		if (Modifier.isFinal(type.getModifiers())) {
			return false;
		}
		for (Method method : ReflectionUtils.getAllDeclaredMethods(type)) {
			int modifiers = method.getModifiers();
			if (method.getDeclaringClass() != Object.class && Modifier.isFinal(modifiers)
					&& !Modifier.isPrivate(modifiers) && !Modifier.isStatic(modifiers)) {
				return false;
			}
		}
		return true;
	}

}
