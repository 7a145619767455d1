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

import org.springframework.context.ApplicationContext;
import org.springframework.integration.mqtt.support.MqttHeaders;
import org.springframework.integration.support.MessageBuilder;
import org.springframework.messaging.MessageChannel;

/**
 * The ways in which an application comes by an MQTT client, each with its example.
 */
enum EntryPoint {

	V3_CLIENT_MANAGER(V3ClientManagerExample.class),

	V5_CLIENT_MANAGER(V5ClientManagerExample.class),

	CLIENT_FACTORY(ClientFactoryExample.class),

	OWN_CLIENT_FACTORY(OwnClientFactoryExample.class),

	OWN_V3_CLIENT_MANAGER(OwnV3ClientManagerExample.class),

	OWN_V5_CLIENT_MANAGER(OwnV5ClientManagerExample.class),

	V5_MESSAGE_HANDLER(V5MessageHandlerExample.class) {

		@Override
		boolean receives() {
			return false;
		}

	},

	V5_MESSAGE_DRIVEN_CHANNEL_ADAPTER(V5MessageDrivenChannelAdapterExample.class) {

		@Override
		boolean publishes() {
			return false;
		}

	},

	JAVA_DSL(JavaDslExample.class),

	RUNTIME_FLOW(RuntimeFlowExample.class) {

		@Override
		void prepare(ApplicationContext context) {
			context.getBean(RuntimeFlowExample.class).add("pump-1");
		}

		@Override
		String prefix() {
			return "pump-1";
		}

	},

	XML(XmlExample.class),

	XML_V5(XmlV5Example.class),

	PAHO_V3(PahoV3Example.class) {

		@Override
		void publish(ApplicationContext context, String payload, int qos) throws Exception {
			context.getBean(PahoV3Example.class).publish(payload, qos);
		}

	},

	PAHO_V5(PahoV5Example.class) {

		@Override
		void publish(ApplicationContext context, String payload, int qos) throws Exception {
			context.getBean(PahoV5Example.class).publish(payload, qos);
		}

	};

	private final Class<?> example;

	EntryPoint(Class<?> example) {
		this.example = example;
	}

	Class<?> example() {
		return this.example;
	}

	boolean publishes() {
		return true;
	}

	boolean receives() {
		return true;
	}

	/**
	 * Do what the example does only when it is asked.
	 */
	void prepare(ApplicationContext context) {
	}

	String prefix() {
		return "";
	}

	String topic(String name) {
		return prefix().isEmpty() ? name : prefix() + "/" + name;
	}

	/**
	 * Publish as the application would.
	 */
	void publish(ApplicationContext context, String payload, int qos) throws Exception {
		String channel = prefix().isEmpty() ? "telemetry" : prefix() + ".telemetry";
		context.getBean(channel, MessageChannel.class)
			.send(MessageBuilder.withPayload(payload).setHeader(MqttHeaders.QOS, qos).build());
	}

}
