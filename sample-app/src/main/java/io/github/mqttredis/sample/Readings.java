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

package io.github.mqttredis.sample;

import org.eclipse.paho.client.mqttv3.MqttException;

import org.springframework.integration.annotation.MessagingGateway;
import org.springframework.integration.mqtt.support.MqttHeaders;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.Payload;

/**
 * The way from Java into the flow that publishes readings.
 */
@MessagingGateway(defaultRequestChannel = "telemetry.input")
interface Readings {

	/**
	 * Publish a reading. When this returns, the reading is stored and will be delivered.
	 * @param reading the reading
	 * @param qos the MQTT quality of service
	 * @throws MqttException if it could not be accepted; the outcome is unknown then
	 */
	void publish(@Payload Reading reading, @Header(MqttHeaders.QOS) int qos) throws MqttException;

}
