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

import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.Lock;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.github.mqttredis.session.SessionStore;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AbstractAdvisingBeanPostProcessor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopConfigException;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.NameMatchMethodPointcut;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.DestructionAwareBeanPostProcessor;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.mqtt.core.AbstractMqttClientManager;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.integration.mqtt.core.MqttComponent;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;
import org.springframework.integration.mqtt.inbound.AbstractMqttMessageDrivenChannelAdapter;
import org.springframework.util.ReflectionUtils;

/**
 * Gives each client manager, whenever it starts, a new client of ours with its own
 * persistence.
 * <p>
 * At application start, it does so before the container starts the manager. A manager
 * that has a client counts as running: the container does not start it, adapters can
 * start with it, and {@link Connector} connects it after them. All MQTT components start
 * after this and the session store, and stop before.
 * <p>
 * A manager may also be stopped and started while the application runs. An adapter asks
 * it for the client when the adapter starts, fails if there is none, and keeps the client
 * that it got. So adapters start after the manager has made its client and before that
 * client connects, and they stop before the client is closed.
 *
 * @since 0.1.0
 */
public final class ClientManagers implements SmartInitializingSingleton, SmartLifecycle {

	/**
	 * How long stopping waits for what is in flight, unless the application says it of a
	 * client manager. Spring Integration's 30 s pass in full while the broker does not
	 * answer, and the messages are safe in Redis.
	 */
	static final long QUIESCENT_MILLIS = 1000;

	private static final Log logger = LogFactory.getLog(ClientManagers.class);

	private final ConfigurableListableBeanFactory beanFactory;

	private final List<PahoVersion> versions;

	private final IntegrationSettings settings;

	/** Beans, perhaps proxies. */
	private final Queue<ClientManager<?, ?>> waiting = new ConcurrentLinkedQueue<>();

	/** The adapters that come back with their manager. */
	private final Set<AbstractMqttMessageDrivenChannelAdapter<?, ?>> stopped = Collections
		.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

	private volatile boolean running;

	ClientManagers(ConfigurableListableBeanFactory beanFactory, ObjectProvider<PahoVersion> versions,
			IntegrationSettings settings) {
		this.beanFactory = beanFactory;
		this.versions = versions.orderedStream().toList();
		this.settings = settings;
	}

	/**
	 * Return whether the clients of a manager are ours from now on. It gets a persistence
	 * as well: if somebody starts it behind its proxy, it makes a client of Paho's.
	 */
	private boolean adopt(Object bean, String beanName) {
		// What has no client id is a mock.
		if (!(ComponentFields.target(bean) instanceof AbstractMqttClientManager<?, ?> manager)
				|| manager.getClientId() == null || this.settings.leaves(manager, beanName)) {
			return false;
		}
		PahoVersion version = version(manager);
		if (manager instanceof IntegrationSettings.FromProperties) {
			manager.setQuiescentTimeout(QUIESCENT_MILLIS);
		}
		if (version != null) {
			ComponentFields.setPersistence(manager, version.createPersistence(manager.getUrl()));
		}
		return version != null;
	}

	private @Nullable PahoVersion version(Object manager) {
		return this.versions.stream().filter((version) -> version.isManager(manager)).findFirst().orElse(null);
	}

	/** Keep adapters from starting with the application if their manager does not. */
	@Override
	public void afterSingletonsInstantiated() {
		managers().filter((bean) -> !bean.isAutoStartup())
			.map(this::adopted)
			.flatMap(Stream::ofNullable)
			.flatMap(this::adapters)
			.filter(AbstractMqttMessageDrivenChannelAdapter::isAutoStartup)
			.forEach((adapter) -> {
				adapter.setAutoStartup(false);
				this.stopped.add(adapter);
			});
	}

	@Override
	public void start() {
		this.running = true;
		this.versions.forEach((version) -> version.openSessions(this.beanFactory));
		managers().filter((bean) -> bean.isAutoStartup() && !bean.isRunning()).forEach((bean) -> {
			AbstractMqttClientManager<?, ?> manager = adopted(bean);
			if (manager != null) {
				makeClient(manager);
				this.waiting.add(bean);
			}
		});
	}

