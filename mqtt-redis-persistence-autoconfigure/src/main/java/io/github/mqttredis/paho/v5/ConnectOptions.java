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

import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;

/**
 * Copies the connect options of an application. Paho writes the version of MQTT and more
 * into the options that it is given ({@code ConnectActionListener}), and reads them at
 * each attempt. Several clients may share them, so each attempt gets its own copy.
 */
final class ConnectOptions {

	private ConnectOptions() {
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
