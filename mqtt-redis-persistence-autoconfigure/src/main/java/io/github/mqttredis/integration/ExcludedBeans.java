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

import java.util.List;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.util.PatternMatchUtils;

/**
 * The MQTT beans that the application wants to be left alone.
 *
 * @since 0.1.0
 */
public final class ExcludedBeans {

	private static final Log logger = LogFactory.getLog(ExcludedBeans.class);

	/** What Spring Integration adds to the id of an endpoint to name its handler. */
	private static final String HANDLER = ".handler";

	private final boolean inject;

	private final List<String> patterns;

	private final BeanFactory beanFactory;

	/**
	 * Name the beans.
	 * @param inject whether others than those {@link FromProperties from properties} are
	 * served
	 * @param patterns bean names, in which {@code *} stands for any characters
	 * @param beanFactory knows by which other names the beans go
	 */
	public ExcludedBeans(boolean inject, List<String> patterns, BeanFactory beanFactory) {
		this.inject = inject;
		this.patterns = List.copyOf(patterns);
		this.beanFactory = beanFactory;
	}

	/** Return whether a bean is to be left, or keeps the persistence that was set. */
	boolean leaves(Object bean, String beanName) {
		if (contains(beanName) || !this.inject && !(ComponentFields.target(bean) instanceof FromProperties)) {
			return true;
		}
		boolean foreign = ComponentFields.hasForeignPersistence(bean);
		if (foreign) {
			logger.info("The persistence of the MQTT component '" + beanName
					+ "' was set by the application and is kept; the MQTT sessions"
					+ " of its clients are not stored in Redis");
		}
		return foreign;
	}

	boolean isInject() {
		return this.inject;
	}

	boolean contains(String beanName) {
		return this.patterns.stream().anyMatch((pattern) -> matches(pattern, beanName));
	}

	private boolean matches(String pattern, String beanName) {
		return Stream.concat(Stream.of(beanName), Stream.of(this.beanFactory.getAliases(beanName)))
			.anyMatch((name) -> PatternMatchUtils.simpleMatch(pattern, name) || name.endsWith(HANDLER)
					&& PatternMatchUtils.simpleMatch(pattern, name.substring(0, name.length() - HANDLER.length())));
	}

	/**
	 * A client factory or client manager that the application does not define itself.
	 */
	public interface FromProperties {

	}

}
