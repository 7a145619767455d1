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

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.SharedServer;
import io.github.mqttredis.testing.Telemetry.Version3;
import io.github.mqttredis.testing.Telemetry.Version5;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.support.GenericMessage;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a log has of a message that is refused because Redis or the broker is away: what
 * Spring Integration says, and a line for each exception of ours.
 */
@ExtendWith(OutputCaptureExtension.class)
class RefusalTests {

	private static final int MESSAGES = 10;

	@SharedServer
	private static ArtemisBroker shared;

	@ParameterizedTest
	@ValueSource(classes = { Version3.class, Version5.class })
	void whenRedisIsAwayThenEachRefusalIsALineOfOurs(Class<?> application, CapturedOutput output) {
		try (RedisServer redis = RedisServer.start();
				ConfigurableApplicationContext context = run(application, redis, shared)) {
			Await.until("it is connected", () -> context.getBean(ClientManager.class).isConnected());
			int before = output.length();
			redis.kill();
			SessionStore store = context.getBean(SessionStore.class);
			Await.until("Redis counts as away", () -> refusal(context) != null && !store.server().isAvailable());
			assertLinesOfOurs(context);
			redis.restart();
			Await.until("it goes on", () -> refusal(context) == null);
			Await.until("Redis is back, and the session in it", () -> output.toString().contains("is in Redis again"));
			String said = output.toString().substring(before);
			// However many are refused: that Redis is away and back, how the session and
			// the
			// link are, and what Paho and Spring say of the link.
			assertThat(said.lines()).hasSizeLessThan(20);
		}
	}

	@ParameterizedTest
	@ValueSource(classes = { Version3.class, Version5.class })
	void whenTheBrokerIsAwayThenEachRefusalIsALineOfOurs(Class<?> application) {
		try (RedisServer redis = RedisServer.start();
				ArtemisBroker broker = ArtemisBroker.start();
				ConfigurableApplicationContext context = run(application, redis, broker)) {
			Await.until("it is connected", () -> context.getBean(ClientManager.class).isConnected());
			broker.stop();
			Await.until("the broker is away", () -> !context.getBean(ClientManager.class).isConnected());
			assertLinesOfOurs(context);
			broker.restart();
			Await.until("it goes on", () -> refusal(context) == null);
		}
	}

	/**
	 * Spring's handler of MQTT 5 connects first, and throws what Paho says of that.
	 */
	private static void assertLinesOfOurs(ConfigurableApplicationContext context) {
		for (int i = 0; i < MESSAGES; i++) {
			Exception refusal = refusal(context);
			assertThat(refusal).isNotNull();
			List<Throwable> causes = Stream
				.<Throwable>iterate(refusal.getCause(), (cause) -> cause != null, Throwable::getCause)
				.toList();
			boolean connecting = Stream.of(causes.get(0).getStackTrace())
				.anyMatch((frame) -> frame.getMethodName().matches("connect|start")
						|| frame.getClassName().endsWith("$ConnectBG"));
			assertThat(causes).filteredOn((cause) -> !connecting).allSatisfy((cause) -> {
				assertThat(cause.getStackTrace()).isEmpty();
				assertThat(cause).hasMessageMatching(".*(Redis does not answer|is not connected).*");
			});
		}
	}

	private static Exception refusal(ConfigurableApplicationContext context) {
		try {
			context.getBean("telemetry", MessageChannel.class).send(new GenericMessage<>("21.5"));
			return null;
		}
		catch (RuntimeException ex) {
			return ex;
		}
	}

	private static ConfigurableApplicationContext run(Class<?> application, RedisServer redis, ArtemisBroker broker) {
		List<String> arguments = new ArrayList<>(
				List.of("--spring.data.redis.host=127.0.0.1", "--spring.data.redis.port=" + redis.port(),
						"--mqtt.client.client-id=refused", "--mqtt.client.server-uris=" + broker.uri(),
						"--mqtt.persistence.write-timeout=" + Load.seconds(1).toMillis() + "ms"));
		if (application == Version5.class) {
			arguments.add("--mqtt.client.version=5");
		}
		return new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.run(arguments.toArray(String[]::new));
	}

}
