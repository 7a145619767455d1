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

package io.github.mqttredis.benchmarks.run;

import io.github.mqttredis.benchmarks.Addresses;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;

/**
 * The broker where there is no mosquitto: ActiveMQ Artemis in a JVM of its own.
 */
public final class ArtemisBroker {

	private ArtemisBroker() {
	}

	public static void main(String[] args) throws Exception {
		Configuration configuration = new ConfigurationImpl();
		configuration.setSecurityEnabled(false);
		configuration.setJMXManagementEnabled(false);
		configuration.setPersistenceEnabled(false);
		configuration.addAcceptorConfiguration("mqtt", "tcp://" + Addresses.HOST + ":" + args[0] + "?protocols=MQTT");
		EmbeddedActiveMQ server = new EmbeddedActiveMQ();
		server.setConfiguration(configuration);
		server.start();
	}

}
