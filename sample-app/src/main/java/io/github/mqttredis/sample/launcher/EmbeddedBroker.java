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

package io.github.mqttredis.sample.launcher;

import java.nio.file.Path;
import java.util.List;

import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.CoreAddressConfiguration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.remoting.server.RemotingService;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;

/**
 * A real MQTT broker, ActiveMQ Artemis in this JVM, on a free port of the loopback
 * interface.
 *
 * <p>
 * Off means that nobody can reach it; it forgets nothing. The launcher's own subscriber
 * has an address of its own, which stays open: what it counts is what the gateway did.
 */
class EmbeddedBroker implements Switch, AutoCloseable {

	private static final String ACCEPTOR = "mqtt";

	private static final String PROTOCOL = "?protocols=MQTT";

	private final String uri = "tcp://127.0.0.1:" + Ports.free();

	private final String observerUri = "tcp://127.0.0.1:" + Ports.free();

	private final EmbeddedActiveMQ server = new EmbeddedActiveMQ();

	EmbeddedBroker(Path directory) {
		this(directory, List.of());
	}

	/**
	 * Start the broker.
	 * @param directory where its files are
	 * @param topics those that it knows from the beginning: while Artemis 2.53 stores a
	 * new one for its first message, the next message may overtake that one
	 */
	EmbeddedBroker(Path directory, List<String> topics) {
		try {
			Configuration configuration = configuration(directory);
			topics.forEach((topic) -> configuration
				.addAddressConfiguration(new CoreAddressConfiguration().setName(topic.replace('/', '.'))
					.addRoutingType(RoutingType.MULTICAST)));
			this.server.setConfiguration(configuration);
			this.server.start();
		}
		catch (Exception ex) {
			throw new LauncherException(
					"No embedded broker: " + ex.getMessage() + ". Set mqtt.client.server-uris to use another.", ex);
		}
	}

	private Configuration configuration(Path directory) throws Exception {
		Configuration configuration = new ConfigurationImpl();
		configuration.setSecurityEnabled(false);
		configuration.setJMXManagementEnabled(false);
		// Sessions and messages survive a restart of the broker, not a crash of this JVM.
		configuration.setPersistenceEnabled(true);
		configuration.setJournalType(JournalType.NIO);
		configuration.setJournalSyncTransactional(false);
		configuration.setJournalSyncNonTransactional(false);
		configuration.setJournalDirectory(directory.resolve("journal").toString());
		configuration.setBindingsDirectory(directory.resolve("bindings").toString());
		configuration.setPagingDirectory(directory.resolve("paging").toString());
		configuration.setLargeMessagesDirectory(directory.resolve("large").toString());
		configuration.addAcceptorConfiguration(ACCEPTOR, this.uri + PROTOCOL);
		configuration.addAcceptorConfiguration("observer", this.observerUri + PROTOCOL);
		return configuration;
	}

	String uri() {
		return this.uri;
	}

	String observerUri() {
		return this.observerUri;
	}

	@Override
	public synchronized void off() {
		try {
			remoting().destroyAcceptor(ACCEPTOR);
		}
		catch (Exception ex) {
			throw new LauncherException("The embedded broker did not go off: " + ex.getMessage(), ex);
		}
	}

	@Override
	public synchronized void on() {
		if (isOn()) {
			return;
		}
		try {
			remoting().createAcceptor(ACCEPTOR, this.uri + PROTOCOL).start();
		}
		catch (Exception ex) {
			throw new LauncherException("The embedded broker did not come back: " + ex.getMessage(), ex);
		}
	}

	@Override
	public boolean isOn() {
		return remoting().getAcceptor(ACCEPTOR) != null;
	}

	private RemotingService remoting() {
		return this.server.getActiveMQServer().getRemotingService();
	}

	@Override
	public void close() {
		try {
			this.server.stop();
		}
		catch (Exception ex) {
			throw new LauncherException("The embedded broker did not stop: " + ex.getMessage(), ex);
		}
	}

}
