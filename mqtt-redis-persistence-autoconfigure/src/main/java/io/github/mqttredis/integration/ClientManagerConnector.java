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

import java.util.Collection;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.SmartLifecycle;
import org.springframework.integration.mqtt.inbound.AbstractMqttMessageDrivenChannelAdapter;

/**
 * Connects client managers after the inbound adapters have started. A broker sends what a
 * kept session holds as soon as it is connected; a manager that has no adapter yet would
 * acknowledge such messages and hand them to nobody.
 *
 * @since 0.1.0
 */
public final class ClientManagerConnector implements SmartInitializingSingleton, SmartLifecycle {

	/**
	 * Before whatever polls or listens, which may want to publish.
	 */
	private static final int PHASE = Integer.MAX_VALUE / 2 - 1;

	private final ListableBeanFactory beanFactory;

	private volatile boolean running;

	/**
	 * Create the connector.
	 * @param beanFactory where the managers and the adapters are
	 */
	public ClientManagerConnector(ListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	public void afterSingletonsInstantiated() {
		managers().forEach(DeferredClientManager::deferConnection);
	}

	@Override
	public void start() {
		this.running = true;
		this.beanFactory.getBeansOfType(AbstractMqttMessageDrivenChannelAdapter.class, false, false)
			.values()
			.stream()
			.filter((adapter) -> adapter.isAutoStartup())
			.forEach((adapter) -> adapter.start());
		managers().forEach(DeferredClientManager::connect);
	}

	private Collection<DeferredClientManager> managers() {
		return this.beanFactory.getBeansOfType(DeferredClientManager.class, false, false).values();
	}

	@Override
	public void stop() {
		this.running = false;
		managers().forEach(DeferredClientManager::deferConnection);
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}
