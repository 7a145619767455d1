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

package io.github.mqttredis.paho.v5;

import java.util.List;

import io.github.mqttredis.paho.EncodableOptions;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.packet.MqttDataTypes;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.jspecify.annotations.Nullable;

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
	public static void check(String clientId, MqttConnectionOptions options) throws MqttException {
		EncodableOptions sent = new EncodableOptions(clientId, MqttDataTypes::encodeUTF8);
		sent.text("client id", clientId);
		sent.text("user name", options.getUserName());
		sent.bytes("password", options.getPassword());
		sent.text("authentication method", options.getAuthMethod());
		sent.bytes("authentication data", options.getAuthData());
		lookAt(options.getUserProperties(), "", sent);
		if (options.getWillMessage() != null) {
			sent.text("will topic", options.getWillDestination());
			sent.bytes("will message", options.getWillMessage().getPayload());
			lookAt(options.getWillMessageProperties(), sent);
		}
		String defect = sent.defect();
		if (defect != null) {
			throw new RefusedMessageException(MqttException.REASON_CODE_CLIENT_EXCEPTION, defect);
		}
	}

	private static void lookAt(MqttProperties will, EncodableOptions sent) {
		sent.text("content type of the will", will.getContentType());
		sent.text("response topic of the will", will.getResponseTopic());
		sent.bytes("correlation data of the will", will.getCorrelationData());
		lookAt(will.getUserProperties(), " of the will", sent);
	}

	private static void lookAt(@Nullable List<UserProperty> properties, String whose, EncodableOptions sent) {
		if (properties != null) {
			properties.forEach((property) -> {
				sent.text("name of a user property" + whose, property.getKey());
				sent.text("value of a user property" + whose, property.getValue());
			});
		}
	}

	/**
	 * Copy options.
	 * @param from the options, of which the getters are used
	 * @return a copy with all of them
	 */
	static MqttConnectionOptions copy(MqttConnectionOptions from) {
		MqttConnectionOptions to = new MqttConnectionOptions();
		to.setAuthData(from.getAuthData());
		to.setAuthMethod(from.getAuthMethod());
		to.setAutomaticReconnect(from.isAutomaticReconnect());
		to.setAutomaticReconnectDelay(from.getAutomaticReconnectMinDelay(), from.getAutomaticReconnectMaxDelay());
		to.setCleanStart(from.isCleanStart());
		to.setConnectionTimeout(from.getConnectionTimeout());
		to.setExecutorServiceTimeout(from.getExecutorServiceTimeout());
		to.setHttpsHostnameVerificationEnabled(from.isHttpsHostnameVerificationEnabled());
		to.setKeepAliveInterval(from.getKeepAliveInterval());
		to.setMaxReconnectDelay(from.getMaxReconnectDelay());
		to.setMaximumPacketSize(from.getMaximumPacketSize());
		to.setPassword(from.getPassword());
		to.setReceiveMaximum(from.getReceiveMaximum());
		to.setSSLHostnameVerifier(from.getSSLHostnameVerifier());
		to.setSSLProperties(from.getSSLProperties());
		to.setSendReasonMessages(from.isSendReasonMessages());
		to.setSessionExpiryInterval(from.getSessionExpiryInterval());
		to.setSocketFactory(from.getSocketFactory());
		to.setTopicAliasMaximum(from.getTopicAliasMaximum());
		to.setUseSubscriptionIdentifiers(from.useSubscriptionIdentifiers());
		to.setUserName(from.getUserName());
		to.setUserProperties(from.getUserProperties());
		to.setWillMessageProperties(from.getWillMessageProperties());
		if (from.getCustomWebSocketHeaders() != null) {
			to.setCustomWebSocketHeaders(from.getCustomWebSocketHeaders());
		}
		if (from.getRequestProblemInfo() != null) {
			to.setRequestProblemInfo(from.getRequestProblemInfo());
		}
		if (from.getRequestResponseInfo() != null) {
			to.setRequestResponseInfo(from.getRequestResponseInfo());
		}
		if (from.getServerURIs() != null) {
			to.setServerURIs(from.getServerURIs());
		}
		if (from.getWillMessage() != null) {
			to.setWill(from.getWillDestination(), from.getWillMessage());
		}
		return to;
	}

}
