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
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.integration.mqtt.inbound.AbstractMqttMessageDrivenChannelAdapter;

/**
 * Connects client managers after the inbound adapters have started. A broker sends what a
 * kept session holds as soon as it is connected; a manager that has no adapter yet would
 * acknowledge such messages and hand them to nobody.
 *
 * @since 0.1.0
 */
public final class ClientManagerConnector
		implements SmartInitializingSingleton, SmartLifecycle, ApplicationListener<ContextRefreshedEvent> {

	private static final Log logger = LogFactory.getLog(ClientManagerConnector.class);

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
		Collection<DeferredClientManager> managers = managers();
		adapters(this.beanFactory)
			.filter((adapter) -> adapter.isAutoStartup() && isDeferred(Surroundings.manager(adapter), managers))
			.forEach(AbstractMqttMessageDrivenChannelAdapter::start);
		managers.forEach(DeferredClientManager::connect);
	}

	private static boolean isDeferred(@Nullable Object manager, Collection<DeferredClientManager> managers) {
		return manager != null && managers.stream().anyMatch((deferred) -> deferred.defers(manager));
	}

	private static Stream<AbstractMqttMessageDrivenChannelAdapter<?, ?>> adapters(ListableBeanFactory beanFactory) {
		return beanFactory.getBeansOfType(AbstractMqttMessageDrivenChannelAdapter.class, false, false)
			.values()
			.stream()
			.map((adapter) -> (AbstractMqttMessageDrivenChannelAdapter<?, ?>) adapter);
	}

	/**
	 * Say so if adapters of a child context have come too late. Nobody can know before
	 * that there will be a child.
	 */
	@Override
	public void onApplicationEvent(ContextRefreshedEvent event) {
		Set<Object> managers = Collections.newSetFromMap(new IdentityHashMap<>());
		this.beanFactory.getBeansOfType(ClientManager.class, false, false)
			.values()
			.forEach((manager) -> managers.add(Surroundings.target(manager)));
		ApplicationContext context = event.getApplicationContext();
		if (this.running && context.getAutowireCapableBeanFactory() != this.beanFactory) {
			adapters(context).filter((adapter) -> managers.contains(Surroundings.manager(adapter)))
				.forEach((adapter) -> warn(adapter, context));
		}
	}

	private static void warn(AbstractMqttMessageDrivenChannelAdapter<?, ?> adapter, ApplicationContext context) {
		logger.warn("MQTT adapter '" + adapter.getBeanName() + "' of the child context '" + context.getDisplayName()
				+ "' was started after the client manager of the parent context had connected: what the broker kept"
				+ " for it was acknowledged and handed to nobody. Define the manager and its adapters in one context,"
				+ " or start the manager when the adapters have started");
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
