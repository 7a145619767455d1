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

package io.github.mqttredis.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicReference;

import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;

/**
 * A real MQTT broker in this JVM, on a port that stays when it is stopped and started.
 */
public final class ArtemisBroker implements AutoCloseable {

	private final Path directory;

	private final int port;

	private EmbeddedActiveMQ server;

	private final TlsMaterial tls;

	private final int tlsPort;

	private final String settings;

	private ArtemisBroker(Path directory, int port, TlsMaterial tls, int tlsPort, String settings) {
		this.directory = directory;
		this.port = port;
		this.tls = tls;
		this.tlsPort = tlsPort;
		this.settings = settings;
		this.server = launch();
	}

	public static ArtemisBroker start() {
		return start((TlsMaterial) null);
	}

	/**
	 * Start a broker with settings of its own.
	 * @param settings parameters of its acceptor, such as {@code maximumPacketSize=5000}
	 * @return the broker
	 */
	public static ArtemisBroker start(String settings) {
		return start(null, settings);
	}

	/**
	 * Start a broker that speaks TLS as well, on a second port.
	 * @param tls its key
	 * @return the broker
	 */
	public static ArtemisBroker start(TlsMaterial tls) {
		return start(tls, "");
	}

	private static ArtemisBroker start(TlsMaterial tls, String settings) {
		try {
			return new ArtemisBroker(Files.createTempDirectory("artemis-"), Ports.free(), tls, Ports.free(), settings);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private EmbeddedActiveMQ launch() {
		try {
			EmbeddedActiveMQ launched = new EmbeddedActiveMQ();
			launched.setConfiguration(configuration());
			launched.createActiveMQServer();
			AtomicReference<Exception> failure = new AtomicReference<>();
			launched.getActiveMQServer().registerActivationFailureListener(failure::set);
			launched.start();
			if (failure.get() != null) {
				throw failure.get();
			}
			// An acceptor that cannot listen fails no start.
			new Socket("127.0.0.1", this.port).close();
			return launched;
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private Configuration configuration() throws Exception {
		Configuration configuration = new ConfigurationImpl();
		configuration.setSecurityEnabled(false);
		configuration.setJMXManagementEnabled(false);
		configuration.setPersistenceEnabled(true);
		configuration.setJournalType(JournalType.NIO);
		configuration.setJournalSyncTransactional(false);
		configuration.setJournalSyncNonTransactional(false);
		configuration.setJournalDirectory(this.directory.resolve("journal").toString());
		configuration.setBindingsDirectory(this.directory.resolve("bindings").toString());
		configuration.setPagingDirectory(this.directory.resolve("paging").toString());
		configuration.setLargeMessagesDirectory(this.directory.resolve("large").toString());
		configuration.addAcceptorConfiguration("mqtt", uri() + "?protocols=MQTT;" + this.settings);
		if (this.tls != null) {
			configuration.addAcceptorConfiguration("mqtts",
					"tcp://127.0.0.1:" + this.tlsPort + "?protocols=MQTT;sslEnabled=true;keyStorePath="
							+ this.tls.keyStore() + ";keyStorePassword=" + this.tls.password());
		}
		return configuration;
	}

	public String uri() {
		return "tcp://127.0.0.1:" + this.port;
	}

	/**
	 * Return the URI for a kind of transport.
	 * @param scheme such as {@code ws} or {@code ssl}
	 * @return the URI
	 */
	public String uri(String scheme) {
		return scheme + "://127.0.0.1:" + (scheme.matches("ssl|wss") ? this.tlsPort : this.port);
	}

	/**
	 * Stop. Sessions and messages are kept for {@link #restart()}.
	 */
	public void stop() {
		try {
			this.server.stop();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	public void restart() {
		this.server = launch();
	}

	@Override
	public void close() {
		stop();
		try (var files = Files.walk(this.directory)) {
			files.sorted(Comparator.reverseOrder()).forEach((file) -> file.toFile().delete());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
