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

package io.github.mqttredis.paho;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.SharedRedis;
import io.github.mqttredis.testing.SharedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.DirectFieldAccessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Topics that cannot be sent: whoever gives one is told so at once, nothing of the
 * message stays, and the link does not suffer.
 */
class TopicTests {

	private static final AtomicInteger CLIENTS = new AtomicInteger();

	private static final String SMILE = "a/\uD83D\uDE00";

	@RegisterExtension
	static final SharedRedis redis = new SharedRedis();

	@SharedServer
	private static ArtemisBroker broker;

	private final FaultyLink link = FaultyLink.to(broker.uri());

	private final String clientId = "topics-" + CLIENTS.incrementAndGet();

	@AfterEach
	void close() {
		this.link.close();
	}

	private PahoClient connect(String version) throws Exception {
		return PahoClient.connect(version, redis.stores().start(), this.link.uri(), this.clientId);
	}

	static Stream<Arguments> names() {
		return Stream.of("v3", "v5")
			.flatMap((version) -> Stream
				.concat(Stream.of(null, "", "a/#", "sms/+49170", "a/\u0000", "a/\u0007", "a/\uD83D", "a/\uD83Db",
						"x".repeat(65_536)), Stream.of(SMILE, "a/\uFF21").filter((topic) -> version.equals("v3")))
				.map((topic) -> Arguments.of(version, Named.of(name(topic), topic))));
	}

	/** Not all of them can stand in a report. */
	private static String name(String topic) {
		return String.valueOf(topic)
			.chars()
			.limit(20)
			.mapToObj((c) -> (c < 0x20 || c > 0x7e) ? "U+%04X".formatted(c) : Character.toString(c))
			.collect(Collectors.joining("", "'", "'"));
	}

	@ParameterizedTest
	@MethodSource("names")
	void whenPublishingToItThenIsRefusedAndNothingStays(String version, String topic) throws Exception {
		PahoClient client = connect(version);
		assertRefused(client, topic);
		client.publish("a/b", "good", 1);
		awaitNothingLeft(client);
		assertThat(this.link.connacks()).isEqualTo(1);
		client.disconnect();
		client.close();
	}

	@ParameterizedTest
	@MethodSource("names")
	void whenPublishingToItWhileTheBrokerIsAwayThenIsRefusedAndNothingStays(String version, String topic)
			throws Exception {
		PahoClient client = connect(version);
		client.bufferOffline();
		this.link.refuse();
		this.link.cut();
		Await.until("the link is lost", () -> !client.isConnected());
		assertRefused(client, topic);
		assertThat(client.buffered()).isZero();
		awaitNothingLeft(client);
		client.disconnect();
		client.close();
	}

	private static void assertRefused(PahoClient client, String topic) {
		for (int qos : List.of(0, 1, 2)) {
			assertThatIllegalArgumentException().isThrownBy(() -> client.publish(topic, "bad", qos));
		}
	}

	private void awaitNothingLeft(PahoClient client) {
		DirectFieldAccessor state = new DirectFieldAccessor(
				new DirectFieldAccessor(client.client()).getPropertyValue("comms.clientState"));
		Await.until("no packet id is in use", () -> ((Map<?, ?>) state.getPropertyValue("inUseMsgIds")).isEmpty());
		Await.until("nothing is stored", () -> redis.jedis().keys("test:*:v?").isEmpty());
		for (String table : List.of("outboundQoS0", "outboundQoS1", "outboundQoS2")) {
			assertThat((Map<?, ?>) state.getPropertyValue(table)).isEmpty();
		}
		assertThat(state.getPropertyValue("actualInFlight")).isEqualTo(0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenSubscribingToItThenIsRefusedAndTheLinkStays(String version) throws Exception {
		PahoClient client = connect(version);
		assertThatIllegalArgumentException().isThrownBy(() -> client.subscribe("a/\u0007/#"));
		if (version.equals("v3")) {
			assertThatIllegalArgumentException().isThrownBy(() -> client.subscribe(SMILE + "/#"))
				.withMessageContaining("this version of Paho");
		}
		client.subscribe("a/b/#");
		assertThat(this.link.connacks()).isEqualTo(1);
		client.disconnect();
		client.close();
	}

}
