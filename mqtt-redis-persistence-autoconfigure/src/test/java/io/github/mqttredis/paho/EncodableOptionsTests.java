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

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.SharedRedis;
import io.github.mqttredis.testing.SharedServer;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What an application connects with, and CONNECT has no place for.
 */
class EncodableOptionsTests {

	private static final AtomicInteger CLIENTS = new AtomicInteger();

	private static final String BAD = "secret\n";

	private static final String LONG = "\u00e4".repeat(32_768);

	private static final String CHARACTER = " has a character that MQTT or Paho does not allow";

	private static final String LENGTH = " is longer than 65535 bytes";

	@RegisterExtension
	static final SharedRedis redis = new SharedRedis();

	@SharedServer
	private static ArtemisBroker broker;

	private final FaultyLink link = FaultyLink.to(broker.uri());

	private final String clientId = "options-" + CLIENTS.incrementAndGet();

	@AfterEach
	void close() {
		this.link.close();
	}

	static Stream<Arguments> v3() {
		Map<String, Consumer<MqttConnectOptions>> options = new LinkedHashMap<>();
		options.put("user name" + CHARACTER, (to) -> to.setUserName(BAD));
		options.put("user name" + LENGTH, (to) -> to.setUserName(LONG));
		options.put("password" + CHARACTER, (to) -> {
			to.setUserName("user");
			to.setPassword(BAD.toCharArray());
		});
		options.put("password" + LENGTH, (to) -> {
			to.setUserName("user");
			to.setPassword(LONG.toCharArray());
		});
		options.put("will topic" + CHARACTER, (to) -> to.setWill("a/\uD83D", new byte[0], 1, false));
		options.put("will message" + LENGTH, (to) -> to.setWill("a", new byte[65_536], 1, false));
		return arguments(options);
	}

	static Stream<Arguments> v5() {
		Map<String, Consumer<MqttConnectionOptions>> options = new LinkedHashMap<>();
		options.put("user name" + CHARACTER, (to) -> to.setUserName(BAD));
		options.put("user name" + LENGTH, (to) -> to.setUserName(LONG));
		options.put("password" + LENGTH, (to) -> to.setPassword(new byte[65_536]));
		options.put("authentication method" + CHARACTER, (to) -> to.setAuthMethod(BAD));
		options.put("authentication data" + LENGTH, (to) -> to.setAuthData(new byte[65_536]));
		options.put("name of a user property" + CHARACTER,
				(to) -> to.setUserProperties(List.of(new UserProperty(BAD, "v"))));
		options.put("value of a user property" + LENGTH,
				(to) -> to.setUserProperties(List.of(new UserProperty("a", "b"), new UserProperty("k", LONG))));
		options.put("will topic" + CHARACTER, (to) -> will(to, "a/\uD83D", new byte[0]));
		options.put("will message" + LENGTH, (to) -> will(to, "a", new byte[65_536]));
		options.put("content type of the will" + LENGTH, (to) -> will(to).setContentType(LONG));
		options.put("response topic of the will" + CHARACTER, (to) -> will(to).setResponseTopic(BAD));
		options.put("correlation data of the will" + LENGTH, (to) -> will(to).setCorrelationData(new byte[65_536]));
		options.put("value of a user property of the will" + CHARACTER,
				(to) -> will(to).setUserProperties(List.of(new UserProperty("k", BAD))));
		return arguments(options);
	}

	private static MqttProperties will(MqttConnectionOptions options) {
		return will(options, "a", new byte[0]);
	}

	private static MqttProperties will(MqttConnectionOptions options, String topic, byte[] payload) {
		MqttProperties properties = new MqttProperties();
		options.setWill(topic, new MqttMessage(payload));
		options.setWillMessageProperties(properties);
		return properties;
	}

	private static <O> Stream<Arguments> arguments(Map<String, Consumer<O>> options) {
		return options.entrySet().stream().map((entry) -> Arguments.of(entry.getKey(), entry.getValue()));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("v3")
	void whenItCannotBeSentThenConnectSaysWhatAndTheClientCanConnectWithout(String problem,
			Consumer<MqttConnectOptions> option) throws Exception {
		MqttConnectOptions options = new MqttConnectOptions();
		options.setAutomaticReconnect(true);
		option.accept(options);
		PahoClient.V3 client = (PahoClient.V3) PahoClient.create("v3", redis.stores().start(), this.link.uri(),
				this.clientId);
		assertRefused(problem, () -> client.client().connect(options));
		assertRefused(problem, () -> client.client().reconnect());
		assertConnects(client);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("v5")
	void whenItCannotBeSentWithMqtt5ThenConnectSaysWhatAndTheClientCanConnectWithout(String problem,
			Consumer<MqttConnectionOptions> option) throws Exception {
		MqttConnectionOptions options = new MqttConnectionOptions();
		options.setAutomaticReconnect(true);
		option.accept(options);
		PahoClient.V5 client = (PahoClient.V5) PahoClient.create("v5", redis.stores().start(), this.link.uri(),
				this.clientId);
		assertRefused(problem, () -> client.client().connect(options));
		assertRefused(problem, () -> client.client().reconnect());
		assertConnects(client);
	}

	private void assertRefused(String problem, org.assertj.core.api.ThrowableAssert.ThrowingCallable connecting) {
		assertThatThrownBy(connecting).hasMessage("MQTT client '%s' does not connect: its %s", this.clientId, problem)
			.extracting(Object::getClass)
			.asString()
			.contains(".RefusedMessageException");
	}

	private void assertConnects(PahoClient client) throws Exception {
		assertThat(this.link.connections()).isZero();
		client.connect(60);
		client.publish("a", "payload", 1).await();
		client.disconnect();
		client.close();
	}

	@Test
	void whenClientsShareOptionsThenThoseStayAsTheyAreAndOnlyMqtt311IsSpoken() throws Exception {
		MqttConnectOptions shared = new MqttConnectOptions();
		shared.setCleanSession(false);
		shared.setAutomaticReconnect(true);
		shared.setMaxReconnectDelay(1000);
		PahoClient.V3 client = (PahoClient.V3) PahoClient.create("v3", redis.stores().start(), this.link.uri(),
				this.clientId);
		this.link.refuse();
		assertThatThrownBy(() -> client.client().connect(shared).waitForCompletion(Await.MILLIS));
		assertThat(this.link.refused()).isOne();
		assertThat(shared.getMqttVersion()).isEqualTo(MqttConnectOptions.MQTT_VERSION_DEFAULT);
		this.link.release();
		client.client().connect(shared).waitForCompletion(Await.MILLIS);
		assertThat(shared).usingRecursiveComparison().isEqualTo(unused());
		client.disconnect();
		client.close();
	}

	private static MqttConnectOptions unused() {
		MqttConnectOptions options = new MqttConnectOptions();
		options.setCleanSession(false);
		options.setAutomaticReconnect(true);
		options.setMaxReconnectDelay(1000);
		return options;
	}

}
