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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import io.github.mqttredis.benchmarks.Addresses;
import io.github.mqttredis.benchmarks.StoreKind;
import io.github.mqttredis.benchmarks.Variant;
import io.github.mqttredis.encryption.AesGcmRecordCodec;
import io.github.mqttredis.encryption.RecordEncryptionKey;
import io.github.mqttredis.paho.v3.PersistentMqttAsyncClient;
import io.github.mqttredis.paho.v3.SessionMqttClientPersistence;
import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.session.Durability;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.RecordCodec;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import org.eclipse.paho.client.mqttv3.DisconnectedBufferOptions;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttClientPersistence;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.eclipse.paho.client.mqttv3.persist.MqttDefaultFilePersistence;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * A store, started anew for each round, and the clients that keep their sessions in it.
 */
final class StoreUnderTest implements AutoCloseable {

	private final StoreKind kind;

	private final Addresses addresses;

	private final @Nullable RedisConnectionFactory factory;

	private final @Nullable RedisSessionStore store;

	private StoreUnderTest(Variant variant, Addresses addresses) {
		this.kind = variant.store();
		this.addresses = addresses;
		this.factory = this.kind.usesRedis() ? RedisFactories.start(variant, addresses) : null;
		this.store = (this.kind.isOurs() && this.factory != null)
				? new RedisSessionStore(this.factory, settings(this.kind)) : null;
	}

	static StoreUnderTest start(Variant variant, Addresses addresses) {
		StoreUnderTest result = new StoreUnderTest(variant, addresses);
		if (result.store != null) {
			result.store.start();
		}
		else if (result.factory != null) {
			result.factory.getConnection().close();
		}
		return result;
	}

	private static StoreSettings settings(StoreKind kind) {
		return StoreSettings.defaults()
			.with((kind == StoreKind.BEFORE_SEND) ? Durability.BEFORE_SEND : Durability.BEFORE_RETURN)
			.with((kind == StoreKind.ENCRYPTED)
					? new AesGcmRecordCodec(RecordEncryptionKey.of(new byte[RecordEncryptionKey.LENGTH]), List.of(),
							false)
					: RecordCodec.PLAIN);
	}

	/**
	 * Forget all sessions, of all stores.
	 * @param addresses where they are
	 */
	static void wipe(Addresses addresses) throws IOException {
		RedisInfo.flush(addresses.redisPort());
		if (Files.exists(addresses.files())) {
			try (Stream<Path> files = Files.walk(addresses.files())) {
				for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
					Files.delete(file);
				}
			}
		}
		Files.createDirectories(addresses.files());
	}

	MqttClientPersistence persistence() {
		return switch (this.kind) {
			case MEMORY -> new MemoryPersistence();
			case FILE -> new MqttDefaultFilePersistence(this.addresses.files().toString());
			case DIRECT -> new DirectPersistence(factory());
			case BEFORE_RETURN, BEFORE_SEND, ENCRYPTED -> sessions();
		};
	}

	MqttAsyncClient client(String clientId) throws MqttException {
		return (this.store != null) ? new PersistentMqttAsyncClient(this.addresses.broker(), clientId, sessions())
				: new MqttAsyncClient(this.addresses.broker(), clientId, persistence());
	}

	/**
	 * Make a client in which messages wait while there is no broker.
	 * @param clientId its id
	 * @param size how many
	 * @return the client
	 */
	MqttAsyncClient buffering(String clientId, int size) throws MqttException {
		MqttAsyncClient client = client(clientId);
		DisconnectedBufferOptions buffer = new DisconnectedBufferOptions();
		buffer.setBufferEnabled(true);
		buffer.setPersistBuffer(true);
		buffer.setBufferSize(size);
		client.setBufferOpts(buffer);
		return client;
	}

	Session session(String clientId) throws SessionException {
		if (this.store == null) {
			throw new IllegalStateException("Not a store of ours: " + this.kind);
		}
		return this.store.open(new SessionId(clientId, "benchmarks", MqttVersion.V3));
	}

	private SessionMqttClientPersistence sessions() {
		if (this.store == null) {
			throw new IllegalStateException("Not a store of ours: " + this.kind);
		}
		return new SessionMqttClientPersistence(this.store, null);
	}

	private RedisConnectionFactory factory() {
		if (this.factory == null) {
			throw new IllegalStateException("Not in Redis: " + this.kind);
		}
		return this.factory;
	}

	@Override
	public void close() {
		if (this.store != null) {
			this.store.stop();
		}
		if (this.factory != null) {
			RedisFactories.stop(this.factory);
		}
	}

}
