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

package io.github.mqttredis.benchmarks.worker;

import java.util.Collections;
import java.util.Enumeration;

import org.eclipse.paho.client.mqttv3.MqttClientPersistence;
import org.eclipse.paho.client.mqttv3.MqttPersistable;
import org.eclipse.paho.client.mqttv3.MqttPersistenceException;
import org.eclipse.paho.client.mqttv3.internal.MqttPersistentData;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.core.HashOperations;
import org.springframework.data.redis.core.RedisTemplate;
import org.springframework.data.redis.serializer.RedisSerializer;

/**
 * The baseline: each call is one Redis command, as one would write it at first with
 * Spring Data. Neither leases nor batches; survives a crash of the application, and
 * little else.
 */
final class DirectPersistence implements MqttClientPersistence {

	private final RedisTemplate<String, byte[]> template = new RedisTemplate<>();

	private final HashOperations<String, String, byte[]> hash;

	private String name = "";

	DirectPersistence(RedisConnectionFactory connectionFactory) {
		this.template.setConnectionFactory(connectionFactory);
		this.template.setKeySerializer(RedisSerializer.string());
		this.template.setHashKeySerializer(RedisSerializer.string());
		this.template.setHashValueSerializer(RedisSerializer.byteArray());
		this.template.afterPropertiesSet();
		this.hash = this.template.opsForHash();
	}

	@Override
	public void open(String clientId, String serverUri) {
		this.name = "direct:" + clientId + "@" + serverUri;
	}

	@Override
	public void close() {
		// The connection is the application's.
	}

	@Override
	public void put(String key, MqttPersistable persistable) throws MqttPersistenceException {
		byte[] payload = persistable.getPayloadBytes();
		int payloadLength = (payload != null) ? persistable.getPayloadLength() : 0;
		byte[] value = new byte[persistable.getHeaderLength() + payloadLength];
		System.arraycopy(persistable.getHeaderBytes(), persistable.getHeaderOffset(), value, 0,
				persistable.getHeaderLength());
		if (payload != null) {
			System.arraycopy(payload, persistable.getPayloadOffset(), value, persistable.getHeaderLength(),
					payloadLength);
		}
		ask(() -> {
			this.hash.put(this.name, key, value);
			return true;
		});
	}

	@Override
	@SuppressWarnings("NullAway") // null says: header and payload are in one piece
	public MqttPersistable get(String key) throws MqttPersistenceException {
		byte[] value = ask(() -> this.hash.get(this.name, key));
		if (value == null) {
			throw new MqttPersistenceException();
		}
		return new MqttPersistentData(key, value, 0, value.length, null, 0, 0);
	}

	@Override
	public void remove(String key) throws MqttPersistenceException {
		ask(() -> this.hash.delete(this.name, key));
	}

	@Override
	public Enumeration<String> keys() throws MqttPersistenceException {
		var keys = ask(() -> this.hash.keys(this.name));
		return Collections.enumeration((keys != null) ? keys : Collections.emptySet());
	}

	@Override
	public void clear() throws MqttPersistenceException {
		ask(() -> this.template.delete(this.name));
	}

	@Override
	public boolean containsKey(String key) throws MqttPersistenceException {
		return Boolean.TRUE.equals(ask(() -> this.hash.hasKey(this.name, key)));
	}

	private <T> @Nullable T ask(Command<T> command) throws MqttPersistenceException {
		try {
			return command.run();
		}
		catch (DataAccessException ex) {
			throw new MqttPersistenceException(ex);
		}
	}

	private interface Command<T> {

		@Nullable T run();

	}

}
