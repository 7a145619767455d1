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

package io.github.mqttredis.paho;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.lang.reflect.Method;

/**
 * Finds what Paho keeps to itself, and says so where a version of Paho has it no more.
 *
 * @since 0.1.0
 */
public final class PrivateMembers {

	private PrivateMembers() {
	}

	/**
	 * Find a field.
	 * @param type the class that declares it
	 * @param name its name
	 * @return the field, accessible
	 */
	public static Field field(Class<?> type, String name) {
		return find(type, name, () -> type.getDeclaredField(name));
	}

	/**
	 * Find a method.
	 * @param type the class that declares it
	 * @param name its name
	 * @param parameters the types of its parameters
	 * @return the method, accessible
	 */
	public static Method method(Class<?> type, String name, Class<?>... parameters) {
		return find(type, name, () -> type.getDeclaredMethod(name, parameters));
	}

	private static <M extends AccessibleObject> M find(Class<?> type, String name, Lookup<M> lookup) {
		try {
			M member = lookup.find();
			member.setAccessible(true);
			return member;
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(
					"No '" + name + "' in " + type.getName() + ": this version of Paho is not supported", ex);
		}
	}

	/**
	 * Read a field.
	 * @param field the field
	 * @param target the object that has it
	 * @return its value
	 */
	public static Object get(Field field, Object target) {
		try {
			return field.get(target);
		}
		catch (IllegalAccessException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Write a field.
	 * @param field the field
	 * @param target the object that has it
	 * @param value its new value
	 */
	public static void set(Field field, Object target, int value) {
		try {
			field.setInt(target, value);
		}
		catch (IllegalAccessException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Call a method that throws nothing.
	 * @param method the method
	 * @param target the object that has it
	 * @param arguments its arguments
	 * @return what it returns
	 */
	public static Object invoke(Method method, Object target, Object... arguments) {
		try {
			return method.invoke(target, arguments);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Call a method that throws and returns nothing.
	 * @param method the method
	 * @param target the object that has it
	 * @param arguments its arguments
	 */
	public static void run(Method method, Object target, Object... arguments) {
		try {
			method.invoke(target, arguments);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private interface Lookup<M> {

		M find() throws ReflectiveOperationException;

	}

}
