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

import org.jspecify.annotations.Nullable;

import org.springframework.beans.DirectFieldAccessor;

/**
 * Finds out how the components of one version of MQTT are set. Spring Integration has no
 * getters for most of it.
 *
 * @since 0.1.0
 */
public abstract class ComponentInspector {

	ComponentInspector() {
	}

	/**
	 * Look at a bean.
	 * @param bean the bean, without proxies
	 * @param name its name
	 * @param surroundings what else there is
	 * @return what is known of it, {@code null} if it is no component of this version
	 */
	abstract @Nullable ClientView inspect(Object bean, String name, Surroundings surroundings);

	static @Nullable Object field(Object bean, String name) {
		return new DirectFieldAccessor(bean).getPropertyValue(name);
	}

	static String clientId(Object bean) {
		return String.valueOf(field(bean, "clientId"));
	}

}
