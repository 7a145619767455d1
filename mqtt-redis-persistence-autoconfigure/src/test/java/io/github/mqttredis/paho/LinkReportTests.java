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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.session.LinkStatus;
import io.github.mqttredis.session.SessionActivity.Event;
import io.github.mqttredis.session.SessionEvent;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.MosquittoBroker;
import io.github.mqttredis.testing.RedisClient;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisStores;
import io.github.mqttredis.testing.SharedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * What a client says of its link: in the log, in events, in counts, and when it is asked.
 */
@ParameterizedClass
@ValueSource(strings = { "v3", "v5" })
@ExtendWith(OutputCaptureExtension.class)
class LinkReportTests {

	private static final AtomicInteger CLIENTS = new AtomicInteger();

	@SharedServer
	private static ArtemisBroker broker;

	@SharedServer
	private static RedisServer redis;

	private final String version;

	private final String clientId = "reported-" + CLIENTS.incrementAndGet();

	private final List<SessionEvent> events = new CopyOnWriteArrayList<>();

	private final LettuceConnectionFactory factory = RedisClient.lettuce(redis.port());

	private final RedisSessionStore store = new RedisSessionStore(this.factory, RedisStores.SETTINGS,
			List.of(this.events::add));

	private final FaultyLink link = FaultyLink.to(broker.uri());

	LinkReportTests(String version) {
		this.version = version;
	}

	@BeforeEach
	void start() {
		this.store.start();
	}

	@AfterEach
	void close() {
		this.store.stop();
		this.factory.destroy();
		this.link.close();
	}

	private PahoClient client(String uri) throws Exception {
		return PahoClient.create(this.version, this.store, uri, this.clientId);
	}

	private LinkStatus status() {
		return this.store.sessions().get(0).link();
	}

	private long count(Event event) {
		return this.store.activity().values().iterator().next().count(event);
	}

	private int lines(CapturedOutput output, String text) {
		return (int) output.toString()
			.lines()
			.filter((line) -> line.contains("'" + this.clientId + "'") && line.contains(text))
			.count();
	}

	@Test
	void whenNobodyListensThenTheFirstFailureIsSaidAndNoOtherOfTheSame(CapturedOutput output) throws Exception {
		this.link.close();
		PahoClient client = client(this.link.uri());
		assertThatException().isThrownBy(() -> client.connect(60));
		assertThatException().isThrownBy(() -> client.connect(60));
		assertThat(lines(output, "is not connected to " + this.link.uri() + ": Connection refused")).isEqualTo(1);
		assertThat(status().state()).isEqualTo(LinkStatus.State.AWAY);
		assertThat(status().lastFailure()).contains("Connection refused");
		assertThat(count(Event.LINK_FAILED)).isGreaterThanOrEqualTo(2);
		assertThat(count(Event.LINK_MADE)).isZero();
		client.disconnect();
		assertThat(status().state()).isEqualTo(LinkStatus.State.CLOSED);
		client.close();
	}

	@Test
	void whenTheHostIsUnknownThenItIsNamed(CapturedOutput output) throws Exception {
		PahoClient client = client("tcp://no-such-host.invalid:1883");
		assertThatException().isThrownBy(() -> client.connect(60));
		assertThat(lines(output, "unknown host no-such-host.invalid")).isEqualTo(1);
		client.disconnect();
		client.close();
	}

	@Test
	@EnabledIf(value = "io.github.mqttredis.testing.MosquittoBroker#isInstalled",
			disabledReason = "mosquitto is not on the PATH")
	void whenTheBrokerWantsAPasswordThenThePropertyIsNamed(CapturedOutput output) throws Exception {
		try (MosquittoBroker strict = MosquittoBroker.start("allow_anonymous false")) {
			PahoClient client = client(strict.uri());
			assertThatException().isThrownBy(() -> client.connect(60));
			assertThat(lines(output, "mqtt.client.username")).isEqualTo(1);
			client.disconnect();
			client.close();
		}
	}

	@Test
	void whenALinkIsLostAndComesBackThenBothAreSaid(CapturedOutput output) throws Exception {
		PahoClient client = client(this.link.uri());
		client.bufferOffline();
		client.connect(60);
		Await.until("the connection is said", () -> lines(output, "is connected to " + this.link.uri()) == 1);
		assertThat(lines(output, "after it was away")).isZero();
		int connections = this.link.connections();
		this.link.leadTo(1);
		this.link.cut();
		Await.until("the link is away", () -> status().state() == LinkStatus.State.AWAY);
		client.publish("test/a", "m", 1);
		Await.until("it was tried in vain", () -> this.link.connections() > connections);
		Await.until("the loss is said", () -> lines(output, "has lost its link to " + this.link.uri()) == 1);
		this.link.leadTo(port(broker.uri()));
		Await.until("it is back", () -> lines(output, "after it was away for") == 1);
		assertThat(lines(output, "1 messages wait and are sent now")).isEqualTo(1);
		assertThat(status().state()).isEqualTo(LinkStatus.State.CONNECTED);
		assertThat(status().lastFailure()).isNotNull();
		Await.until("both links are counted", () -> count(Event.LINK_MADE) == 2);
		Await.until("events are told",
				() -> this.events.stream().filter(SessionEvent.Connected.class::isInstance).count() == 2);
		assertThat(this.events).hasAtLeastOneElementOfType(SessionEvent.Disconnected.class);
		client.disconnect();
		client.close();
	}

	private static int port(String uri) {
		return Integer.parseInt(uri.substring(uri.lastIndexOf(':') + 1));
	}

	@Test
	void whenThereIsNoLinkThenARefusedMessageSaysWhereToAndWhy() throws Exception {
		this.link.close();
		PahoClient client = client(this.link.uri());
		assertThatException().isThrownBy(() -> client.connect(60));
		assertThatException().isThrownBy(() -> client.publish("test/a", "m", 1))
			.havingCause()
			.withMessageContaining(
					"'" + this.clientId + "' is not connected to " + this.link.uri() + ": Connection refused")
			.satisfies((cause) -> assertThat(cause.getStackTrace()).isEmpty());
		client.disconnect();
		client.close();
	}

}
