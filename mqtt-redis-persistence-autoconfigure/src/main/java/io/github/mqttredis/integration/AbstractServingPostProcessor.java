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

import java.lang.reflect.Modifier;
import java.util.Arrays;

import org.aopalliance.intercept.MethodInterceptor;

import org.springframework.aop.framework.AbstractAdvisingBeanPostProcessor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.NameMatchMethodPointcut;
import org.springframework.util.ReflectionUtils;

/**
 * Makes proxies for beans of a class, which keep their type: the application injects them
 * by it.
 */
abstract class AbstractServingPostProcessor extends AbstractAdvisingBeanPostProcessor {

	private static final long serialVersionUID = 1L;

	/**
	 * Create the post-processor.
	 * @param type the class of the beans
	 * @param interceptor what their methods go through
	 * @param methods the names of these methods
	 */
	AbstractServingPostProcessor(Class<?> type, MethodInterceptor interceptor, String... methods) {
		NameMatchMethodPointcut pointcut = new NameMatchMethodPointcut();
		pointcut.setMappedNames(methods);
		pointcut.setClassFilter(type::isAssignableFrom);
		this.advisor = new DefaultPointcutAdvisor(pointcut, interceptor);
		this.beforeExistingAdvisors = true;
		setProxyTargetClass(true);
	}

	/**
	 * A final method cannot be intercepted: it would run on the proxy, whose fields are
	 * empty.
	 */
	@Override
	protected boolean isEligible(Class<?> targetClass) {
		return super.isEligible(targetClass) && !Modifier.isFinal(targetClass.getModifiers())
				&& Arrays.stream(ReflectionUtils.getAllDeclaredMethods(targetClass))
					.filter((method) -> method.getDeclaringClass() != Object.class)
					.map((method) -> method.getModifiers() & (Modifier.FINAL | Modifier.PRIVATE | Modifier.STATIC))
					.noneMatch((modifiers) -> modifiers == Modifier.FINAL);
	}

}
