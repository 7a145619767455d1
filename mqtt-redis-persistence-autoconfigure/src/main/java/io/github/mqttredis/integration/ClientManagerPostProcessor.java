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
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

import io.github.mqttredis.session.SessionStore;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.mqtt.core.AbstractMqttClientManager;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.integration.mqtt.core.MqttComponent;
import org.springframework.integration.mqtt.inbound.AbstractMqttMessageDrivenChannelAdapter;
import org.springframework.util.Assert;
import org.springframework.util.ReflectionUtils;

/**
 * Gives a client of ours to each client manager, before the container starts it. A
 * manager that has a client counts as running, so the container leaves it alone, adapters
 * can start with it, and it is connected after them, by {@link Connector}. All MQTT
 * components start after this and the session store, and stop before.
 * <p>
 * A manager that the application defines itself is given a persistence as well: if it is
 * started by hand, it makes a client of Paho's. A manager whose persistence the
 * application set, or that is excluded, is left alone.
 *
 * @since 0.1.0
 */
public final class ClientManagerPostProcessor implements BeanPostProcessor, SmartLifecycle {

	private static final Method SET_CLIENT = findSetClient();

	private final ConfigurableListableBeanFactory beanFactory;

	private final ObjectProvider<PahoVersion> versions;

	private final ObjectProvider<ExcludedBeans> excluded;

	private final boolean inject;

	private final int phase;

	/** Beans, perhaps proxies. */
	private final Queue<ClientManager<?, ?>> waiting = new ConcurrentLinkedQueue<>();

	private volatile boolean running;

