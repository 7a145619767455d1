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

package io.github.mqttredis.sample.launcher.demo;

import java.util.List;

import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;

/**
 * What a gateway without this project would configure: a client whose session is in the
 * memory of the process. The control of the crash demo.
 *
 * @since 0.1.0
 */
public class MemoryClientManager {

	@Bean
	Mqttv3ClientManager mqttClientManager(@Value("${mqtt.client.client-id}") String clientId,
			@Value("${mqtt.client.server-uris}") List<String> serverUris) {
		MqttConnectOptions options = new MqttConnectOptions();
		options.setServerURIs(serverUris.toArray(String[]::new));
		options.setCleanSession(false);
		options.setAutomaticReconnect(true);
		options.setMaxInflight(1000);
		Mqttv3ClientManager manager = new Mqttv3ClientManager(options, clientId);
		manager.setPersistence(new MemoryPersistence());
		return manager;
	}

}
