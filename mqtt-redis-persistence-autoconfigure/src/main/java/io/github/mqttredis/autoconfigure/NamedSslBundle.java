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

package io.github.mqttredis.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

/**
 * An SSL bundle that a property names.
 */
final class NamedSslBundle {

	private NamedSslBundle() {
	}

	/**
	 * Find the bundle.
	 * @param bundles the application's bundles, {@code null} if there are none
	 * @param property the property that names it
	 * @param name the name
	 * @return the bundle
	 * @throws InvalidConfigurationPropertyValueException if there is no such bundle
	 */
	static SslBundle find(@Nullable SslBundles bundles, String property, String name) {
		try {
			if (bundles != null) {
				return bundles.getBundle(name);
			}
		}
		catch (NoSuchSslBundleException ex) {
			// Said below, with the property's name.
		}
		throw new InvalidConfigurationPropertyValueException(property, name,
				"There is no such SSL bundle. Define it with spring.ssl.bundle.pem or spring.ssl.bundle.jks.");
	}

}
