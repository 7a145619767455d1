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

package io.github.mqttredis.autoconfigure;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.mqttredis.actuate.MqttPersistenceHealthIndicator;
import io.github.mqttredis.actuate.MqttPersistenceMetrics;
import io.github.mqttredis.actuate.MqttSessionsEndpoint;
import io.github.mqttredis.actuate.MqttSessionsEndpoint.SessionRecordsDescriptor;
import io.github.mqttredis.memory.MemorySessionStore;
import io.github.mqttredis.memory.MemorySessions;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionInspector.Part;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Packets;
import io.github.mqttredis.testing.Subscriber;
import io.github.mqttredis.testing.Telemetry.Version3;
import io.github.mqttredis.testing.Telemetry.Version5;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.framework.Advised;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.integration.mqtt.core.DefaultMqttPahoClientFactory;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;
import org.springframework.integration.support.SmartLifecycleRoleController;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.support.GenericMessage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Tests that the application of the quick start runs without Redis: with sessions in this
 * process, and with those of Paho's own memory.
 */
class WithoutRedisTests {

	private static final ArtemisBroker BROKER = ArtemisBroker.start();

	@AfterAll
	static void stopBroker() {
		BROKER.close();
	}

	@ParameterizedTest
	@CsvSource({ "mqtt.persistence.store=memory,3", "mqtt.persistence.store=memory,5",
			"mqtt.persistence.enabled=false,3", "mqtt.persistence.enabled=false,5" })
	void whenThereIsNoRedisThenAMessageOfTheQuickStartArrives(String property, int version) throws Exception {
		Set<Thread> before = Set.copyOf(Thread.getAllStackTraces().keySet());
		Class<?> application = (version == 3) ? Version3.class : Version5.class;
		try (Subscriber subscriber = Subscriber.to(BROKER, "quick-start");
				ConfigurableApplicationContext context = run(application, property, "mqtt.client.version=" + version)) {
			String payload = property + version;
			context.getBean("telemetry", MessageChannel.class).send(new GenericMessage<>(payload));
			Await.until("it arrives", () -> subscriber.received().containsKey(payload));
			assertThat(context.getBean(ClientManager.class).isConnected()).isTrue();
			// Those of tests before this one may not have ended.
			assertThat(Thread.getAllStackTraces().keySet()).filteredOn((thread) -> !before.contains(thread))
				.extracting(Thread::getName)
				.doesNotContain("mqtt-redis-io");
		}
	}

	private static ConfigurableApplicationContext run(Class<?> application, String... properties) {
		return new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.properties("spring.data.redis.port=1", "mqtt.client.client-id=gateway",
					"mqtt.client.server-uris=" + BROKER.uri())
			.properties(properties)
			.run();
	}