	/**
	 * Create the post-processor.
	 * @param beanFactory where the managers are
	 * @param versions the versions of Paho that are there, asked for as late as possible
	 * @param excluded the beans that are left alone
	 * @param inject whether to serve the managers that the application defines itself
	 * @param phase when to make clients: after the session store, before what uses MQTT
	 */
	public ClientManagerPostProcessor(ConfigurableListableBeanFactory beanFactory, ObjectProvider<PahoVersion> versions,
			ObjectProvider<ExcludedBeans> excluded, boolean inject, int phase) {
		this.beanFactory = beanFactory;
		this.versions = versions;
		this.excluded = excluded;
		this.inject = inject;
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
	public Object postProcessBeforeInitialization(Object bean, String beanName) {
		if (this.inject && bean instanceof AbstractMqttClientManager<?, ?> manager) {
			PahoVersion version = version(manager);
			if (version != null && !version.isOurs(manager) && !this.excluded.getObject().leaves(manager, beanName)) {
				ComponentFields.setPersistence(manager, version.createPersistence(manager.getUrl()));
			}
		}
		return bean;
	}

	/**
	 * Make every MQTT component a dependent of the session store, so that it starts after
	 * the store and stops before the store releases its leases and Redis closes. Their
	 * phases alone do not say so: a Redis connection factory sits in the same phase as an
	 * outbound handler, and the container stops that phase in no order but that of
	 * dependencies. A client manager moreover starts as early as a flow that uses it, and
	 * wants to be given its client before; and a flow starts its components itself, so
	 * that it depends on the store as well.
	 */
	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof MqttComponent<?>) {
			dependOnStore(beanName);
			for (String whole : this.beanFactory.getDependenciesForBean(beanName)) {
				// A flow that is registered at run time is no bean yet.
				if (!this.beanFactory.containsBean(whole)
						|| this.beanFactory.isTypeMatch(whole, IntegrationFlow.class)) {
					dependOnStore(whole);
				}
			}
		}
		return bean;
	}

	private void dependOnStore(String beanName) {
		Stream.of(SessionStore.class, ClientManagerPostProcessor.class)
			.flatMap((type) -> Stream.of(this.beanFactory.getBeanNamesForType(type, true, false)))
			.forEach((dependency) -> this.beanFactory.registerDependentBean(dependency, beanName));
	}

	private @Nullable PahoVersion version(Object manager) {
		return this.versions.stream().filter((version) -> version.isManager(manager)).findFirst().orElse(null);
	}

	@Override
	public void start() {
		this.running = true;
		this.versions.forEach((version) -> version.openSessions(this.beanFactory));
		this.beanFactory.getBeansOfType(ClientManager.class, false, false)
			.values()
			.stream()
			.filter((bean) -> bean.isAutoStartup() && !bean.isRunning())
			.forEach((bean) -> prepare(bean));
	}

	private void prepare(ClientManager<?, ?> bean) {
		if (ComponentFields.target(bean) instanceof AbstractMqttClientManager<?, ?> manager) {
			PahoVersion version = version(manager);
			if (version != null
					&& (version.isOurs(manager) || this.inject && ComponentFields.hasOurPersistence(manager))) {
				ReflectionUtils.invokeMethod(SET_CLIENT, manager, version.createClient(manager));
				this.waiting.add(bean);
			}
		}
	}

	private boolean isWaiting(@Nullable Object manager) {
		return this.waiting.stream().anyMatch((bean) -> ComponentFields.target(bean) == manager);
	}

	private void connect() {
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

	/**
	 * Connects client managers after the inbound adapters have started. A broker sends
	 * what a kept session holds as soon as it is connected; a manager that has no adapter
	 * yet would acknowledge such messages and hand them to nobody.
	 */
	public static final class Connector implements SmartLifecycle, ApplicationListener<ContextRefreshedEvent> {

		private static final Log logger = LogFactory.getLog(Connector.class);

		/** Before whatever polls or listens, which may want to publish. */
		private static final int PHASE = Integer.MAX_VALUE / 2 - 1;

		private final ListableBeanFactory beanFactory;

		private final ClientManagerPostProcessor managers;

		private volatile boolean running;

		/**
		 * Create the connector.
		 * @param beanFactory where the managers and the adapters are
		 * @param managers knows the managers that wait
		 */
		public Connector(ListableBeanFactory beanFactory, ClientManagerPostProcessor managers) {
			this.beanFactory = beanFactory;
			this.managers = managers;
		}

		@Override
		public void start() {
			this.running = true;
			ManagerLifecycle.adapters(this.beanFactory)
				.filter(AbstractMqttMessageDrivenChannelAdapter::isAutoStartup)
				.filter((adapter) -> this.managers.isWaiting(ComponentFields.manager(adapter)))
				.forEach(AbstractMqttMessageDrivenChannelAdapter::start);
			this.managers.connect();
		}

		/**
		 * Say so if adapters of a child context have come too late. Nobody can know
		 * before that there will be a child.
		 */
		@Override
		public void onApplicationEvent(ContextRefreshedEvent event) {
			Set<Object> managers = Collections.newSetFromMap(new IdentityHashMap<>());
			this.beanFactory.getBeansOfType(ClientManager.class, false, false)
				.values()
				.forEach((manager) -> managers.add(ComponentFields.target(manager)));
			ApplicationContext context = event.getApplicationContext();
			if (this.running && context.getAutowireCapableBeanFactory() != this.beanFactory) {
				ManagerLifecycle.adapters(context)
					.filter((adapter) -> managers.contains(ComponentFields.manager(adapter)))
					.forEach((adapter) -> warn(adapter, context));
			}
		}

		private static void warn(AbstractMqttMessageDrivenChannelAdapter<?, ?> adapter, ApplicationContext context) {
			logger.warn("MQTT adapter '" + adapter.getBeanName() + "' of the child context '" + context.getDisplayName()
					+ "' was started after the client manager of the parent context had connected: what the broker kept"
					+ " for it was acknowledged and handed to nobody. Define the manager and its adapters in one context,"
					+ " or start the manager when the adapters have started");
		}

		@Override
		public void stop() {
			this.running = false;
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

}