	private Stream<ClientManager<?, ?>> managers() {
		return this.beanFactory.getBeansOfType(ClientManager.class, false, false)
			.values()
			.stream()
			.map((manager) -> (ClientManager<?, ?>) manager);
	}

	private @Nullable AbstractMqttClientManager<?, ?> adopted(ClientManager<?, ?> bean) {
		return (ComponentFields.target(bean) instanceof AbstractMqttClientManager<?, ?> manager
				&& version(manager) != null && ComponentFields.hasOurPersistence(manager)) ? manager : null;
	}

	private void makeClient(AbstractMqttClientManager<?, ?> manager) {
		if (manager.getClient() == null) {
			IntegrationMembers.setClient(manager, Objects.requireNonNull(version(manager)).createClient(manager));
		}
	}

	/** Start, stop or ask a manager that has a proxy of ours. */
	private @Nullable Object call(MethodInvocation invocation) throws Throwable {
		AbstractMqttClientManager<?, ?> manager = (AbstractMqttClientManager<?, ?>) ComponentFields
			.target(Objects.requireNonNull(invocation.getThis()));
		return switch (invocation.getMethod().getName()) {
			case "start" -> start(manager, invocation);
			case "stop" -> {
				stopAdapters(manager);
				yield invocation.proceed();
			}
			default -> Objects.requireNonNull(version(manager))
				.clientFor(manager, invocation.proceed(), () -> present(manager).getClient());
		};
	}

	/** Return a manager, or that which its scope has now. */
	private ClientManager<?, ?> present(AbstractMqttClientManager<?, ?> manager) {
		Object bean = this.beanFactory.containsBean(manager.getBeanName())
				? ComponentFields.target(this.beanFactory.getBean(manager.getBeanName())) : manager;
		return (bean instanceof ClientManager<?, ?> present) ? present : manager;
	}

	private @Nullable Object start(AbstractMqttClientManager<?, ?> manager, MethodInvocation connect) throws Throwable {
		// Adapters are started without the lock: they wait for the broker.
		Lock lock = (Lock) Objects.requireNonNull(ComponentFields.field(manager, "lock"));
		if (manager.getClient() == null) {
			// They may have been those of a manager in whose place this one has come.
			stopAdapters(manager);
		}
		lock.lock();
		try {
			makeClient(manager);
		}
		finally {
			lock.unlock();
		}
		adapters(manager).filter(this.stopped::remove).forEach(AbstractMqttMessageDrivenChannelAdapter::start);
		lock.lock();
		try {
			// There is none if the manager was stopped meanwhile.
			return (manager.getClient() != null) ? connect.proceed() : null;
		}
		finally {
			lock.unlock();
		}
	}

	private void stopAdapters(AbstractMqttClientManager<?, ?> manager) {
		adapters(manager).filter(AbstractMqttMessageDrivenChannelAdapter::isRunning).forEach((adapter) -> {
			adapter.stop();
			this.stopped.add(adapter);
		});
	}

	private Stream<AbstractMqttMessageDrivenChannelAdapter<?, ?>> adapters(Object manager) {
		return adapters(this.beanFactory).filter((adapter) -> ComponentFields.manager(adapter) == manager);
	}

