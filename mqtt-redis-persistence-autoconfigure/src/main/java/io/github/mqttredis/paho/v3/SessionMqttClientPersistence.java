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

package io.github.mqttredis.paho.v3;

import java.util.Enumeration;

import io.github.mqttredis.session.SessionStore;
import org.eclipse.paho.client.mqttv3.MqttClientPersistence;
import org.eclipse.paho.client.mqttv3.MqttPersistable;
import org.eclipse.paho.client.mqttv3.MqttPersistenceException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the session of one Paho 3 client in a {@link SessionStore}.
 *
 * @since 0.1.0
 */
public final class SessionMqttClientPersistence implements MqttClientPersistence {

	public SessionMqttClientPersistence(SessionStore store, @Nullable String brokerId) {
	}

	@Override
	public void open(String clientId, String serverUri) throws MqttPersistenceException {
	}

	@Override
	public void close() {
	}

	@Override
	public void put(String key, MqttPersistable persistable) throws MqttPersistenceException {
	}

	@Override
	public MqttPersistable get(String key) throws MqttPersistenceException {
		throw new MqttPersistenceException();
	}

	@Override
	public void remove(String key) {
	}

	@Override
	public Enumeration<String> keys() throws MqttPersistenceException {
		throw new MqttPersistenceException();
	}

	@Override
	public void clear() throws MqttPersistenceException {
	}

	@Override
	public boolean containsKey(String key) throws MqttPersistenceException {
		throw new MqttPersistenceException();
	}

}
