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

package io.github.mqttredis.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Loads another version of a library: one whose members have other names.
 */
public final class RenamingLoader extends ClassLoader {

	private final String packages;

	private final String[] names;

	/**
	 * Create a loader.
	 * @param packages how the names of the library's packages begin
	 * @param names the names that are changed, wherever they occur
	 */
	public RenamingLoader(String packages, String... names) {
		super(RenamingLoader.class.getClassLoader());
		this.packages = packages;
		this.names = names;
	}

	@Override
	protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
		if (!name.startsWith(this.packages)) {
			return super.loadClass(name, resolve);
		}
		Class<?> loaded = findLoadedClass(name);
		return (loaded != null) ? loaded : define(name);
	}

	private Class<?> define(String name) throws ClassNotFoundException {
		try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
			if (in == null) {
				throw new ClassNotFoundException(name);
			}
			String code = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
			for (String member : this.names) {
				// Of the same length, so that the class file stays one.
				code = code.replace(member, "X" + member.substring(1));
			}
			byte[] bytes = code.getBytes(StandardCharsets.ISO_8859_1);
			return defineClass(name, bytes, 0, bytes.length);
		}
		catch (IOException ex) {
			throw new ClassNotFoundException(name, ex);
		}
	}

}
