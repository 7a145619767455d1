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

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.integration.mqtt.inbound.AbstractMqttMessageDrivenChannelAdapter;

/**
 * When a client manager of ours makes its client, starts its inbound adapters and
 * connects: the same for both versions of MQTT.
 * <p>
 * A manager may be stopped and started while the application runs. An adapter asks it for
 * the client when it starts, fails if there is none, and keeps the client that it got: so
 * it has to start after the manager has made its client and before that connects, and to
 * stop before the client is closed.
 */
final class ManagerLifecycle {

	/**
	 * That of Spring Integration's manager, which guards its client. Adapters are started
	 * without it: they wait for the broker.
	 */
	private final Lock lock;

	private @Nullable ListableBeanFactory beanFactory;

	private boolean autoStartup = true;

	/** The adapters that come back with the manager. Guards itself. */
	private final Set<AbstractMqttMessageDrivenChannelAdapter<?, ?>> stopped = new LinkedHashSet<>();

	ManagerLifecycle(Lock lock) {
		this.lock = lock;
	}

	void setBeanFactory(BeanFactory beanFactory) {
		this.beanFactory = (beanFactory instanceof ListableBeanFactory listable) ? listable : null;
	}

	void setAutoStartup(boolean autoStartup) {
		this.autoStartup = autoStartup;
	}

	boolean isAutoStartup() {
		return this.autoStartup;
	}

	/** Keep adapters from starting with the application if their manager does not. */
	void withholdAdapters(ClientManager<?, ?> manager) {
		if (!this.autoStartup) {
			adapters(manager).filter(AbstractMqttMessageDrivenChannelAdapter::isAutoStartup).forEach((adapter) -> {
				adapter.setAutoStartup(false);
				remember(adapter);
			});
		}
	}

	void start(ClientManager<?, ?> manager, Runnable makeClient, Runnable connect) {
		locked(() -> {
			if (manager.getClient() == null) {
				makeClient.run();
			}
		});
		List<AbstractMqttMessageDrivenChannelAdapter<?, ?>> adapters;
		synchronized (this.stopped) {
			adapters = List.copyOf(this.stopped);
			this.stopped.clear();
		}
		adapters.forEach(AbstractMqttMessageDrivenChannelAdapter::start);
		locked(() -> {
			// There is none if the manager was stopped meanwhile.
			if (manager.getClient() != null) {
				connect.run();
			}
		});
	}

	private void locked(Runnable action) {
		this.lock.lock();
		try {
			action.run();
		}
		finally {
			this.lock.unlock();
		}
	}

	void stopAdapters(ClientManager<?, ?> manager) {
		adapters(manager).filter(AbstractMqttMessageDrivenChannelAdapter::isRunning).forEach((adapter) -> {
			adapter.stop();
			remember(adapter);
		});
	}

	private void remember(AbstractMqttMessageDrivenChannelAdapter<?, ?> adapter) {
		synchronized (this.stopped) {
			this.stopped.add(adapter);
		}
	}

	private Stream<AbstractMqttMessageDrivenChannelAdapter<?, ?>> adapters(ClientManager<?, ?> manager) {
		return (this.beanFactory == null) ? Stream.empty()
				: adapters(this.beanFactory).filter((adapter) -> ComponentFields.manager(adapter) == manager);
	}

	static Stream<AbstractMqttMessageDrivenChannelAdapter<?, ?>> adapters(ListableBeanFactory beanFactory) {
		return beanFactory.getBeansOfType(AbstractMqttMessageDrivenChannelAdapter.class, false, false)
			.values()
			.stream()
			.map((adapter) -> (AbstractMqttMessageDrivenChannelAdapter<?, ?>) adapter);
	}

}
