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

import io.github.mqttredis.paho.v3.SessionMqttClientPersistence;
import org.eclipse.paho.client.mqttv3.MqttClientPersistence;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;
import org.springframework.util.ReflectionUtils;

/**
 * The private field in which a class of Spring Integration holds the persistence that the
 * user set: there is a setter, but no getter.
 */
final class PersistenceField {

	private final Field field;

	PersistenceField(Class<?> owner) {
		Field found = ReflectionUtils.findField(owner, "persistence", MqttClientPersistence.class);
		Assert.state(found != null, () -> "No field 'persistence' in " + owner.getName()
				+ ": this version of Spring Integration is not supported");
		ReflectionUtils.makeAccessible(found);
		this.field = found;
	}

	@Nullable MqttClientPersistence get(Object target) {
		return (MqttClientPersistence) ReflectionUtils.getField(this.field, target);
	}

	void set(Object target, @Nullable MqttClientPersistence persistence) {
		ReflectionUtils.setField(this.field, target, persistence);
	}

	/**
	 * Return whether the user set a persistence that is not ours.
	 * @param target the object that has the field
	 * @return whether the persistence must be left alone
	 */
	boolean isForeign(Object target) {
		MqttClientPersistence persistence = get(target);
		return persistence != null && !(persistence instanceof SessionMqttClientPersistence);
	}

}
