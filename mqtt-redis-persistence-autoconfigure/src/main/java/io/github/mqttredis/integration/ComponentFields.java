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

import java.lang.reflect.Field;

import io.github.mqttredis.paho.SessionPersistence;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.Advised;
import org.springframework.integration.mqtt.core.MqttComponent;
import org.springframework.util.Assert;
import org.springframework.util.ReflectionUtils;

/**
 * What Spring Integration's MQTT components keep in private fields and have no getter
 * for. The same for both versions of Paho.
 */
final class ComponentFields {

	private static final String PACKAGE = MqttComponent.class.getPackageName().replaceFirst("\\.core$", "");

	private ComponentFields() {
	}

	/** Return an object without its proxies; of a scope, that which is there now. */
	static Object target(Object object) {
		Object target = behind(object);
		return (target != null) ? target(target) : object;
	}

	/** Return what the outermost proxy stands for, {@code null} if there is no proxy. */
	static @Nullable Object behind(Object object) {
		try {
			return (object instanceof Advised proxy) ? proxy.getTargetSource().getTarget() : null;
		}
		catch (Exception ex) {
			throw new IllegalStateException("The target of " + object.getClass().getName() + " cannot be had", ex);
		}
	}

	static @Nullable Object field(Object component, String name) {
		Object target = target(component);
		return ReflectionUtils.getField(find(target, name), target);
	}

	static void setField(Object component, String name, @Nullable Object value) {
		Object target = target(component);
		ReflectionUtils.setField(find(target, name), target, value);
	}

	/** The application may extend a component, and name a field as it likes. */
	private static Field find(Object target, String name) {
		Class<?> type = target.getClass();
		while (!type.getPackageName().startsWith(PACKAGE) && type.getSuperclass() != null) {
			type = type.getSuperclass();
		}
		Field field = ReflectionUtils.findField(type, name);
		Assert.state(field != null, "IntegrationMembers has it");
		ReflectionUtils.makeAccessible(field);
		return field;
	}

	/** Return the client manager of an adapter or a handler, without proxies. */
	static @Nullable Object manager(Object component) {
		Object manager = field(component, "clientManager");
		return (manager != null) ? target(manager) : null;
	}

	static boolean isManualAcks(Object adapter) {
		return Boolean.TRUE.equals(field(adapter, "manualAcks"));
	}

	static @Nullable Object persistence(Object component) {
		return field(component, "persistence");
	}

	static void setPersistence(Object component, @Nullable Object persistence) {
		setField(component, "persistence", persistence);
	}

	/** Return whether the application set a persistence, which must be left alone. */
	static boolean hasForeignPersistence(Object component) {
		return persistence(component) != null && !hasOurPersistence(component);
	}

	static boolean hasOurPersistence(Object component) {
		return persistence(component) instanceof SessionPersistence<?>;
	}

}
