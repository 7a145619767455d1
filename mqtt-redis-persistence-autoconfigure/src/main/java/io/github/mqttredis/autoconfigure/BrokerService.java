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

import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * What is known of brokers that run in containers.
 */
final class BrokerService {

	/** Names of services, and of images. */
	static final String[] NAMES = { "mqtt", "mosquitto", "eclipse-mosquitto", "emqx", "emqx/emqx",
			"emqx/emqx-enterprise", "hivemq", "hivemq/hivemq-ce", "hivemq/hivemq4", "artemis", "apache/artemis",
			"apache/activemq-artemis" };

	/** Variable of Artemis' images; the others ask for no user. */
	static final String USERNAME = "ARTEMIS_USER";

	static final String PASSWORD = "ARTEMIS_PASSWORD";

	private static final int PORT = 1883;

	private static final int TLS_PORT = 8883;

	private BrokerService() {
	}

	/**
	 * Return where the broker is.
	 * @param tls whether it is reached with TLS
	 * @param host its host
	 * @param ports the port outside the container for one inside
	 * @return its URI
	 */
	static List<String> serverUris(boolean tls, String host, IntUnaryOperator ports) {
		return List.of(tls ? "ssl://" + host + ":" + ports.applyAsInt(TLS_PORT)
				: "tcp://" + host + ":" + ports.applyAsInt(PORT));
	}

}
