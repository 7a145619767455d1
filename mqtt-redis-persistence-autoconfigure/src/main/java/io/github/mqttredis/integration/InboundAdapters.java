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

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.integration.mqtt.inbound.AbstractMqttMessageDrivenChannelAdapter;

/**
 * The inbound adapters of a client manager that may be stopped and started while the
 * application runs. An adapter asks its manager for the client when it starts, fails
 * where there is none, and keeps the client that it got: so it has to start after the
 * manager has made its client and before that connects, and to stop before the client is
 * closed.
 */
final class InboundAdapters {

	static final InboundAdapters NONE = new InboundAdapters(null, null);

	private final @Nullable ClientManager<?, ?> manager;

	private final @Nullable ListableBeanFactory beanFactory;

	/** Those that come back with the manager. */
	private final Set<AbstractMqttMessageDrivenChannelAdapter<?, ?>> stopped = new LinkedHashSet<>();

	private InboundAdapters(@Nullable ClientManager<?, ?> manager, @Nullable ListableBeanFactory beanFactory) {
		this.manager = manager;
		this.beanFactory = beanFactory;
	}

	static InboundAdapters of(ClientManager<?, ?> manager, BeanFactory beanFactory) {
		return (beanFactory instanceof ListableBeanFactory listable) ? new InboundAdapters(manager, listable) : NONE;
	}

	/** Keep those from starting with the application that would. */
	synchronized void withhold() {
		for (AbstractMqttMessageDrivenChannelAdapter<?, ?> adapter : all()) {
			if (adapter.isAutoStartup()) {
				adapter.setAutoStartup(false);
				this.stopped.add(adapter);
			}
		}
	}

	/** Start those that were withheld or stopped. */
	void start() {
		List<AbstractMqttMessageDrivenChannelAdapter<?, ?>> adapters;
		synchronized (this) {
			adapters = List.copyOf(this.stopped);
			this.stopped.clear();
		}
		adapters.forEach(AbstractMqttMessageDrivenChannelAdapter::start);
	}

	/** Stop those that run. */
	void stop() {
		for (AbstractMqttMessageDrivenChannelAdapter<?, ?> adapter : all()) {
			if (adapter.isRunning()) {
				adapter.stop();
				synchronized (this) {
					this.stopped.add(adapter);
				}
			}
		}
	}

	private List<AbstractMqttMessageDrivenChannelAdapter<?, ?>> all() {
		if (this.beanFactory == null) {
			return List.of();
		}
		return this.beanFactory.getBeansOfType(AbstractMqttMessageDrivenChannelAdapter.class, false, false)
			.values()
			.stream()
			.filter((adapter) -> Surroundings.manager(adapter) == this.manager)
			.<AbstractMqttMessageDrivenChannelAdapter<?, ?>>map((adapter) -> adapter)
			.toList();
	}

}
