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

import org.eclipse.paho.client.mqttv3.MqttClientPersistence;

import org.springframework.beans.DirectFieldAccessor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What Paho's clients hold and have no getter for.
 */
final class PahoInternals {

	private PahoInternals() {
	}

	static Object get(Object client, String path) {
		Object value = new DirectFieldAccessor(client).getPropertyValue(path);
		assertThat(value).isNotNull();
		return value;
	}

	static MqttClientPersistence persistence(Object asyncClient) {
		return (MqttClientPersistence) get(asyncClient, "persistence");
	}

}