	private static Stream<AbstractMqttMessageDrivenChannelAdapter<?, ?>> adapters(ListableBeanFactory beanFactory) {
		return beanFactory.getBeansOfType(AbstractMqttMessageDrivenChannelAdapter.class, false, false)
			.values()
			.stream()
			.map((adapter) -> (AbstractMqttMessageDrivenChannelAdapter<?, ?>) adapter);
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

	/** After the session store and what tells of it, before what uses MQTT. */
	@Override
	public int getPhase() {
		return SessionStore.PHASE + 2;
	}

	/**
	 * Makes proxies for client managers, which start and stop them as said above. One
	 * whose class or methods are final has none, and a log line says so: its client is
	 * ours as the application starts, and Paho's with our persistence if the manager is
	 * started by hand. Shows all MQTT components and client factories to the
	 * {@link ComponentChecker}, also those of flows that are registered at run time.
	 */
	public static final class PostProcessor extends AbstractServingPostProcessor
			implements DestructionAwareBeanPostProcessor {

		private static final long serialVersionUID = 1L;

		private final transient ConfigurableListableBeanFactory beanFactory;

		private final transient ObjectProvider<ClientManagers> managers;

		private final transient ObjectProvider<ComponentChecker> checker;

		PostProcessor(ConfigurableListableBeanFactory beanFactory, ObjectProvider<ClientManagers> managers,
				ObjectProvider<ComponentChecker> checker) {
			super(ClientManager.class, (invocation) -> managers.getObject().call(invocation), "start", "stop",
					"getClient");
			IntegrationMembers.check();
			this.beanFactory = beanFactory;
			this.managers = managers;
			this.checker = checker;
		}

		@Override
		public Object postProcessBeforeInitialization(Object bean, String beanName) {
			if (isChecked(bean)) {
				this.checker.getObject().found(bean, beanName);
			}
			return bean;
		}

		@Override
		public Object postProcessAfterInitialization(Object bean, String beanName) {
			if (bean instanceof MqttComponent<?>) {
				dependOnStore(beanName);
			}
			if (!isChecked(bean)) {
				return bean;
			}
			Object served = serve(bean, beanName);
			this.checker.getObject().complete(served);
			return served;
		}

		/** The proxy of a scope must not ask for what is in it. */
		private static boolean isChecked(Object bean) {
			return (bean instanceof MqttComponent || bean instanceof MqttPahoClientFactory)
					&& !(bean instanceof AopInfrastructureBean);
		}

		private Object serve(Object bean, String beanName) {
			if (!(bean instanceof ClientManager<?, ?>) || !this.managers.getObject().adopt(bean, beanName)) {
				return bean;
			}
			return serve(bean, beanName,
					(reason) -> ClientManagers.logger.warn("The MQTT client manager '" + beanName
							+ "' has no proxy, because " + reason + ": if the application stops and starts it, "
							+ "it gets a client of Paho's own, which its adapters do not use. Make its class "
							+ "and methods non-final"));
		}

		/**
		 * Make an MQTT component a dependent of the session store, so that it starts
		 * after the store and stops before the store releases its leases and Redis
		 * closes. Their phases alone do not say so: a Redis connection factory sits in
		 * the same phase as an outbound handler, and the container stops that phase in no
		 * order but that of dependencies. A client manager moreover starts as early as a
		 * flow that uses it, and wants to be given its client before; and a flow starts
		 * its components itself, so that it depends on the store as well.
		 */
		private void dependOnStore(String beanName) {
			registerDependent(beanName);
			for (String whole : this.beanFactory.getDependenciesForBean(beanName)) {
				// A flow that is registered at run time is no bean yet.
				if (!this.beanFactory.containsBean(whole)
						|| this.beanFactory.isTypeMatch(whole, IntegrationFlow.class)) {
					registerDependent(whole);
				}
			}
		}

		private void registerDependent(String beanName) {
			Stream.of(SessionStore.class, ClientManagers.class)
				.flatMap((type) -> Stream.of(this.beanFactory.getBeanNamesForType(type, true, false)))
				.forEach((dependency) -> this.beanFactory.registerDependentBean(dependency, beanName));
		}

		@Override
		public boolean requiresDestruction(Object bean) {
			return isChecked(bean);
		}

		/** Whoever removes a manager has not stopped it. */
		@Override
		public void postProcessBeforeDestruction(Object bean, String beanName) {
			if (bean instanceof AbstractMqttClientManager<?, ?> manager && manager.isRunning()
					&& this.managers.getObject().adopted(manager) != null) {
				manager.stop();
			}
			this.checker.getObject().gone(bean);
		}

	}

	/**
	 * Connects client managers after the inbound adapters have started. A broker sends
	 * what a kept session holds as soon as it is connected; a manager that has no adapter
	 * yet would acknowledge such messages and hand them to nobody.
	 */
	public static final class Connector implements SmartLifecycle, ApplicationListener<ContextRefreshedEvent> {

		/** Before whatever polls or listens, which may want to publish. */
		private static final int PHASE = Integer.MAX_VALUE / 2 - 1;

		private final ClientManagers managers;

		private volatile boolean running;

		Connector(ClientManagers managers) {
			this.managers = managers;
		}

		@Override
		public void start() {
			this.running = true;
			Queue<ClientManager<?, ?>> waiting = this.managers.waiting;
			waiting.stream()
				.flatMap((manager) -> this.managers.adapters(ComponentFields.target(manager)))
				.filter(AbstractMqttMessageDrivenChannelAdapter::isAutoStartup)
				.forEach(AbstractMqttMessageDrivenChannelAdapter::start);
			for (ClientManager<?, ?> manager = waiting.poll(); manager != null; manager = waiting.poll()) {
				// One that the application has stopped meanwhile has no client any more.
				if (manager.isRunning()) {
					manager.start();
				}
			}
		}

		/** Say so if adapters of a child context, which nobody foresees, are late. */
		@Override
		public void onApplicationEvent(ContextRefreshedEvent event) {
			List<Object> ours = this.managers.managers().map(ComponentFields::target).toList();
			ApplicationContext context = event.getApplicationContext();
			if (this.running && context.getAutowireCapableBeanFactory() != this.managers.beanFactory) {
				adapters(context).filter((adapter) -> ours.contains(ComponentFields.manager(adapter)))
					.forEach((adapter) -> logger.warn("MQTT adapter '" + adapter.getBeanName()
							+ "' of the child context '" + context.getDisplayName()
							+ "' started after the client manager of the parent context had connected: messages that "
							+ "the broker kept for it were acknowledged but not delivered. Define the manager and "
							+ "its adapters in one context, or start the manager after the adapters"));
			}
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

	/** Makes proxies that keep the type of a bean, by which it is injected. */
	abstract static class AbstractServingPostProcessor extends AbstractAdvisingBeanPostProcessor {

		private static final long serialVersionUID = 1L;

		/** The type is an interface, because one proxy may stand for another one. */
		AbstractServingPostProcessor(Class<?> type, MethodInterceptor interceptor, String... methods) {
			NameMatchMethodPointcut pointcut = new NameMatchMethodPointcut();
			pointcut.setMappedNames(methods);
			pointcut.setClassFilter(type::isAssignableFrom);
			this.advisor = new DefaultPointcutAdvisor(pointcut, interceptor);
			this.beforeExistingAdvisors = true;
			setProxyTargetClass(true);
		}

		/** Return a bean's proxy, or the bean and the reason why it has none. */
		Object serve(Object bean, String beanName, Consumer<String> unserved) {
			String reason = "its class or one of its methods is final";
			try {
				if (Proxy.isProxyClass(bean.getClass()) && bean instanceof Advised proxy && !proxy.isFrozen()) {
					// Nothing is too final for it.
					proxy.addAdvisor(0, Objects.requireNonNull(this.advisor));
					return bean;
				}
				Object served = super.postProcessAfterInitialization(bean, beanName);
				if (served instanceof Advised proxy && proxy.indexOf(Objects.requireNonNull(this.advisor)) >= 0) {
					return served;
				}
			}
			catch (AopConfigException ex) {
				reason = String.valueOf(ex.getMessage());
			}
			unserved.accept(reason);
			return bean;
		}

		/** A final method would run on the proxy, whose fields are empty. */
		@Override
		protected boolean isEligible(Class<?> targetClass) {
			return super.isEligible(targetClass) && !Modifier.isFinal(targetClass.getModifiers())
					&& Arrays.stream(ReflectionUtils.getAllDeclaredMethods(targetClass))
						.filter((method) -> method.getDeclaringClass() != Object.class)
						.map((method) -> method.getModifiers() & (Modifier.FINAL | Modifier.PRIVATE | Modifier.STATIC))
						.noneMatch((modifiers) -> modifiers == Modifier.FINAL);
		}

	}

}
