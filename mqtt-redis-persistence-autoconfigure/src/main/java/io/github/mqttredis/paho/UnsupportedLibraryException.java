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

import java.net.URL;
import java.security.CodeSource;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The version of a library on the class path is not supported.
 *
 * @since 0.1.0
 */
public final class UnsupportedLibraryException extends IllegalStateException {

	private static final long serialVersionUID = 1L;

	/**
	 * Create an exception.
	 * @param library the name of the library
	 * @param found a class of it, {@code null} if it has not even that
	 * @param missing the members that it does not have
	 */
	public UnsupportedLibraryException(String library, @Nullable Class<?> found, List<String> missing) {
		super("This version of " + library + " is not supported: it has no " + String.join(", ", missing)
				+ ". It was found in " + place(found));
	}

	private static String place(@Nullable Class<?> found) {
		CodeSource source = (found != null) ? found.getProtectionDomain().getCodeSource() : null;
		URL location = (source != null) ? source.getLocation() : null;
		return (location != null) ? location.toString() : "an unknown place";
	}

}
