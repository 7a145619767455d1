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

import io.github.mqttredis.filestore.PahoFileStore;
import io.github.mqttredis.filestore.PahoFileStore.Listing;
import io.github.mqttredis.session.SessionException;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.util.Assert;

/**
 * Ends the start if the application is only to list what would be moved in. It comes
 * before all other beans: a client that ran without its records would give their packet
 * ids to other messages, and the broker, which still has these ids in use, takes such a
 * message of QoS 2 for a repeated one (MQTT 3.1.1 and 5, 4.3.3).
 */
final class ImportDryRun implements BeanFactoryPostProcessor {

	private final Environment environment;

	ImportDryRun(Environment environment) {
		this.environment = environment;
	}

	/**
	 * Asks for the property itself, because conditions are settled at build time in a
	 * native image.
	 */
	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		Binder binder = Binder.get(this.environment);
		if (binder.bind("mqtt.persistence.import-dry-run", Boolean.class).orElse(false)) {
			list(binder.bindOrCreate("mqtt.persistence", MqttPersistenceProperties.class));
		}
	}

	private static void list(MqttPersistenceProperties properties) {
		Assert.state(properties.importFrom() != null, "There is no directory");
		try {
			Listing found = new PahoFileStore(properties.importFrom()).list();
			throw new StartFailureException(
					"Dry run: nothing was changed. " + found.records() + " records in " + found.directories()
							+ " directories below " + properties.importFrom().toAbsolutePath()
							+ " would be moved into the sessions of their clients",
					"The log lists the records. Remove mqtt.persistence.import-dry-run to start, and to move them in.");
		}
		catch (SessionException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
