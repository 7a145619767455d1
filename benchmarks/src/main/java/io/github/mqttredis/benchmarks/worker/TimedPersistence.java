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

import java.util.Enumeration;

import org.eclipse.paho.client.mqttv3.MqttClientPersistence;
import org.eclipse.paho.client.mqttv3.MqttPersistable;
import org.eclipse.paho.client.mqttv3.MqttPersistenceException;

/**
 * Adds up the time that one thread spends in a store.
 */
final class TimedPersistence implements MqttClientPersistence {

	private final MqttClientPersistence delegate;

	private long nanos;

	TimedPersistence(MqttClientPersistence delegate) {
		this.delegate = delegate;
	}

	long nanos() {
		return this.nanos;
	}

	@Override
	public void open(String clientId, String serverUri) throws MqttPersistenceException {
		timed(() -> {
			this.delegate.open(clientId, serverUri);
			return true;
		});
	}

	@Override
	public void close() throws MqttPersistenceException {
		timed(() -> {
			this.delegate.close();
			return true;
		});
	}

	@Override
	public void put(String key, MqttPersistable persistable) throws MqttPersistenceException {
		timed(() -> {
			this.delegate.put(key, persistable);
			return true;
		});
	}

	@Override
	public MqttPersistable get(String key) throws MqttPersistenceException {
		return timed(() -> this.delegate.get(key));
	}

	@Override
	public void remove(String key) throws MqttPersistenceException {
		timed(() -> {
			this.delegate.remove(key);
			return true;
		});
	}

	@Override
	@SuppressWarnings("unchecked") // Paho's interface has no type here
	public Enumeration<String> keys() throws MqttPersistenceException {
		return timed(this.delegate::keys);
	}

	@Override
	public void clear() throws MqttPersistenceException {
		timed(() -> {
			this.delegate.clear();
			return true;
		});
	}

	@Override
	public boolean containsKey(String key) throws MqttPersistenceException {
		return timed(() -> this.delegate.containsKey(key));
	}

	private <T> T timed(Call<T> call) throws MqttPersistenceException {
		long start = System.nanoTime();
		try {
			return call.run();
		}
		finally {
			this.nanos += System.nanoTime() - start;
		}
	}

	private interface Call<T> {

		T run() throws MqttPersistenceException;

	}

}
