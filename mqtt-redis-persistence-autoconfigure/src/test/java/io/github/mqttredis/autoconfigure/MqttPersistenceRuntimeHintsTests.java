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

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.mqttredis.autoconfigure.MqttRedisPersistenceAutoConfiguration.MqttPersistenceRuntimeHints;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link MqttPersistenceRuntimeHints}: all that the code asks for by name is
 * kept, and nothing is asked for that is not named here.
 */
class MqttPersistenceRuntimeHintsTests {

	private static final Path SOURCES = Path.of("src", "main", "java");

	private static final Path RESOURCES = Path.of("src", "main", "resources");

	private static final Pattern NAME = Pattern.compile("\"([a-z]\\w+)\"");

	/** A member's name, or the constant that holds it, in what looks for members. */
	private static final Pattern ASKED = Pattern
		.compile("(?:(?:find(?:Field|Method)|[gs]etPropertyValue|\\bfield)\\((?:[\\w.()]+, )?"
				+ "|\\(\"(?:ClientComms|CommsCallback|ClientState)\", )(?:\"(\\w+)\"|([A-Z_0-9]+)\\b)");

	private static final Pattern CONSTANT = Pattern.compile("String ([A-Z_0-9]+) = \"(\\w+)\";");

	private static final String PAHO_3 = "org.eclipse.paho.client.mqttv3.";

	private static final String PAHO_5 = "org.eclipse.paho.mqttv5.client.";

	private static final String INTEGRATION = "org.springframework.integration.mqtt.";

	private final RuntimeHints hints = new RuntimeHints();

	MqttPersistenceRuntimeHintsTests() {
		new MqttPersistenceRuntimeHints().registerHints(this.hints, getClass().getClassLoader());
	}

	static Stream<String> scripts() throws IOException {
		try (Stream<Path> files = Files.walk(RESOURCES)) {
			return files.filter((file) -> file.toString().endsWith(".lua"))
				.map((file) -> RESOURCES.relativize(file).toString().replace('\\', '/'))
				.toList()
				.stream();
		}
	}

	@ParameterizedTest
	@MethodSource("scripts")
	void whenAScriptIsThereThenItIsKept(String script) {
		assertThat(RuntimeHintsPredicates.resource().forResource(script)).accepts(this.hints);
	}

	static Stream<String> fields() {
		Stream<String> both = Stream.of(PAHO_3, PAHO_5)
			.flatMap((paho) -> Stream
				.of("ClientComms.callback", "CommsCallback.current_state", "ClientState.pendingFlows",
						"ClientState.pendingMessages", "ClientState.outboundQoS1", "ClientState.outboundQoS2",
						"ClientState.inUseMsgIds", "ClientState.nextMsgId")
				.map((field) -> paho + "internal." + field));
		Stream<String> paho5 = Stream.of("mqttConnection", "queueLock", "actualInFlight", "tokenStore")
			.map((field) -> PAHO_5 + "internal.ClientState." + field);
		String inbound3 = "inbound.MqttPahoMessageDrivenChannelAdapter.";
		String inbound5 = "inbound.Mqttv5PahoMessageDrivenChannelAdapter.";
		String outbound3 = "outbound.MqttPahoMessageHandler.";
		String outbound5 = "outbound.Mqttv5PahoMessageHandler.";
		Stream<String> integration = Stream
			.of("core.DefaultMqttPahoClientFactory.persistence", "core.DefaultMqttPahoClientFactory.options",
					"core.AbstractMqttClientManager.lock", "core.Mqttv3ClientManager.persistence",
					"core.Mqttv5ClientManager.persistence", inbound3 + "clientFactory", inbound3 + "clientManager",
					inbound3 + "clientId", inbound3 + "url", inbound3 + "manualAcks", inbound5 + "persistence",
					inbound5 + "clientManager", inbound5 + "clientId", inbound5 + "url", inbound5 + "mqttClient",
					inbound5 + "manualAcks", outbound3 + "clientFactory", outbound3 + "converter",
					outbound3 + "clientManager", outbound3 + "clientId", outbound3 + "url", outbound5 + "persistence",
					outbound5 + "clientManager", outbound5 + "clientId", outbound5 + "url", outbound5 + "mqttClient",
					outbound5 + "headerMapper")
			.map((field) -> INTEGRATION + field);
		Stream<String> data = Stream.of(LettuceConnectionFactory.class.getName() + ".configuration");
		Stream<String> options = Stream.of(PAHO_5 + "MqttAsyncClient.connOpts");
		return Stream.of(both, paho5, options, integration, data).flatMap((all) -> all);
	}

