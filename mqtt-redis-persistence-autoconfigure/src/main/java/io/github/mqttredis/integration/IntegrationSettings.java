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

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.util.PatternMatchUtils;

/**
 * The application's settings for its MQTT components.
 *
 * @param inject whether beans other than those {@link FromProperties from properties} are
 * served
 * @param excludedBeans names of the beans that are left alone, in which {@code *} stands
 * for any characters
 * @param cleanSession what to do if a stored session is discarded at each connect
 * @param sessionExpiry how long Redis keeps a session without an owner, {@code null} for
 * no limit
 * @param brokerId the broker's name in stored sessions, {@code null} if it is the URI
 * @param buffering whether messages wait that cannot be sent
 * @param beanFactory knows by which other names the beans go
 * @since 0.1.0
 */
public record IntegrationSettings(boolean inject, List<String> excludedBeans, CleanSessionPolicy cleanSession,
		@Nullable Duration sessionExpiry, @Nullable String brokerId, boolean buffering, BeanFactory beanFactory) {

	private static final Log logger = LogFactory.getLog(IntegrationSettings.class);

	/** Return whether a bean is to be left, or keeps the persistence that was set. */
	boolean leaves(Object bean, String beanName) {
		if (excludes(beanName) || !this.inject && !(ComponentFields.target(bean) instanceof FromProperties)) {
			return true;
		}
		boolean foreign = ComponentFields.hasForeignPersistence(bean);
		if (foreign) {
			logger.info("The application set the persistence of the MQTT component '" + beanName
					+ "' itself; the MQTT sessions of its clients are not stored in Redis");
		}
		return foreign;
	}

	boolean excludes(String beanName) {
		// Spring Integration adds the suffix to the id of an endpoint to name its
		// handler.
		List<String> names = Stream.concat(Stream.of(beanName), Stream.of(this.beanFactory.getAliases(beanName)))
			.flatMap((name) -> Stream.of(name, name.replaceFirst("\\.handler$", "")))
			.toList();
		return this.excludedBeans.stream()
			.anyMatch((pattern) -> names.stream().anyMatch((name) -> PatternMatchUtils.simpleMatch(pattern, name)));
	}

	/** What to do if a client throws its stored session away at each connect. */
	public enum CleanSessionPolicy {

		/** Say so at start. */
		WARN,

		/** Do not start: connecting would remove what is stored. */
		FAIL,

		/** Say nothing. */
		ALLOW

	}

	/** A client factory or client manager that is made from properties. */
	public interface FromProperties {

	}

}
