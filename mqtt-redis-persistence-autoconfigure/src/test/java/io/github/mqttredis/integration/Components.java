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

import java.util.List;

import io.github.mqttredis.integration.ComponentChecker.Finding;
import io.github.mqttredis.testing.Ports;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;

import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.integration.channel.NullChannel;
import org.springframework.integration.mqtt.core.DefaultMqttPahoClientFactory;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;
import org.springframework.integration.mqtt.core.Mqttv5ClientManager;
import org.springframework.integration.mqtt.inbound.AbstractMqttMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.inbound.MqttPahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.inbound.Mqttv5PahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.outbound.AbstractMqttMessageHandler;
import org.springframework.integration.mqtt.outbound.MqttPahoMessageHandler;
import org.springframework.integration.mqtt.outbound.Mqttv5PahoMessageHandler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Spring Integration's MQTT components as a careful application sets them, for a broker
 * that is away, unless a test spoils them.
 */
final class Components {

	static final String URI = "tcp://127.0.0.1:" + Ports.free();

	private Components() {
	}

	static List<Finding> findings(AssertableApplicationContext context) {
		assertThat(context).hasNotFailed();
		return context.getBean(ComponentChecker.class).findings();
	}

	static MqttConnectOptions options() {
		MqttConnectOptions options = new MqttConnectOptions();
		options.setCleanSession(false);
		options.setServerURIs(new String[] { URI });
		options.setAutomaticReconnect(true);
		options.setMaxInflight(1000);
		return options;
	}

	static MqttConnectionOptions optionsV5() {
		MqttConnectionOptions options = new MqttConnectionOptions();
		options.setCleanStart(false);
		options.setSessionExpiryInterval(600L);
		options.setServerURIs(new String[] { URI });
		options.setAutomaticReconnect(true);
		return options;
	}

	static DefaultMqttPahoClientFactory factory() {
		return factory(options());
	}

	static DefaultMqttPahoClientFactory factory(MqttConnectOptions options) {
		DefaultMqttPahoClientFactory factory = new DefaultMqttPahoClientFactory();
		factory.setConnectionOptions(options);
		return factory;
	}

	static Mqttv3ClientManager manager(MqttConnectOptions options, String clientId) {
		Mqttv3ClientManager manager = new Mqttv3ClientManager(options, clientId);
		manager.setQuiescentTimeout(1);
		manager.setDisconnectCompletionTimeout(100);
		return manager;
	}

	static Mqttv5ClientManager manager(MqttConnectionOptions options, String clientId) {
		Mqttv5ClientManager manager = new Mqttv5ClientManager(options, clientId);
		manager.setQuiescentTimeout(1);
		manager.setDisconnectCompletionTimeout(100);
		return manager;
	}

	static MqttPahoMessageHandler handler(MqttPahoClientFactory factory, String clientId) {
		return publisher(new MqttPahoMessageHandler(clientId, factory));
	}

	static MqttPahoMessageDrivenChannelAdapter adapter(MqttPahoClientFactory factory, String clientId) {
		return subscriber(new MqttPahoMessageDrivenChannelAdapter(clientId, factory, "readings"));
	}

	static Mqttv5PahoMessageHandler handler(MqttConnectionOptions options, String clientId) {
		return publisher(new Mqttv5PahoMessageHandler(options, clientId));
	}

	static Mqttv5PahoMessageDrivenChannelAdapter adapter(MqttConnectionOptions options, String clientId) {
		return subscriber(new Mqttv5PahoMessageDrivenChannelAdapter(options, clientId, "readings"));
	}

	static <H extends AbstractMqttMessageHandler<?, ?>> H publisher(H handler) {
		handler.setDefaultTopic("readings");
		handler.setDefaultQos(1);
		handler.setDisconnectCompletionTimeout(100);
		return handler;
	}

	static <A extends AbstractMqttMessageDrivenChannelAdapter<?, ?>> A subscriber(A adapter) {
		adapter.setOutputChannel(new NullChannel());
		adapter.setAutoStartup(false);
		adapter.setQuiescentTimeout(1);
		adapter.setDisconnectCompletionTimeout(100);
		return adapter;
	}

}