	@Test
	void whenSessionsAreInMemoryThenHealthMetersAndEndpointShowThem() {
		MqttContexts.withoutRedis()
			.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.withPropertyValues("mqtt.persistence.store=memory",
					"management.endpoints.web.exposure.include=mqttsessions")
			.run((context) -> {
				assertThat(context).hasSingleBean(MemorySessionStore.class)
					.doesNotHaveBean(RedisConnectionFactory.class);
				SessionStore store = context.getBean(SessionStore.class);
				Session session = store.open(new SessionId("sensor", "tcp://broker:1883", MqttVersion.V3));
				session.put("s-1", Packets.publish(1, 1, "payload"));
				Health health = context.getBean(MqttPersistenceHealthIndicator.class).health();
				assertThat(health.getStatus()).isEqualTo(Status.UP);
				assertThat(health.getDetails()).containsEntry("store", "memory")
					.containsEntry("memory", Map.of("sessions", 1))
					.doesNotContainKey("redis");
				MeterRegistry meters = context.getBean(MeterRegistry.class);
				context.getBean(MqttPersistenceMetrics.class).bindTo(meters);
				assertThat(meters.get("mqtt.persistence.records").tag("kind", "sent").gauge().value()).isEqualTo(1);
				MqttSessionsEndpoint endpoint = context.getBean(MqttSessionsEndpoint.class);
				String name = endpoint.sessions(null, null).sessions().get(0).id();
				session.setAside("s-1", 3, "too large");
				store.release(session);
				assertThat(endpoint.requeue(name, "s-1")).containsEntry("requeued", true);
				SessionRecordsDescriptor queued = endpoint.session(name, null, null, Part.QUEUE);
				assertThat(queued.records()).singleElement()
					.satisfies((record) -> assertThat(record.waitingSince()).isNotNull());
				// Two looks at two clocks, whose milliseconds begin at different
				// instants.
				assertThat(Instant.parse(queued.queue().oldestSince()))
					.isCloseTo(Instant.parse(queued.records().get(0).waitingSince()), within(1, ChronoUnit.SECONDS));
				assertThat(queued.queue().counted()).isEqualTo(1);
				assertThat(queued.queue().topics()).hasSize(1)
					.allSatisfy((topic, counts) -> assertThat(counts.messages()).isEqualTo(1));
				assertThat(queued.queue().messages()).as("nobody has the session").isNull();
				session = store.open(session.status().id());
				assertThat(endpoint.session(name, null, null, Part.QUEUE).queue().messages()).isEqualTo(1);
				Map<?, ?> clients = (Map<?, ?>) context.getBean(MqttPersistenceHealthIndicator.class)
					.health()
					.getDetails()
					.get("clients");
				assertThat(clients.get("sensor")).asInstanceOf(InstanceOfAssertFactories.MAP)
					.extractingByKey("queue", InstanceOfAssertFactories.MAP)
					.containsEntry("messages", 1L)
					.containsKeys("bytes", "oldest", "perSecond");
				Await.until("the meters look again",
						() -> meters.get("mqtt.persistence.queue.size").gauge().value() > 0);
				store.release(session);
				assertThat(endpoint.discard(name, "q-1", Part.QUEUE)).containsEntry("discarded", true);
				assertThat(endpoint.delete(name)).containsEntry("deleted", true);
				assertThat(endpoint.sessions(null, null).sessions()).isEmpty();
			});
	}

	@Test
	void whenContextsHaveTheSameMemorySessionsThenTheSecondFindsThoseOfTheFirst() {
		MemorySessions shared = new MemorySessions();
		SessionId id = new SessionId("sensor", "tcp://broker:1883", MqttVersion.V3);
		for (int run = 0; run < 2; run++) {
			int expected = run;
			MqttContexts.withoutRedis()
				.withBean(MemorySessions.class, () -> shared)
				.withPropertyValues("mqtt.persistence.store=memory")
				.run((context) -> {
					Session session = context.getBean(SessionStore.class).open(id);
					assertThat(session.keys()).hasSize(expected);
					session.put("s-1", Packets.publish(1, 1, "payload"));
				});
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "memory", "MEMORY" })
	void whenTheLibraryOfRedisIsMissingThenSessionsAreInMemory(String store) {
		MqttContexts.withoutRedis()
			.withClassLoader(new FilteredClassLoader("org.springframework.data.redis", "io.lettuce"))
			.withPropertyValues("mqtt.persistence.store=" + store)
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(MemorySessionStore.class));
	}

	@Test
	void whenFilesWouldBeMovedIntoTheMemoryThenTheStartFails() {
		MqttContexts.withoutRedis()
			.withPropertyValues("mqtt.persistence.store=memory", "mqtt.persistence.import-from=target")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("mqtt.persistence.import-from needs mqtt.persistence.store=redis"));
	}

	@Test
	void whenPersistenceIsSwitchedOffThenSpringsOwnClientsAreMadeFromTheProperties() {
		MqttContexts.withoutRedis()
			.withBean(SmartLifecycleRoleController.class, () -> new SmartLifecycleRoleController(List.of(), List.of()))
			.withPropertyValues("mqtt.persistence.enabled=false", "mqtt.client.client-id=gateway",
					"mqtt.client.server-uris=" + BROKER.uri(), "mqtt.client.keep-alive=17s", "mqtt.client.role=leader")
			.run((context) -> {
				assertThat(context).hasNotFailed().doesNotHaveBean(SessionStore.class);
				assertThat(context.getBean(MqttPahoClientFactory.class).getConnectionOptions().getKeepAliveInterval())
					.isEqualTo(17);
				assertThat(context.getBean(DefaultMqttPahoClientFactory.class)).isNotInstanceOf(Advised.class);
				Mqttv3ClientManager manager = context.getBean(Mqttv3ClientManager.class);
				assertThat(manager).isNotInstanceOf(Advised.class);
				assertThat(manager.isRunning()).isFalse();
				context.getBean(SmartLifecycleRoleController.class).startLifecyclesInRole("leader");
				Await.until("it is connected", manager::isConnected);
			});
	}

}