	@ParameterizedTest
	@MethodSource("fields")
	void whenAFieldIsReadThenItIsKept(String name) throws Exception {
		var field = ReflectionUtils.findField(type(name), member(name));
		assertThat(field).isNotNull();
		assertThat(RuntimeHintsPredicates.reflection().onFieldAccess(Objects.requireNonNull(field)))
			.accepts(this.hints);
	}

	static Stream<String> methods() {
		Stream<String> paho = Stream.of(PAHO_3, PAHO_5)
			.flatMap((client) -> Stream
				.of("internal.CommsCallback.isRunning", "internal.ClientState.notifyResult",
						"internal.ClientState.releaseMessageId")
				.map((method) -> client + method));
		return Stream.concat(paho, Stream.of(INTEGRATION + "core.AbstractMqttClientManager.setClient"));
	}

	@ParameterizedTest
	@MethodSource("methods")
	void whenAMethodIsCalledByNameThenItIsKept(String name) throws Exception {
		var methods = Stream.of(type(name).getDeclaredMethods())
			.filter((method) -> member(name).equals(method.getName()) && !method.isBridge())
			.toList();
		assertThat(methods).isNotEmpty()
			.allSatisfy((method) -> assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(method))
				.accepts(this.hints));
	}

	@ParameterizedTest
	@ValueSource(classes = { MqttPersistenceProperties.class, MqttPersistenceProperties.Lease.class,
			MqttPersistenceProperties.Encryption.class, MqttClientProperties.class, MqttClientProperties.Will.class })
	void whenARecordHasSettingsThenItsComponentsAreKept(Class<?> type) {
		assertThat(type.getRecordComponents()).isNotEmpty()
			.allSatisfy((component) -> assertThat(
					RuntimeHintsPredicates.reflection().onMethodInvocation(component.getAccessor()))
				.accepts(this.hints));
	}

	@Test
	void whenJedisIsThereThenItsSettingsCanBeReadThroughAProxy() {
		assertThat(RuntimeHintsPredicates.proxies().forInterfaces(JedisClientConfiguration.class)).accepts(this.hints);
		assertThat(JedisClientConfiguration.class.getMethods())
			.filteredOn((method) -> !Modifier.isStatic(method.getModifiers()))
			.isNotEmpty()
			.allSatisfy((method) -> assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(method))
				.accepts(this.hints));
	}

	@Test
	void whenTheCodeAsksForAMemberThenItIsTestedHere() throws Exception {
		Set<String> asked = new TreeSet<>();
		try (Stream<Path> files = Files.walk(SOURCES)) {
			for (Path file : files.filter((candidate) -> candidate.toString().endsWith(".java")).toList()) {
				addAsked(Files.readString(file), asked);
			}
		}
		assertThat(asked).contains("isRunning", "setClient", "pendingFlows", "mqttClient", "url");
		assertThat(Stream.concat(fields(), methods()).map(MqttPersistenceRuntimeHintsTests::member)).containsAll(asked);
	}

	private static void addAsked(String source, Set<String> asked) {
		if (source.contains("record IntegrationMembers(")) {
			// Its table is nothing but names, and those of types have dots.
			NAME.matcher(source).results().forEach((name) -> asked.add(name.group(1)));
		}
		Matcher matcher = ASKED.matcher(source);
		while (matcher.find()) {
			String constant = matcher.group(2);
			if (constant == null) {
				asked.add(matcher.group(1));
			}
			else {
				CONSTANT.matcher(source)
					.results()
					.filter((found) -> found.group(1).equals(constant))
					.forEach((found) -> asked.add(found.group(2)));
			}
		}
	}

	private static Class<?> type(String name) throws ClassNotFoundException {
		return Class.forName(name.substring(0, name.lastIndexOf('.')));
	}

	private static String member(String name) {
		return name.substring(name.lastIndexOf('.') + 1);
	}

}
