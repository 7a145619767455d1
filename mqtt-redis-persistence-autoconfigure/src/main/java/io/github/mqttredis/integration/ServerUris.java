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

import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ObjectUtils;

/**
 * Finds the URI that a client is made with. It is a part of the session's identity, so a
 * placeholder must not take its place.
 */
final class ServerUris {

	/**
	 * What Spring Integration gives to Paho where only the connect options hold URIs.
	 */
	static final String PLACEHOLDER = "tcp://NO_URL_PROVIDED";

	private ServerUris() {
	}

	/**
	 * Return the URI that comes first where Paho connects to.
	 * @param url the URL that the component was given, {@code null} if it was given none
	 * @param options the options that the client will connect with: Paho does not look at
	 * the URL if these have URIs
	 * @return the first URI of the options, or the URL, or the placeholder
	 */
	static String first(@Nullable String url, MqttConnectOptions options) {
		String[] configured = options.getServerURIs();
		if (!ObjectUtils.isEmpty(configured)) {
			return configured[0];
		}
		return (url != null) ? url : PLACEHOLDER;
	}

}
