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

import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link MqttPersistenceRuntimeHints}: the members are those that the code asks
 * for by name.
 */
class MqttPersistenceRuntimeHintsTests {

	private final RuntimeHints hints = new RuntimeHints();

	MqttPersistenceRuntimeHintsTests() {
		new MqttPersistenceRuntimeHints().registerHints(this.hints, getClass().getClassLoader());
	}

	@ParameterizedTest
	@ValueSource(strings = { "acquire", "write", "confirm", "release", "quarantine", "sessions", "inspect", "records",
			"delete" })
	void whenAScriptIsThereThenItIsKept(String script) {
		String resource = "io/github/mqttredis/redis/" + script + ".lua";
		assertThat(getClass().getClassLoader().getResource(resource)).isNotNull();
		assertThat(RuntimeHintsPredicates.resource().forResource(resource)).accepts(this.hints);
	}

	@ParameterizedTest
	@CsvSource({ "client.mqttv3.internal.ClientComms, callback", "client.mqttv3.internal.CommsCallback, current_state",
			"client.mqttv3.internal.ClientState, pendingFlows", "client.mqttv3.internal.ClientState, inUseMsgIds",
			"client.mqttv3.internal.ClientState, nextMsgId", "mqttv5.client.internal.ClientComms, callback",
			"mqttv5.client.internal.CommsCallback, current_state", "mqttv5.client.internal.ClientState, mqttConnection",
			"mqttv5.client.internal.ClientState, queueLock", "mqttv5.client.internal.ClientState, actualInFlight",
			"mqttv5.client.internal.ClientState, outboundQoS2", "mqttv5.client.internal.ClientState, pendingFlows" })
	void whenAFieldOfPahoIsReadThenItIsKept(String type, String field) throws Exception {
		Class<?> owner = Class.forName("org.eclipse.paho." + type);
		assertThat(RuntimeHintsPredicates.reflection().onFieldAccess(owner.getDeclaredField(field)))
			.accepts(this.hints);
	}

	@ParameterizedTest
	@CsvSource({ "core.DefaultMqttPahoClientFactory, persistence", "core.Mqttv3ClientManager, persistence",
			"core.Mqttv5ClientManager, persistence", "outbound.Mqttv5PahoMessageHandler, persistence",
			"inbound.Mqttv5PahoMessageDrivenChannelAdapter, persistence",
			"inbound.MqttPahoMessageDrivenChannelAdapter, clientFactory",
			"inbound.MqttPahoMessageDrivenChannelAdapter, clientManager",
			"inbound.MqttPahoMessageDrivenChannelAdapter, clientId", "inbound.MqttPahoMessageDrivenChannelAdapter, url",
			"outbound.MqttPahoMessageHandler, clientFactory", "outbound.MqttPahoMessageHandler, clientManager",
			"outbound.MqttPahoMessageHandler, converter", "outbound.MqttPahoMessageHandler, url",
			"support.DefaultPahoMessageConverter, defaultQos", "support.DefaultPahoMessageConverter, qosProcessor" })
	void whenAFieldOfSpringIntegrationIsReadThenItIsKept(String type, String name) throws Exception {
		Class<?> owner = Class.forName("org.springframework.integration.mqtt." + type);
		var field = ReflectionUtils.findField(owner, name);
		assertThat(field).isNotNull();
		assertThat(RuntimeHintsPredicates.reflection().onFieldAccess(field)).accepts(this.hints);
	}

	@Test
	void whenAFieldOfSpringDataIsReadThenItIsKept() throws Exception {
		assertThat(RuntimeHintsPredicates.reflection()
			.onFieldAccess(LettuceConnectionFactory.class.getDeclaredField("configuration"))).accepts(this.hints);
	}

	@ParameterizedTest
	@ValueSource(strings = { "org.springframework.integration.mqtt.core.AbstractMqttClientManager" })
	void whenAMethodIsCalledByNameThenItIsKept(String type) throws Exception {
		var method = Stream.of(Class.forName(type).getDeclaredMethods())
			.filter((candidate) -> "setClient".equals(candidate.getName()))
			.findAny()
			.orElseThrow();
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(method)).accepts(this.hints);
	}

}
