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

import io.github.mqttredis.paho.v5.SessionMqttClientPersistence;

/**
 * Creates the persistence for Paho 5 clients. Each client needs a new one, because one
 * instance serves one session.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface PahoV5PersistenceFactory {

	/**
	 * Make a persistence for one client.
	 * @param serverUri the first URI that the client is given: Paho 5 does not tell its
	 * persistence
	 * @return a new instance
	 */
	SessionMqttClientPersistence create(String serverUri);

}
