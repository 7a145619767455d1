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

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;
import org.springframework.util.ReflectionUtils;

/**
 * The private field in which a class of Spring Integration holds the persistence that the
 * user set: there is a setter, but no getter. Serves both versions of Paho, which have
 * nothing in common.
 */
final class PersistenceField {

	private final Field field;

	private final Class<?> ours;

	/**
	 * Find the field.
	 * @param owner the class that has it
	 * @param type the field's type, Paho's interface
	 * @param ours our implementation of it
	 */
	PersistenceField(Class<?> owner, Class<?> type, Class<?> ours) {
		this.ours = ours;
		Field found = ReflectionUtils.findField(owner, "persistence", type);
		Assert.state(found != null, () -> "No field 'persistence' in " + owner.getName()
				+ ": this version of Spring Integration is not supported");
		ReflectionUtils.makeAccessible(found);
		this.field = found;
	}

	@Nullable Object get(Object target) {
		return ReflectionUtils.getField(this.field, target);
	}

	void set(Object target, @Nullable Object persistence) {
		ReflectionUtils.setField(this.field, target, persistence);
	}

	/**
	 * Return whether the user set a persistence that is not ours.
	 * @param target the object that has the field
	 * @return whether the persistence must be left alone
	 */
	boolean isForeign(Object target) {
		Object persistence = get(target);
		return persistence != null && !this.ours.isInstance(persistence);
	}

	/**
	 * Return whether a persistence of ours is set.
	 * @param target the object that has the field
	 * @return whether its client is to be ours
	 */
	boolean isOurs(Object target) {
		return this.ours.isInstance(get(target));
	}

}
