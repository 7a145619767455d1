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

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import java.util.stream.Stream;

/**
 * The class path of the tests, less some libraries, on which applications are started. It
 * loads all classes anew, which takes seconds: who starts several keeps it.
 */
public final class ClassPath implements AutoCloseable {

	private final URLClassLoader loader;

	private ClassPath(URLClassLoader loader) {
		this.loader = loader;
	}

	/**
	 * Return a class path.
	 * @param missing how the names of the files begin that are left out
	 * @param further files that come on top
	 * @return the class path
	 */
	public static ClassPath without(List<String> missing, String... further) {
		URL[] urls = Stream
			.concat(Stream.of(System.getProperty("java.class.path").split(File.pathSeparator)), Stream.of(further))
			.filter((entry) -> missing.stream().noneMatch(new File(entry).getName()::startsWith))
			.map(ClassPath::url)
			.toArray(URL[]::new);
		return new ClassPath(new URLClassLoader(urls, ClassLoader.getPlatformClassLoader()));
	}

	/**
	 * Call an application's {@code start}, which is public and static.
	 * @param missing how the names of the files begin that are left out
	 * @param application the application
	 * @param arguments its arguments
	 * @return what it returns, of types that both class loaders know
	 * @throws Exception what it throws
	 */
	public static Object startWithout(List<String> missing, Class<?> application, String... arguments)
			throws Exception {
		try (ClassPath path = without(missing)) {
			return path.start(application, arguments);
		}
	}

	/**
	 * Call an application's {@code start}, which is public and static.
	 * @param application the application
	 * @param arguments its arguments
	 * @return what it returns, of types that both class loaders know
	 * @throws Exception what it throws
	 */
	public Object start(Class<?> application, String... arguments) throws Exception {
		Thread thread = Thread.currentThread();
		ClassLoader before = thread.getContextClassLoader();
		try {
			thread.setContextClassLoader(this.loader);
			return this.loader.loadClass(application.getName())
				.getMethod("start", String[].class)
				.invoke(null, (Object) arguments);
		}
		finally {
			thread.setContextClassLoader(before);
		}
	}

	@Override
	public void close() throws IOException {
		this.loader.close();
	}

	private static URL url(String entry) {
		try {
			return new File(entry).toURI().toURL();
		}
		catch (MalformedURLException ex) {
			throw new IllegalArgumentException(ex);
		}
	}

}
