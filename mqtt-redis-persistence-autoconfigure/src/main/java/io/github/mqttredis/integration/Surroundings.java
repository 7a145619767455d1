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

import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;

import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.SessionId;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.beans.DirectFieldAccessor;

/**
 * What an inspector needs to know besides the component: which objects are beans, and
 * what the settings say of them.
 */
final class Surroundings {

	private final CheckSettings settings;

	/** Beans without their proxies; weak, because nobody says when a prototype ends. */
	private final Map<Object, String> beans = Collections.synchronizedMap(new WeakHashMap<>());

	Surroundings(CheckSettings settings) {
		this.settings = settings;
	}

	CheckSettings settings() {
		return this.settings;
	}

	void add(Object bean, String name) {
		this.beans.putIfAbsent(target(bean), name);
	}

	@Nullable String remove(Object bean) {
		return this.beans.remove(target(bean));
	}

	Map<Object, String> beans() {
		synchronized (this.beans) {
			return Map.copyOf(this.beans);
		}
	}

	/**
	 * Return an object without its proxies.
	 * @param object the object
	 * @return what the proxies stand for, or the object itself
	 */
	static Object target(Object object) {
		Object target = AopProxyUtils.getSingletonTarget(object);
		return (target != null) ? target(target) : object;
	}

	/**
	 * Return the client manager of a component.
	 * @param component an adapter or a handler, with or without proxies
	 * @return the manager without proxies, {@code null} if the component has none
	 */
	static @Nullable Object manager(Object component) {
		Object manager = new DirectFieldAccessor(target(component)).getPropertyValue("clientManager");
		return (manager != null) ? target(manager) : null;
	}

	/**
	 * Return the name of a bean.
	 * @param object any object
	 * @return the name, {@code null} if the object is no bean
	 */
	@Nullable String nameOf(Object object) {
		return this.beans.get(target(object));
	}

	/**
	 * Return how it stands with a bean that has no persistence.
	 * @param name the bean's name, {@code null} if it is none
	 * @param inline what it is if it is no bean
	 * @param bean what it is if it is a bean
	 * @return that, or that the application wants it so
	 */
	Storage without(@Nullable String name, Storage inline, Storage bean) {
		if (!this.settings.inject() || name != null && this.settings.excluded().contains(name)) {
			return Storage.LEFT;
		}
		return (name != null) ? bean : inline;
	}

	SessionId session(String clientId, String serverUri, MqttVersion version) {
		String brokerId = this.settings.brokerId();
		return (brokerId != null) ? new SessionId(clientId, brokerId, version)
				: SessionId.ofUri(clientId, serverUri, version);
	}

}
