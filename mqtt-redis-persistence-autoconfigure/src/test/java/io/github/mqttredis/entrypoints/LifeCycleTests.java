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

package io.github.mqttredis.entrypoints;

import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.mqttredis.autoconfigure.MqttRedisPersistenceAutoConfiguration;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.RedisServer;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.mockito.Answers;
import org.mockito.Mockito;
import redis.clients.jedis.Jedis;

import org.springframework.aop.ClassFilter;
import org.springframework.aop.MethodMatcher;
import org.springframework.aop.Pointcut;
import org.springframework.aop.framework.autoproxy.DefaultAdvisorAutoProxyCreator;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanDefinitionHolder;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.Scope;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.core.env.Environment;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.dsl.context.IntegrationFlowContext;
import org.springframework.integration.endpoint.AbstractEndpoint;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;
import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Does to the example of every page in {@code docs/integration} what Spring does to its
 * contexts. What the broker kept meanwhile arrives, what is published arrives, and no
 * session is owned that no client holds.
 */
class LifeCycleTests {

	private static final Set<Life> FAST = EnumSet.of(Life.STOP_START, Life.MANAGERS_RESTARTED, Life.REFRESHED);

	private static final Set<EntryPoint> FEW = EnumSet.of(EntryPoint.V3_CLIENT_MANAGER,
			EntryPoint.OWN_V5_CLIENT_MANAGER, EntryPoint.CLIENT_FACTORY, EntryPoint.V5_MESSAGE_HANDLER,
			EntryPoint.PAHO_V3);

	private RedisServer redis;

	private ArtemisBroker broker;

	@BeforeEach
	void startServers() {
		this.redis = RedisServer.start();
		this.broker = ArtemisBroker.start();
	}

	@AfterEach
	void stopServers() {
		this.broker.close();
		this.redis.close();
	}

	static Stream<Arguments> few() {
		return matrix((life, entryPoint) -> FAST.contains(life) && FEW.contains(entryPoint));
	}

	static Stream<Arguments> matrix() {
		return matrix((life, entryPoint) -> !FAST.contains(life) || !FEW.contains(entryPoint));
	}

