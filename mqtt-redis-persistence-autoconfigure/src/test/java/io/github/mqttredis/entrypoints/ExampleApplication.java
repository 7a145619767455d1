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

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.Load;

import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.util.ClassUtils;

/**
 * An example that runs as an application, with the {@code application.yml} of its page,
 * and what it has received. Once it is closed, nothing of it reaches anybody.
 */
final class ExampleApplication implements AutoCloseable {

	/**
	 * What comes after the {@code application.yml}: the servers of the test, and a short
	 * lease. The address of the broker is another one for each application, so that the
	 * one before is cut off for good.
	 */
	private static final List<String> SETTINGS = List.of("spring.data.redis.host=127.0.0.1",
			"mqtt.persistence.broker-id=broker", "mqtt.persistence.lease.ttl=" + Load.seconds(1),
			"mqtt.persistence.write-timeout=" + Load.seconds(5));

	private final Map<String, Integer> received = new ConcurrentHashMap<>();

	private final Set<String> accepted = ConcurrentHashMap.newKeySet();

	private final CountDownLatch dead = new CountDownLatch(1);

	private final FaultyLink redis;

	private final FaultyLink broker;

	private final EntryPoint entryPoint;

	private final ConfigurableApplicationContext context;

	private ExampleApplication(EntryPoint entryPoint, int redisPort, String brokerUri, boolean stuck,
			ClassLoader classLoader, Consumer<SpringApplicationBuilder> customizer) {
		this.entryPoint = entryPoint;
		this.redis = FaultyLink.to(redisPort);
		this.broker = FaultyLink.to(brokerUri);
		SpringApplicationBuilder application = application(load(Surroundings.class, classLoader),
				load(entryPoint.example(), classLoader))
			.resourceLoader(new DefaultResourceLoader(classLoader))
			.initializers((starting) -> starting.getBeanFactory().registerSingleton("commandHandler", handler(stuck)));
		customizer.accept(application);
		this.context = application.run(arguments(this.redis.port(), Stream.of("gateway.broker=" + this.broker.uri(),
				"mqtt.client.server-uris=" + this.broker.uri(),
				"spring.config.location=classpath:/entrypoints/" + entryPoint.example().getSimpleName() + ".yml")));
		entryPoint.prepare(this.context);
	}

	private static Class<?> load(Class<?> type, ClassLoader classLoader) {
		return ClassUtils.resolveClassName(type.getName(), classLoader);
	}

	/**
	 * Return what starts an application, or the parent of one.
	 */
	static SpringApplicationBuilder application(Class<?>... sources) {
		return new SpringApplicationBuilder(sources).web(WebApplicationType.NONE)
			.bannerMode(Banner.Mode.OFF)
			.registerShutdownHook(false);
	}

	static String[] arguments(int redisPort, Stream<String> more) {
		return Stream.concat(SETTINGS.stream(), Stream.concat(Stream.of("spring.data.redis.port=" + redisPort), more))
			.map((property) -> "--" + property)
			.toArray(String[]::new);
	}

	/**
	 * Start.
	 * @param stuck whether to come to no end with commands that are named so
	 */
	static ExampleApplication start(EntryPoint entryPoint, int redisPort, String brokerUri, boolean stuck) {
		return new ExampleApplication(entryPoint, redisPort, brokerUri, stuck,
				ExampleApplication.class.getClassLoader(), (application) -> {
				});
	}

	/**
	 * Start as something else than an application of its own.
	 * @param classLoader where its classes come from
	 * @param customizer makes that of the application
	 */
	static ExampleApplication start(EntryPoint entryPoint, int redisPort, String brokerUri, ClassLoader classLoader,
			Consumer<SpringApplicationBuilder> customizer) {
		return new ExampleApplication(entryPoint, redisPort, brokerUri, false, classLoader, customizer);
	}

	ConfigurableApplicationContext context() {
		return this.context;
	}

	/**
	 * The link to the broker.
	 */
	FaultyLink broker() {
		return this.broker;
	}

	/**
	 * End as an application does that is asked to.
	 */
	void shutDown() {
		this.context.close();
		close();
	}

	/**
	 * What the application does with a command: note it, and perhaps never come to an
	 * end.
	 */
	private Consumer<String> handler(boolean stuck) {
		return (payload) -> {
			this.received.merge(payload, 1, Integer::sum);
			if (stuck && payload.endsWith("stuck")) {
				try {
					this.dead.await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			}
		};
	}

	Map<String, Integer> received() {
		return this.received;
	}

	/**
	 * What was published without an exception.
	 */
	Set<String> accepted() {
		return this.accepted;
	}

	void publish(String payload, int qos) {
		try {
			this.entryPoint.publish(this.context, payload, qos);
			this.accepted.add(payload);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Send nothing to the broker any more, and go on.
	 */
	void holdRequests() {
		this.broker.holdRequests();
	}

	/**
	 * Be dead for everybody else, as after {@code kill -9}; only the lease stays. Closing
	 * the context frees its threads, and may take as long as it wants.
	 */
	@Override
	public void close() {
		this.redis.close();
		this.broker.close();
		this.dead.countDown();
		Thread thread = new Thread(this.context::close, "close");
		thread.setDaemon(true);
		thread.start();
	}

	/**
	 * What is around the example: Spring Boot, and who takes the commands.
	 */
	@EnableAutoConfiguration
	@EnableIntegration
	static class Surroundings {

		@Bean
		IntegrationFlow commandFlow(Consumer<String> commandHandler) {
			return IntegrationFlow.from("commands")
				.handle((message) -> commandHandler.accept((String) message.getPayload()))
				.get();
		}

	}

}
