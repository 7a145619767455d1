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

package io.github.mqttredis.sample.launcher;

import java.util.List;

import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.jspecify.annotations.Nullable;

/**
 * The broker, embedded or not, and how to log in.
 *
 * @param uris its addresses
 * @param username the user name, if any
 * @param password the password, if any
 * @since 0.1.0
 */
public record Broker(List<String> uris, @Nullable String username, @Nullable String password) {

	/**
	 * Return options with which a client of this process connects.
	 * @return the options
	 */
	public MqttConnectOptions connectOptions() {
		MqttConnectOptions options = new MqttConnectOptions();
		options.setServerURIs(this.uris.toArray(String[]::new));
		options.setAutomaticReconnect(true);
		options.setCleanSession(false);
		if (this.username != null) {
			options.setUserName(this.username);
		}
		if (this.password != null) {
			options.setPassword(this.password.toCharArray());
		}
		return options;
	}

	/**
	 * Return the first address, which names the session in Redis.
	 * @return the address
	 */
	public String uri() {
		return this.uris.get(0);
	}

}