	private static Stream<Arguments> matrix(BiPredicate<Life, EntryPoint> wanted) {
		return Arrays.stream(Life.values())
			.flatMap((life) -> Arrays.stream(EntryPoint.values())
				.filter((entryPoint) -> life.isPossible(entryPoint) && wanted.test(life, entryPoint))
				.map((entryPoint) -> Arguments.of(life, entryPoint)));
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("few")
	void whenTheApplicationIsStoppedAndStartedThenNothingIsLost(Life life, EntryPoint entryPoint) throws Exception {
		whenTheApplicationLivesThenNothingIsLostAndNothingStaysOwned(life, entryPoint);
	}

	@Tag("thorough")
	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("matrix")
	void whenTheApplicationLivesThenNothingIsLostAndNothingStaysOwned(Life life, EntryPoint entryPoint)
			throws Exception {
		try (ConfigurableApplicationContext parent = life.parent(this.redis.port());
				Outside outside = Outside.connect(this.broker.uri(), entryPoint.topic("telemetry"))) {
			ExampleApplication first = start(life, entryPoint, life.first(parent));
			exchange(entryPoint, first, outside);
			life.leave(entryPoint, first);
			assertThatNothingIsOwned();
			List<String> kept = IntStream.range(0, 5).mapToObj((number) -> "kept " + number).toList();
			if (entryPoint.receives()) {
				for (String payload : kept) {
					outside.publish(entryPoint.topic("commands"), payload, 1);
				}
			}
			ExampleApplication second = life.comeBack(entryPoint, first,
					() -> start(life, entryPoint, life.second(parent)));
			if (entryPoint.receives()) {
				Await.until("what the broker kept has arrived", () -> second.received().keySet().containsAll(kept));
				assertThat(second.received()).containsAllEntriesOf(
						kept.stream().collect(Collectors.toMap((payload) -> payload, (payload) -> 1)));
			}
			if (entryPoint.publishes()) {
				second.publish("last", 1);
				Set<String> accepted = Stream.of(first, second)
					.flatMap((application) -> application.accepted().stream())
					.collect(Collectors.toSet());
				assertThat(accepted).contains("first", "last");
				Await.until("all that was accepted arrives", () -> outside.received().keySet().containsAll(accepted));
			}
			second.shutDown();
			assertThatNothingIsOwned();
			assertThat(outside.received().entrySet()).filteredOn((entry) -> entry.getKey().endsWith("st"))
				.allSatisfy((entry) -> assertThat(entry.getValue()).isEqualTo(1));
		}
	}

	private ExampleApplication start(Life life, EntryPoint entryPoint, Consumer<SpringApplicationBuilder> customizer) {
		return ExampleApplication.start(entryPoint, this.redis.port(), this.broker.uri(), life.classLoader(),
				customizer);
	}

	private static void exchange(EntryPoint entryPoint, ExampleApplication application, Outside outside) {
		if (entryPoint.publishes()) {
			application.publish("first", 2);
			Await.until("the first message has arrived", () -> outside.received().containsKey("first"));
		}
		if (entryPoint.receives()) {
			Await.until("the application has subscribed", () -> {
				outside.publish(entryPoint.topic("commands"), "probe", 1);
				return application.received().containsKey("probe");
			});
		}
	}

	private void assertThatNothingIsOwned() {
		try (Jedis jedis = this.redis.connect()) {
			assertThat(jedis.keys("mqtt:persistence:*:lease")).isEmpty();
		}
	}

	/**
	 * What Spring does.
	 */
	enum Life {

		STOP_START {

			@Override
			void leave(EntryPoint entryPoint, ExampleApplication application) {
				application.context().stop();
			}

			@Override
			ExampleApplication comeBack(EntryPoint entryPoint, ExampleApplication application,
					Supplier<ExampleApplication> another) {
				application.context().start();
				return application;
			}

		},

		PAUSE_RESTART {

			@Override
			void leave(EntryPoint entryPoint, ExampleApplication application) {
				application.context().pause();
			}

			@Override
			ExampleApplication comeBack(EntryPoint entryPoint, ExampleApplication application,
					Supplier<ExampleApplication> another) {
				application.context().restart();
				return application;
			}

		},

		NEW_CONTEXT,

		/** As developer tools do it: the application's classes come anew. */
		NEW_CLASSES {

			@Override
			boolean isPossible(EntryPoint entryPoint) {
				// What is asked by class has another one.
				return entryPoint != EntryPoint.RUNTIME_FLOW && !entryPoint.name().startsWith("PAHO");
			}

			@Override
			ClassLoader classLoader() {
				return new RestartClassLoader();
			}

		},

		/** They are those of Java 21. */
		VIRTUAL_THREADS {

			@Override
			boolean isPossible(EntryPoint entryPoint) {
				return Runtime.version().feature() >= 21;
			}

			@Override
			Consumer<SpringApplicationBuilder> first(ConfigurableApplicationContext parent) {
				return (application) -> application.properties("spring.threads.virtual.enabled=true");
			}

		},

		LAZY {

			@Override
			Consumer<SpringApplicationBuilder> second(ConfigurableApplicationContext parent) {
				return (application) -> application.lazyInitialization(true);
			}

		},

		/** The context is that of a child, and the broker away when it is closed. */
		CHILD_CLOSED {

			@Override
			ConfigurableApplicationContext parent(int redisPort) {
				return ExampleApplication.application(Parent.class)
					.run(ExampleApplication.arguments(redisPort, Stream.empty()));
			}

			@Override
			Consumer<SpringApplicationBuilder> first(ConfigurableApplicationContext parent) {
				return (application) -> application.parent(parent);
			}

			@Override
			void leave(EntryPoint entryPoint, ExampleApplication application) {
				loseBroker(entryPoint, application);
				application.shutDown();
			}

		},

		/** By hand, while the broker is away. */
		MANAGERS_RESTARTED {

			@Override
			boolean isPossible(EntryPoint entryPoint) {
				return entryPoint.name().contains("MANAGER");
			}

			@Override
			void leave(EntryPoint entryPoint, ExampleApplication application) {
				loseBroker(entryPoint, application);
				application.context().getBean(ClientManager.class).stop();
			}

			@Override
			ExampleApplication comeBack(EntryPoint entryPoint, ExampleApplication application,
					Supplier<ExampleApplication> another) {
				application.broker().release();
				application.context().getBean(ClientManager.class).start();
				return application;
			}

		},

		/** The manager is of a scope, as with {@code @RefreshScope}, and made anew. */
		REFRESHED {

			@Override
			boolean isPossible(EntryPoint entryPoint) {
				return entryPoint.name().matches("OWN_.*_MANAGER");
			}

			@Override
			Consumer<SpringApplicationBuilder> first(ConfigurableApplicationContext parent) {
				return (application) -> application.sources(Refreshed.class);
			}

			@Override
			void leave(EntryPoint entryPoint, ExampleApplication application) {
				application.context().getBean(Refreshed.class).refresh();
			}

			@Override
			ExampleApplication comeBack(EntryPoint entryPoint, ExampleApplication application,
					Supplier<ExampleApplication> another) {
				application.context().getBean(ClientManager.class).start();
				return application;
			}

		},

		/** By hand, while the broker is away. */
		ENDPOINTS_STOPPED {

			@Override
			boolean isPossible(EntryPoint entryPoint) {
				return !entryPoint.name().contains("MANAGER") && !entryPoint.name().startsWith("PAHO");
			}

			@Override
			void leave(EntryPoint entryPoint, ExampleApplication application) {
				loseBroker(entryPoint, application);
				endpoints(application).sorted(Comparator.comparing(AbstractEndpoint::getPhase).reversed())
					.forEach(AbstractEndpoint::stop);
			}

			@Override
			ExampleApplication comeBack(EntryPoint entryPoint, ExampleApplication application,
					Supplier<ExampleApplication> another) {
				application.broker().release();
				endpoints(application).sorted(Comparator.comparing(AbstractEndpoint::getPhase))
					.forEach(AbstractEndpoint::start);
				return application;
			}

		},

		ENDPOINTS_STOPPED_BUFFERING {

			@Override
			Consumer<SpringApplicationBuilder> first(ConfigurableApplicationContext parent) {
				return (application) -> application.properties("mqtt.persistence.offline-buffer.enabled=true");
			}

			@Override
			boolean isPossible(EntryPoint entryPoint) {
				return ENDPOINTS_STOPPED.isPossible(entryPoint);
			}

			@Override
			void leave(EntryPoint entryPoint, ExampleApplication application) {
				ENDPOINTS_STOPPED.leave(entryPoint, application);
			}

			@Override
			ExampleApplication comeBack(EntryPoint entryPoint, ExampleApplication application,
					Supplier<ExampleApplication> another) {
				return ENDPOINTS_STOPPED.comeBack(entryPoint, application, another);
			}

		},

		/** The flows are registered at run time, and removed while the broker is away. */
		REMOVED {

			@Override
			boolean isPossible(EntryPoint entryPoint) {
				return entryPoint == EntryPoint.RUNTIME_FLOW || !entryPoint.name().matches(".*MANAGER|PAHO.*|XML.*");
			}

			@Override
			Consumer<SpringApplicationBuilder> first(ConfigurableApplicationContext parent) {
				return (application) -> application.sources(RegisteredFlows.class);
			}

			@Override
			void leave(EntryPoint entryPoint, ExampleApplication application) {
				loseBroker(entryPoint, application);
				application.context().getBean(RegisteredFlows.class).remove();
			}

			@Override
			ExampleApplication comeBack(EntryPoint entryPoint, ExampleApplication application,
					Supplier<ExampleApplication> another) {
				application.broker().release();
				application.context().getBean(RegisteredFlows.class).register();
				entryPoint.prepare(application.context());
				return application;
			}

		},

		/** The application has an aspect over what makes its clients. */
		PROXIED {

			@Override
			boolean isPossible(EntryPoint entryPoint) {
				return hasFactoryOrManager(entryPoint);
			}

			@Override
			Consumer<SpringApplicationBuilder> first(ConfigurableApplicationContext parent) {
				return (application) -> application.sources(Aspects.class);
			}

		},

		/** The aspect's proxy has the interfaces of the factory, and not its class. */
		PROXIED_BY_INTERFACE {

			@Override
			boolean isPossible(EntryPoint entryPoint) {
				return hasFactoryOrManager(entryPoint) && !entryPoint.name().matches("OWN.*|.*MANAGER");
			}

			@Override
			Consumer<SpringApplicationBuilder> first(ConfigurableApplicationContext parent) {
				return (application) -> application.sources(Aspects.class).properties("aspects.by-interface=true");
			}

		},

		/** A test mocks what makes the clients; then the application runs again. */
		MOCKED {

			@Override
			boolean isPossible(EntryPoint entryPoint) {
				// Half of the example has neither factory nor manager.
				return hasFactoryOrManager(entryPoint) && entryPoint != EntryPoint.JAVA_DSL;
			}

			@Override
			ExampleApplication comeBack(EntryPoint entryPoint, ExampleApplication application,
					Supplier<ExampleApplication> another) {
				Mocks.wanted = true;
				try {
					ExampleApplication mocked = another.get();
					assertThat(mocked.context().getBeansOfType(Mocks.class)).isNotEmpty();
					assertThat(mocked.broker().connections()).isZero();
					mocked.shutDown();
				}
				finally {
					Mocks.wanted = false;
				}
				return another.get();
			}

			@Override
			Consumer<SpringApplicationBuilder> second(ConfigurableApplicationContext parent) {
				return (application) -> application.sources(Mocks.class);
			}

		};

		private static boolean hasFactoryOrManager(EntryPoint entryPoint) {
			return !entryPoint.name().matches("PAHO.*|V5_MESSAGE.*|XML_V5");
		}

		boolean isPossible(EntryPoint entryPoint) {
			return true;
		}

		ConfigurableApplicationContext parent(int redisPort) {
			return null;
		}

		Consumer<SpringApplicationBuilder> first(ConfigurableApplicationContext parent) {
			return (application) -> {
			};
		}

		Consumer<SpringApplicationBuilder> second(ConfigurableApplicationContext parent) {
			return first(parent);
		}

		void leave(EntryPoint entryPoint, ExampleApplication application) {
			application.shutDown();
		}

		ExampleApplication comeBack(EntryPoint entryPoint, ExampleApplication application,
				Supplier<ExampleApplication> another) {
			return another.get();
		}

		ClassLoader classLoader() {
			return getClass().getClassLoader();
		}

		private static Stream<AbstractEndpoint> endpoints(ExampleApplication application) {
			return application.context().getBeansOfType(AbstractEndpoint.class).values().stream();
		}

		private static void loseBroker(EntryPoint entryPoint, ExampleApplication application) {
			application.broker().refuse();
			application.broker().cut();
			AtomicInteger number = new AtomicInteger();
			Await.until("it was noticed", () -> {
				if (entryPoint.publishes()) {
					try {
						application.publish(number.incrementAndGet() + " lost", 1);
					}
					catch (RuntimeException ex) {
						// That is what is waited for.
					}
				}
				return application.broker().refused() > 0;
			});
		}

	}

	/**
	 * Has the store, and no MQTT.
	 */
	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ DataRedisAutoConfiguration.class, MqttRedisPersistenceAutoConfiguration.class })
	static class Parent {

	}

	/**
	 * Loads the application's classes itself, and all others as ever.
	 */
	private static final class RestartClassLoader extends URLClassLoader {

		RestartClassLoader() {
			super(new URL[] { LifeCycleTests.class.getProtectionDomain().getCodeSource().getLocation() },
					LifeCycleTests.class.getClassLoader());
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			if (!name.matches(".*\\.entrypoints\\.\\w+Example.*|.*\\$Surroundings.*")) {
				return super.loadClass(name, resolve);
			}
			synchronized (getClassLoadingLock(name)) {
				Class<?> loaded = findLoadedClass(name);
				return (loaded != null) ? loaded : findClass(name);
			}
		}

	}

	/**
	 * Has the application's client managers in a scope that is destroyed and made anew.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Refreshed implements BeanDefinitionRegistryPostProcessor {

		private final Map<String, Object> beans = new ConcurrentHashMap<>();

		private final Map<String, Runnable> destruction = new ConcurrentHashMap<>();

		void refresh() {
			this.beans.clear();
			this.destruction.values().forEach(Runnable::run);
			this.destruction.clear();
		}

		@Override
		public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
			BeanDefinition manager = registry.getBeanDefinition("mqtt");
			manager.setScope("refresh");
			BeanDefinitionHolder proxy = ScopedProxyUtils.createScopedProxy(new BeanDefinitionHolder(manager, "mqtt"),
					registry, true);
			registry.removeBeanDefinition("mqtt");
			registry.registerBeanDefinition("mqtt", proxy.getBeanDefinition());
		}

		@Override
		public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
			beanFactory.registerScope("refresh", new Scope() {

				@Override
				public Object get(String name, ObjectFactory<?> objectFactory) {
					Object bean = Refreshed.this.beans.get(name);
					if (bean == null) {
						bean = objectFactory.getObject();
						Refreshed.this.beans.put(name, bean);
					}
					return bean;
				}

				@Override
				public Object remove(String name) {
					return Refreshed.this.beans.remove(name);
				}

				@Override
				public void registerDestructionCallback(String name, Runnable callback) {
					Refreshed.this.destruction.put(name, callback);
				}

			});
		}

	}

	/**
	 * Registers the flows of an example at run time, as if they were not its beans.
	 */
	@Configuration(proxyBeanMethods = false)
	static class RegisteredFlows
			implements BeanDefinitionRegistryPostProcessor, ApplicationListener<ContextRefreshedEvent> {

		private final Map<String, Supplier<IntegrationFlow>> flows = new LinkedHashMap<>();

		private ApplicationContext context;

		@Override
		public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
			for (String name : List.of("publish", "receive")) {
				if (registry.containsBeanDefinition(name)) {
					String example = registry.getBeanDefinition(name).getFactoryBeanName();
					registry.removeBeanDefinition(name);
					this.flows.put(name, () -> flow(example, name));
				}
			}
		}

		private IntegrationFlow flow(String example, String name) {
			Object bean = this.context.getBean(example);
			Method method = Arrays.stream(ReflectionUtils.getUniqueDeclaredMethods(bean.getClass()))
				.filter((candidate) -> candidate.getName().equals(name))
				.findFirst()
				.orElseThrow();
			ReflectionUtils.makeAccessible(method);
			return (IntegrationFlow) ReflectionUtils.invokeMethod(method, bean,
					Arrays.stream(method.getParameterTypes()).map(this.context::getBean).toArray());
		}

		@Override
		public void onApplicationEvent(ContextRefreshedEvent event) {
			if (this.context == null) {
				this.context = event.getApplicationContext();
				register();
			}
		}

		void register() {
			this.flows.forEach((name, flow) -> flows().registration(flow.get()).id(name + ".flow").register());
		}

		void remove() {
			assertThat(flows().getRegistry()).isNotEmpty();
			List.copyOf(flows().getRegistry().keySet()).forEach(flows()::remove);
		}

		private IntegrationFlowContext flows() {
			return this.context.getBean(IntegrationFlowContext.class);
		}

	}

	/**
	 * Puts mocks in the place of what makes clients, as {@code @MockitoBean} does.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Mocks implements BeanDefinitionRegistryPostProcessor {

		static boolean wanted;

		@Override
		public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
			if (wanted) {
				ListableBeanFactory beanFactory = (ListableBeanFactory) registry;
				Stream.of(ClientManager.class, MqttPahoClientFactory.class)
					.flatMap((type) -> Stream.of(beanFactory.getBeanNamesForType(type, true, false)))
					.forEach((name) -> replace(name, beanFactory.getType(name, false), registry));
			}
		}

		private static <T> void replace(String name, Class<T> type, BeanDefinitionRegistry registry) {
			registry.removeBeanDefinition(name);
			// Components ask it for connect options as they are made.
			registry.registerBeanDefinition(name,
					new RootBeanDefinition(type, () -> Mockito.mock(type, Answers.RETURNS_DEEP_STUBS)));
		}

	}

	/**
	 * Has a proxy made of what makes clients.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Aspects {

		@Bean
		static DefaultAdvisorAutoProxyCreator proxies(Environment environment) {
			DefaultAdvisorAutoProxyCreator creator = new DefaultAdvisorAutoProxyCreator();
			creator.setProxyTargetClass(!environment.containsProperty("aspects.by-interface"));
			return creator;
		}

		@Bean
		static DefaultPointcutAdvisor aspect() {
			DefaultPointcutAdvisor advisor = new DefaultPointcutAdvisor(
					(MethodInterceptor) (invocation) -> invocation.proceed());
			advisor.setPointcut(new Pointcut() {

				@Override
				public ClassFilter getClassFilter() {
					return (type) -> ClientManager.class.isAssignableFrom(type)
							|| MqttPahoClientFactory.class.isAssignableFrom(type);
				}

				@Override
				public MethodMatcher getMethodMatcher() {
					return MethodMatcher.TRUE;
				}

			});
			return advisor;
		}

	}

}
