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

import java.util.Set;

import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.RedisServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.Jedis;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs the example of every page in {@code docs/integration} against a real broker and a
 * real Redis, and kills it: while messages that it has accepted are held back from the
 * broker, while it works on one that it has received, and while the broker keeps another
 * one for it.
 */
abstract class AbstractEntryPointTests {

	private RedisServer redis;

	@BeforeEach
	void startRedis() {
		this.redis = RedisServer.start();
	}

	@AfterEach
	void stopRedis() {
		this.redis.close();
	}

	protected abstract String broker();

	@ParameterizedTest
	@EnumSource(names = { "V3_CLIENT_MANAGER", "V5_CLIENT_MANAGER", "CLIENT_FACTORY", "V5_MESSAGE_HANDLER",
			"V5_MESSAGE_DRIVEN_CHANNEL_ADAPTER", "RUNTIME_FLOW", "XML", "PAHO_V3" })
	void whenExampleIsKilledThenEveryMessageArrivesOnce(EntryPoint entryPoint) throws Exception {
		kill(entryPoint);
	}

	@Tag("thorough")
	@ParameterizedTest
	@EnumSource(names = { "OWN_CLIENT_FACTORY", "OWN_V3_CLIENT_MANAGER", "OWN_V5_CLIENT_MANAGER", "JAVA_DSL", "XML_V5",
			"PAHO_V5" })
	void whenAnotherExampleIsKilledThenEveryMessageArrivesOnce(EntryPoint entryPoint) throws Exception {
		kill(entryPoint);
	}

	private void kill(EntryPoint entryPoint) throws Exception {
		String name = entryPoint.name();
		try (Outside outside = Outside.connect(broker(), entryPoint.topic("telemetry"))) {
			ExampleApplication first = ExampleApplication.start(entryPoint, this.redis.port(), broker(), true);
			if (entryPoint.publishes()) {
				first.publish(name + " first", 2);
				Await.until("the first message has arrived", () -> outside.received().containsKey(name + " first"));
			}
			if (entryPoint.receives()) {
				Await.until("the application has subscribed", () -> {
					outside.publish(entryPoint.topic("commands"), name + " probe", 1);
					return first.received().containsKey(name + " probe");
				});
				outside.publish(entryPoint.topic("commands"), name + " stuck", stuckQos());
				Await.until("the application works on it", () -> first.received().containsKey(name + " stuck"));
			}
			first.holdRequests();
			if (entryPoint.publishes()) {
				first.publish(name + " 1", 1);
				first.publish(name + " 2", 2);
			}
			first.close();
			assertThat(outside.received()).doesNotContainKeys(name + " 1", name + " 2");
			if (entryPoint.receives()) {
				outside.publish(entryPoint.topic("commands"), name + " meanwhile", 2);
			}
			try (ExampleApplication second = ExampleApplication.start(entryPoint, this.redis.port(), broker(), false)) {
				if (entryPoint.publishes()) {
					second.publish(name + " last", 1);
				}
				assertThatEachArrivedOnce(entryPoint, outside, second);
			}
		}
	}

	/**
	 * Return the level of the message that the killed application was working on.
	 * @return 2 where the broker repeats a PUBREL that nobody answered, otherwise 1
	 */
	protected abstract int stuckQos();

	private void assertThatEachArrivedOnce(EntryPoint entryPoint, Outside outside, ExampleApplication second) {
		String name = entryPoint.name();
		if (entryPoint.publishes()) {
			Await.until("what the killed application had accepted has arrived",
					() -> outside.received().keySet().containsAll(Set.of(name + " 1", name + " 2", name + " last")));
		}
		if (entryPoint.receives()) {
			Await.until("what the broker kept has arrived",
					() -> second.received().keySet().containsAll(Set.of(name + " stuck", name + " meanwhile")));
		}
		try (Jedis jedis = this.redis.connect()) {
			Await.until("nothing is under way any more",
					() -> jedis.keys("mqtt:persistence:*:v?").stream().allMatch((key) -> jedis.hlen(key) == 0));
		}
		second.received().remove(name + " probe");
		assertThat(outside.received()).allSatisfy((payload, times) -> assertThat(times).isEqualTo(1));
		assertThat(second.received()).allSatisfy((payload, times) -> assertThat(times).isEqualTo(1));
	}

}
