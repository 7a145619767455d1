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

package io.github.mqttredis.standby;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.mqttredis.standby.StandbyGateway.Kind;
import io.github.mqttredis.testing.Application;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.SharedServer;
import io.github.mqttredis.testing.Subscriber;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.Jedis;

import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.messaging.MessagingException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A warm standby: two gateways with one client id, of which Spring Integration's leader
 * works.
 */
@ExtendWith(OutputCaptureExtension.class)
class WarmStandbyTests {

	private static final String LOCK = "gateway-leader:gateway";

	@SharedServer
	private static ArtemisBroker broker;

	@SharedServer
	private static RedisServer server;

	private String clientId;

	@BeforeEach
	void name(TestInfo test) {
		this.clientId = "gateway-" + Integer.toHexString(test.getDisplayName().hashCode())
				+ test.getTestMethod().orElseThrow().getName().length();
		try (Jedis redis = server.connect()) {
			redis.flushAll();
		}
	}

	private List<String> properties(Kind kind, String brokerUri, int redisPort) {
		List<String> properties = new ArrayList<>(List.of("spring.data.redis.host=127.0.0.1",
				"spring.data.redis.port=" + redisPort, "spring.data.redis.timeout=2s",
				"mqtt.persistence.broker-id=broker", "mqtt.persistence.key-prefix=test",
				"mqtt.persistence.lease.ttl=60s", "gateway.client-id=" + this.clientId, "gateway.broker=" + brokerUri));
		if (kind != Kind.FACTORY) {
			properties
				.addAll(List.of("mqtt.client.client-id=" + this.clientId, "mqtt.client.server-uris=" + brokerUri));
		}
		return properties;
	}

	private StandbyGateway gateway(Kind kind) {
		return new StandbyGateway(kind, properties(kind, broker.uri(), server.port()));
	}

	private boolean isOwned() {
		try (Jedis redis = server.connect()) {
			return redis.keys("test:*:lease").size() == 1;
		}
	}

	private static Object state(StandbyGateway gateway) {
		Map<?, ?> clients = (Map<?, ?>) gateway.health().getDetails().get("clients");
		return clients.isEmpty() ? "none" : ((Map<?, ?>) clients.values().iterator().next()).get("state");
	}

	private static void awaitLeader(StandbyGateway gateway) {
		Await.until("it is the leader and owns the session", () -> "owner".equals(state(gateway)));
		Await.until("its client manager is connected", gateway::isConnected);
	}

	private void command(String payload) throws Exception {
		MqttAsyncClient client = new MqttAsyncClient(broker.uri(), "sender", new MemoryPersistence());
		client.connect(Application.options()).waitForCompletion(Await.MILLIS);
		client.publish("commands/" + this.clientId, payload.getBytes(), 2, false).waitForCompletion(Await.MILLIS);
		client.disconnectForcibly(0, 1000);
		client.close();
	}

	@ParameterizedTest
	@EnumSource(names = { "V3", "V5" })
	void whenLeaderGivesUpThenStandbyGoesOnAndBack(Kind kind, CapturedOutput output) throws Exception {
		try (Subscriber subscriber = Subscriber.to(broker, this.clientId); StandbyGateway first = gateway(kind)) {
			awaitLeader(first);
			try (StandbyGateway second = gateway(kind)) {
				assertThat(state(second)).isEqualTo("standby");
				assertThat(second.health().getStatus()).isEqualTo(Status.UP);
				assertThatExceptionOfType(MessagingException.class).isThrownBy(() -> second.publish("refused-q2", 2))
					.satisfies((ex) -> assertThat(ex).rootCause().hasMessageContaining("lient"));
				first.publish("one-q2", 2);
				command("one");
				Await.until("the leader has it", () -> first.received().contains("one"));
				first.leader().stop();
				awaitLeader(second);
				Await.until("the former leader stands by", () -> "standby".equals(state(first)));
				assertThat(first.health().getStatus()).isEqualTo(Status.UP);
				second.publish("two-q2", 2);
				command("two");
				Await.until("the new leader has it", () -> second.received().contains("two"));
				first.leader().start();
				second.leader().stop();
				awaitLeader(first);
				first.publish("three-q2", 2);
				command("three");
				Await.until("the leader has it again", () -> first.received().contains("three"));
				assertThat(first.received()).containsExactly("one", "three");
				assertThat(second.received()).containsExactly("two");
				assertThat(output).doesNotContain("Error subscribing");
			}
			Await.until("all is delivered",
					() -> subscriber.received().keySet().containsAll(List.of("one-q2", "two-q2", "three-q2")));
			assertThat(subscriber.received()).hasSize(3);
			subscriber.assertNoDuplicates();
		}
	}

