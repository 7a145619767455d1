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

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.mqttredis.actuate.MqttPersistenceMetrics;
import io.github.mqttredis.integration.PahoV3PersistenceFactory;
import io.github.mqttredis.observation.DefaultMqttObservationConvention;
import io.github.mqttredis.observation.MicrometerMessageObserver;
import io.github.mqttredis.observation.MqttObservationConvention;
import io.github.mqttredis.paho.MessageObserver;
import io.github.mqttredis.paho.v3.PersistentMqttAsyncClient;
import io.github.mqttredis.paho.v3.SessionMqttClientPersistence;
import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.testing.Await;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.ObservationTextPublisher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.actuate.endpoint.StatusAggregator;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Tests for when meters and statuses are there, and what the log says of a session.
 */
@ExtendWith(OutputCaptureExtension.class)
class ObservabilityAutoConfigurationTests {

	@RegisterExtension
	static final EmbeddedRedis REDIS = new EmbeddedRedis();

	private static final SessionId ID = new SessionId("observed", "broker", MqttVersion.V3);

	private final ApplicationContextRunner contexts = MqttContexts.with(REDIS);

	private final ApplicationContextRunner metered = this.contexts.withConfiguration(
			AutoConfigurations.of(MetricsAutoConfiguration.class, SimpleMetricsExportAutoConfiguration.class));

	@Test
	void whenThereIsARegistryThenSessionsAreMetered() {
		this.metered.run((context) -> {
			context.getBean(SessionStore.class).open(ID);
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			assertThat(registry.get("mqtt.persistence.leases").tag("event", "taken").functionCounter().count())
				.isEqualTo(1);
			assertThat(registry.find("mqtt.persistence.leases").tagKeys("client.id").meters()).isEmpty();
		});
	}

	@Test
	void whenClientIdTagIsAskedForThenMetersHaveIt() {
		this.metered.withPropertyValues("mqtt.persistence.metrics.client-id-tag=true").run((context) -> {
			context.getBean(SessionStore.class).open(ID);
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			Await.until("there are meters of the client",
					() -> registry.find("mqtt.persistence.records").tag("client.id", "observed").gauge() != null);
		});
	}

	@Test
	void whenThereIsNoRegistryThenThereAreNoMeters() {
		this.contexts.run((context) -> assertThat(context).hasNotFailed()
			.hasSingleBean(RedisSessionStore.class)
			.doesNotHaveBean(MqttPersistenceMetrics.class));
	}

	@Test
	void whenMicrometerIsMissingThenOnlyTheMetersAreNotThere() {
		this.contexts.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(RedisSessionStore.class)
				.doesNotHaveBean("mqttPersistenceMetrics"));
	}

	@Test
	void whenMessagesAreToBeObservedThenEachClientIsTold() {
		this.contexts.withConfiguration(AutoConfigurations.of(ObservationAutoConfiguration.class))
			.withPropertyValues("mqtt.persistence.observation.enabled=true")
			.run((context) -> {
				List<String> stopped = new CopyOnWriteArrayList<>();
				context.getBean(ObservationRegistry.class)
					.observationConfig()
					.observationHandler(new ObservationTextPublisher(stopped::add));
				SessionMqttClientPersistence persistence = context.getBean(PahoV3PersistenceFactory.class).create();
				PersistentMqttAsyncClient client = new PersistentMqttAsyncClient("tcp://127.0.0.1:1", "observed",
						persistence);
				assertThatException().isThrownBy(() -> client.publish("topic", new byte[0], 1, false));
				client.close();
				assertThat(stopped).anySatisfy((text) -> assertThat(text).contains("STOP")
					.contains("mqtt.publish", "mqtt.client.id='observed'", "mqtt.outcome='failed'",
							"mqtt.topic='topic'"));
			});
	}

	@Test
	void whenTheApplicationHasItsOwnConventionOrObserverThenTheseAreUsed() {
		ApplicationContextRunner observed = this.contexts
			.withConfiguration(AutoConfigurations.of(ObservationAutoConfiguration.class))
			.withPropertyValues("mqtt.persistence.observation.enabled=true");
		observed.withBean(MqttObservationConvention.class, () -> new DefaultMqttObservationConvention() {

			@Override
			public String getName() {
				return "own";
			}

		}).run((context) -> {
			List<String> told = new CopyOnWriteArrayList<>();
			ObservationRegistry registry = context.getBean(ObservationRegistry.class);
			registry.observationConfig().observationHandler(new ObservationTextPublisher(told::add));
			context.getBean(MessageObserver.class)
				.receive(new MessageObserver.Message(MqttVersion.V5, "observed", "topic", 1), Map.of());
			assertThat(told.get(0)).contains("name='own'");
		});
		observed
			.withBean("own", MessageObserver.class, () -> new MicrometerMessageObserver(ObservationRegistry.NOOP, null))
			.run((context) -> assertThat(context).hasSingleBean(MessageObserver.class).hasBean("own"));
	}

	@Test
	void whenNothingAsksForObservationsOrTheRegistryOrMicrometerIsMissingThenThereIsNoObserver() {
		ApplicationContextRunner asked = this.contexts.withPropertyValues("mqtt.persistence.observation.enabled=true");
		this.contexts.withConfiguration(AutoConfigurations.of(ObservationAutoConfiguration.class))
			.run((context) -> assertThat(context).doesNotHaveBean(MessageObserver.class));
		asked.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(MessageObserver.class));
		asked.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(PahoV3PersistenceFactory.class)
				.doesNotHaveBean(MessageObserver.class));
	}

	@Test
	void whenThereIsNoTracingThenMessagesAreObservedAndKeepTheirHeaders() {
		ApplicationContextRunner observed = this.contexts
			.withConfiguration(AutoConfigurations.of(ObservationAutoConfiguration.class))
			.withPropertyValues("mqtt.persistence.observation.enabled=true");
		observed.withClassLoader(new FilteredClassLoader("io.micrometer.tracing"))
			.run((context) -> assertThatReceivedMessagesKeepTheirHeaders(context.getBean(MessageObserver.class)));
		observed.run((context) -> assertThatReceivedMessagesKeepTheirHeaders(context.getBean(MessageObserver.class)));
	}

	private static void assertThatReceivedMessagesKeepTheirHeaders(MessageObserver observer) {
		assertThat(observer.receive(new MessageObserver.Message(MqttVersion.V5, "observed", "topic", 1), Map.of())
			.headers()).isEmpty();
	}

	@Test
	void whenNothingIsSentUnstoredThenStatusesAreLeftToBoot() {
		this.contexts.run((context) -> assertThat(context).doesNotHaveBean(StatusAggregator.class));
	}

	@Test
	void whenApplicationHasItsOwnAggregatorThenOursIsNotThere() {
		this.contexts.withPropertyValues("mqtt.persistence.on-redis-outage=continue")
			.withBean("own", StatusAggregator.class, StatusAggregator::getDefault)
			.run((context) -> assertThat(context).hasSingleBean(StatusAggregator.class).hasBean("own"));
	}

	@Test
	void whenSessionIsOpenedThenOneLineNamesOwnerAndRecords(CapturedOutput output) {
		this.contexts.run((context) -> {
			Session session = context.getBean(SessionStore.class).open(ID);
			session.put("s-1", new byte[] { 0x32, 5, 0, 1, 't', 0, 1 });
			session.remove("s-1");
		});
		assertThat(output.toString().lines().filter((line) -> line.contains("observed@broker"))).singleElement()
			.asString()
			.contains("INFO")
			.contains("opened by process " + ProcessHandle.current().pid())
			.contains("0 records restored");
	}

}
