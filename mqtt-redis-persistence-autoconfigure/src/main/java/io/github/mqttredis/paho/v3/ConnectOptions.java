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

package io.github.mqttredis.paho.v3;

import io.github.mqttredis.paho.EncodableOptions;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.internal.wire.MqttWireMessage;

/**
 * Copies the connect options of an application. Paho writes the version of MQTT and more
 * into the options that it is given ({@code ConnectActionListener}), and reads them at
 * each attempt. Several clients may share them, so each attempt gets its own copy.
 *
 * @since 0.1.0
 */
public final class ConnectOptions {

	private ConnectOptions() {
	}

	/**
	 * Check that options can be sent.
	 * @param clientId the client's id
	 * @param options what it connects with
	 * @throws MqttException if not; its message names client and option
	 */
	public static void check(String clientId, MqttConnectOptions options) throws MqttException {
		EncodableOptions sent = new EncodableOptions(clientId, MqttWireMessage::encodeUTF8);
		sent.text("client id", clientId);
		sent.text("user name", options.getUserName());
		// Without a user name, Paho sends no password.
		if (options.getUserName() != null && options.getPassword() != null) {
			sent.text("password", String.valueOf(options.getPassword()));
		}
		if (options.getWillMessage() != null) {
			sent.text("will topic", options.getWillDestination());
			sent.bytes("will message", options.getWillMessage().getPayload());
		}
		String defect = sent.defect();
		if (defect != null) {
			throw new RefusedMessageException(MqttException.REASON_CODE_CLIENT_EXCEPTION, defect);
		}
	}

	/**
	 * Copy options.
	 * @param from the options, of which the getters are used
	 * @return a copy with all of them
	 */
	public static MqttConnectOptions copy(MqttConnectOptions from) {
		MqttConnectOptions to = new MqttConnectOptions();
		to.setAutomaticReconnect(from.isAutomaticReconnect());
		to.setCleanSession(from.isCleanSession());
		to.setConnectionTimeout(from.getConnectionTimeout());
		to.setCustomWebSocketHeaders(from.getCustomWebSocketHeaders());
		to.setExecutorServiceTimeout(from.getExecutorServiceTimeout());
		to.setHttpsHostnameVerificationEnabled(from.isHttpsHostnameVerificationEnabled());
		to.setKeepAliveInterval(from.getKeepAliveInterval());
		to.setMaxInflight(from.getMaxInflight());
		to.setMaxReconnectDelay(from.getMaxReconnectDelay());
		to.setMqttVersion(from.getMqttVersion());
		to.setSSLHostnameVerifier(from.getSSLHostnameVerifier());
		to.setSSLProperties(from.getSSLProperties());
		to.setSocketFactory(from.getSocketFactory());
		to.setUserName(from.getUserName());
		if (from.getPassword() != null) {
			to.setPassword(from.getPassword());
		}
		if (from.getServerURIs() != null) {
			to.setServerURIs(from.getServerURIs());
		}
		MqttMessage will = from.getWillMessage();
		if (will != null) {
			to.setWill(from.getWillDestination(), will.getPayload(), will.getQos(), will.isRetained());
		}
		return to;
	}

}
