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

import java.lang.reflect.Method;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.integration.mqtt.core.AbstractMqttClientManager;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.util.Assert;
import org.springframework.util.ReflectionUtils;

/**
 * Gives a client of ours to each client manager that the application defines itself,
 * before the container starts it. A manager that has a client counts as running, so the
 * container leaves it alone, adapters can start with it, and it is connected after them.
 * <p>
 * A manager whose persistence the application set, or that is excluded, is left alone.
 *
 * @param <M> the type of the managers
 * @since 0.1.0
 */
public final class ApplicationClientManagers<M extends AbstractMqttClientManager<?, ?>>
		implements DeferredClientManager, SmartLifecycle {

	private static final Method SET_CLIENT = findSetClient();

	private final ListableBeanFactory beanFactory;

	private final Class<M> type;

	private final Function<M, @Nullable Object> clients;

	private final int phase;

	/** Beans, perhaps proxies. */
	private final Queue<ClientManager<?, ?>> waiting = new ConcurrentLinkedQueue<>();

	private volatile boolean running;

	/**
	 * Create the provider of clients.
	 * @param beanFactory where the managers are
	 * @param type the type of the managers
	 * @param clients makes the client of a manager, {@code null} if that must be left
	 * alone
	 * @param phase when to make the clients: after the session store, before what uses
	 * MQTT
	 */
	public ApplicationClientManagers(ListableBeanFactory beanFactory, Class<M> type,
			Function<M, @Nullable Object> clients, int phase) {
		this.beanFactory = beanFactory;
		this.type = type;
		this.clients = clients;
		this.phase = phase;
	}

	private static Method findSetClient() {
		Method method = ReflectionUtils.findMethod(AbstractMqttClientManager.class, "setClient", Object.class);
		Assert.state(method != null, "No method 'setClient' in " + AbstractMqttClientManager.class.getName()
				+ ": this version of Spring Integration is not supported");
		ReflectionUtils.makeAccessible(method);
		return method;
	}

	@Override
	public void start() {
		this.running = true;
		this.beanFactory.getBeansOfType(ClientManager.class, false, false)
			.values()
			.stream()
			.filter((bean) -> !(bean instanceof DeferredClientManager) && bean.isAutoStartup() && !bean.isRunning())
			.forEach((bean) -> prepare(bean));
	}

	private void prepare(ClientManager<?, ?> bean) {
		Object manager = Surroundings.target(bean);
		Object client = this.type.isInstance(manager) ? this.clients.apply(this.type.cast(manager)) : null;
		if (client != null) {
			ReflectionUtils.invokeMethod(SET_CLIENT, manager, client);
			this.waiting.add(bean);
		}
	}

	@Override
	public boolean defers(Object manager) {
		return this.waiting.stream().anyMatch((bean) -> Surroundings.target(bean) == manager);
	}

	/**
	 * Nothing to do: the container starts none of the managers.
	 */
	@Override
	public void deferConnection() {
	}

	@Override
	public void connect() {
		for (ClientManager<?, ?> manager = this.waiting.poll(); manager != null; manager = this.waiting.poll()) {
			// One that the application has stopped meanwhile has no client any more.
			if (manager.isRunning()) {
				manager.start();
			}
		}
	}

	@Override
	public void stop() {
		this.running = false;
		this.waiting.clear();
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return this.phase;
	}

}
