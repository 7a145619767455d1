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

import java.util.concurrent.locks.Lock;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.integration.mqtt.core.ClientManager;

/**
 * When a client manager of ours makes its client, starts its inbound adapters and
 * connects: the same for both versions of MQTT.
 */
final class ManagerLifecycle {

	/**
	 * That of Spring Integration's manager, which guards its client, and here whether the
	 * connection is deferred. Adapters are started without it: they wait for the broker.
	 */
	private final Lock lock;

	private InboundAdapters adapters = InboundAdapters.NONE;

	private boolean autoStartup = true;

	private boolean connectionDeferred;

	ManagerLifecycle(Lock lock) {
		this.lock = lock;
	}

	void serve(ClientManager<?, ?> manager, BeanFactory beanFactory) {
		this.adapters = InboundAdapters.of(manager, beanFactory);
	}

	void setAutoStartup(boolean autoStartup) {
		this.autoStartup = autoStartup;
	}

	boolean isAutoStartup() {
		return this.autoStartup;
	}

	void deferConnection() {
		this.connectionDeferred = true;
		if (!this.autoStartup) {
			this.adapters.withhold();
		}
	}

	/**
	 * Start the manager, unless it is not to connect yet.
	 * @param manager what is started
	 * @param makeClient makes its client
	 * @param connect connects the client that it finds
	 */
	void start(ClientManager<?, ?> manager, Runnable makeClient, Runnable connect) {
		this.lock.lock();
		try {
			if (manager.getClient() == null) {
				makeClient.run();
			}
			if (this.connectionDeferred) {
				return;
			}
		}
		finally {
			this.lock.unlock();
		}
		this.adapters.start();
		this.lock.lock();
		try {
			// There is none if the manager was stopped meanwhile.
			if (manager.getClient() != null) {
				connect.run();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	void stopAdapters() {
		this.adapters.stop();
	}

	/**
	 * Let the manager connect.
	 * @param manager whose connection was deferred
	 */
	void connect(ClientManager<?, ?> manager) {
		boolean wanted;
		this.lock.lock();
		try {
			wanted = this.connectionDeferred && manager.isRunning();
			this.connectionDeferred = false;
		}
		finally {
			this.lock.unlock();
		}
		if (wanted) {
			manager.start();
		}
	}

}
