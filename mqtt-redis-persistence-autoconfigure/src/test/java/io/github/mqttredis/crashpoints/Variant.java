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

package io.github.mqttredis.crashpoints;

import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.session.Durability;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.testing.Load;

/**
 * What all processes of a run have in common: the version of Paho, and the settings of
 * the store.
 */
enum Variant {

	V3(MqttVersion.V3, PahoV3AppClient::new, Durability.BEFORE_RETURN),

	V5(MqttVersion.V5, PahoV5AppClient::new, Durability.BEFORE_RETURN),

	V3_BEFORE_SEND(MqttVersion.V3, PahoV3AppClient::new, Durability.BEFORE_SEND),

	V5_BEFORE_SEND(MqttVersion.V5, PahoV5AppClient::new, Durability.BEFORE_SEND);

	private static final String PREFIX = "crash";

	private final MqttVersion version;

	private final Clients clients;

	private final Durability durability;

	Variant(MqttVersion version, Clients clients, Durability durability) {
		this.version = version;
		this.clients = clients;
		this.durability = durability;
	}

	Durability durability() {
		return this.durability;
	}

	MqttVersion version() {
		return this.version;
	}

	/**
	 * Create a client, which opens its session.
	 * @param uri the broker
	 * @param clientId the client id
	 * @param store where its session is
	 * @param events what it tells
	 * @return the client
	 */
	AppClient client(String uri, String clientId, SessionStore store, AppClient.Events events) throws Exception {
		return this.clients.create(uri, clientId, store, events);
	}

	/**
	 * Return the settings of the store. The write time-out leaves room for a JVM that is
	 * just starting on a busy machine, and the lease outlasts every run, so that nothing
	 * happens just because time goes by.
	 * @return the settings
	 */
	StoreSettings settings() {
		return new StoreSettings(PREFIX, Load.seconds(15), Load.seconds(60), Load.seconds(20)).with(this.durability)
			// Of one message: the others are read from Redis.
			.withQueueWindow(1);
	}

	/**
	 * Return the key of a session in Redis.
	 * @param clientId whose session
	 * @return the key
	 */
	String hash(String clientId) {
		return PREFIX + ":{" + clientId + "@broker}:" + this.version.suffix();
	}

	/**
	 * Makes the clients of a version.
	 */
	private interface Clients {

		AppClient create(String uri, String clientId, SessionStore store, AppClient.Events events) throws Exception;

	}

}