	@Tag("thorough")
	@ParameterizedTest
	@EnumSource(names = { "V3", "V5" })
	void whenLeaderIsKilledThenStandbySendsWhatItLeft(Kind kind) throws Exception {
		try (Subscriber subscriber = Subscriber.to(broker, this.clientId);
				FaultyLink link = FaultyLink.to(broker.uri());
				GatewayChild leader = new GatewayChild(kind, properties(kind, link.uri(), server.port()))) {
			Await.until("it owns the session", this::isOwned);
			Await.until("it is connected", () -> link.connacks() == 1);
			try (StandbyGateway standby = gateway(kind)) {
				link.holdAnswers();
				List<String> published = new ArrayList<>();
				for (int i = 0; i < 10; i++) {
					published.add("kept-" + i + "-q" + (1 + i % 2));
					leader.publish(published.get(i), 1 + i % 2);
				}
				assertThat(state(standby)).isEqualTo("standby");
				leader.kill();
				link.close();
				awaitLeader(standby);
				standby.publish("after-q2", 2);
				published.add("after-q2");
				Await.until("all is delivered", () -> subscriber.received().keySet().containsAll(published));
				command("after");
				Await.until("it receives", () -> standby.received().contains("after"));
			}
			subscriber.assertNoDuplicates();
		}
	}

	@Test
	void whenAnAdapterWithAClientFactoryIsInTheRoleThenItIsHandedOverAndBack() throws Exception {
		try (StandbyGateway first = gateway(Kind.FACTORY)) {
			Await.until("the leader owns the session", this::isOwned);
			try (StandbyGateway second = gateway(Kind.FACTORY)) {
				assertThat(state(second)).isEqualTo("none");
				Await.until("it has subscribed", () -> {
					command("one");
					return first.received().contains("one");
				});
				first.leader().stop();
				awaitLeader(second);
				assertThat(state(first)).isEqualTo("none");
				command("two");
				Await.until("the new leader has it", () -> second.received().contains("two"));
				first.leader().start();
				second.leader().stop();
				awaitLeader(first);
				command("three");
				Await.until("the leader has it again", () -> first.received().contains("three"));
			}
		}
	}

	@Tag("thorough")
	@Test
	void whenRedisIsAwayAsLeadershipEndsThenTheSessionIsGivenBackWhenRedisIsBack() throws Exception {
		try (FaultyLink redis = FaultyLink.to(server.port());
				StandbyGateway first = new StandbyGateway(Kind.V3, properties(Kind.V3, broker.uri(), redis.port()))) {
			awaitLeader(first);
			redis.refuse();
			redis.cut();
			Await.until("the leadership is lost", () -> !first.leader().getContext().isLeader());
			try (StandbyGateway second = gateway(Kind.V3)) {
				redis.release();
				first.leader().stop();
				awaitLeader(second);
				Await.until("the former leader stands by", () -> "standby".equals(state(first)));
			}
		}
	}

	@Test
	void whenTheLeaderEndsThenItGivesUpItsLockThoughRedisIsSlow() {
		try (FaultyLink link = FaultyLink.to(server.port());
				StandbyGateway leader = new StandbyGateway(Kind.V3, properties(Kind.V3, broker.uri(), link.port()));
				Jedis redis = server.connect()) {
			awaitLeader(leader);
			assertThat(redis.exists(LOCK)).isTrue();
			link.delay(Duration.ofMillis(100));
			leader.close();
			assertThat(redis.exists(LOCK)).isFalse();
			assertThat(isOwned()).isFalse();
		}
	}

}
