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

package io.github.mqttredis.filestore;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;

import io.github.mqttredis.session.FormerRecords;
import io.github.mqttredis.session.FormerStore;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionImportException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * A directory of Paho's {@code MqttDefaultFilePersistence}, of either version. Each
 * client has a directory of its own in it, which is found again by the rules of that
 * class.
 *
 * @since 0.1.0
 */
public final class PahoFileStore implements FormerStore {

	static final Log logger = LogFactory.getLog(PahoFileStore.class);

	/**
	 * What Spring Integration gives to Paho where only the connect options hold URIs.
	 */
	private static final String PLACEHOLDER = "tcp://NO_URL_PROVIDED";

	private final Path directory;

	/**
	 * Create the store.
	 * @param directory the directory that Paho's file store was given
	 */
	public PahoFileStore(Path directory) {
		this.directory = directory;
		if (!Files.isDirectory(directory)) {
			logger.warn("There is no directory " + directory.toAbsolutePath()
					+ " (mqtt.persistence.import-from): no MQTT session is moved in from files");
		}
	}

	@Override
	public FormerRecords of(SessionId id, String serverUri) {
		return (session) -> {
			for (String name : names(id, serverUri)) {
				moveIn(name, session);
			}
		};
	}

	private void moveIn(String name, FormerRecords.Destination session) throws SessionException {
		Path client;
		try {
			client = this.directory.resolve(name);
		}
		catch (InvalidPathException ex) {
			logger.debug("Paho has stored nothing either under a name that the file system does not take", ex);
			return;
		}
		new ClientDirectory(client, session).moveIn();
	}

	/**
	 * List in the log what all clients left, and change nothing.
	 * @return how much that is
	 * @throws SessionException if a directory or a file cannot be read
	 */
	public Listing list() throws SessionException {
		if (!Files.isDirectory(this.directory)) {
			return new Listing(0, 0);
		}
		try {
			int directories = 0;
			int records = 0;
			for (Path client : clients()) {
				int found = list(client);
				directories += (found > 0) ? 1 : 0;
				records += found;
			}
			return new Listing(directories, records);
		}
		catch (IOException | DirectoryIteratorException ex) {
			throw new SessionImportException("What would be moved in from " + this.directory.toAbsolutePath()
					+ " (mqtt.persistence.import-from) cannot be listed: " + ex, ex);
		}
	}

	private Set<Path> clients() throws IOException {
		Set<Path> clients = new TreeSet<>();
		try (var directories = Files.newDirectoryStream(this.directory, Files::isDirectory)) {
			directories.forEach(clients::add);
		}
		return clients;
	}

	private static int list(Path client) throws IOException {
		int records = 0;
		for (LeftPacket packet : LeftPacket.in(client)) {
			packet.read();
			records += packet.records().size();
			logger.info("Dry run: would be moved in by its client: " + packet.describe());
		}
		return records;
	}

	/**
	 * Return the names of a client's directories. Paho 3 puts the client id and the URI
	 * into it, Paho 5 the client id alone.
	 */
	private static Set<String> names(SessionId id, String serverUri) {
		Set<String> names = new LinkedHashSet<>();
		if (id.version() == MqttVersion.V5) {
			names.add(safe(id.clientId()));
		}
		else {
			names.add(safe(id.clientId()) + "-" + safe(serverUri));
			names.add(safe(id.clientId()) + "-" + safe(PLACEHOLDER));
		}
		return names;
	}

	/** As {@code MqttDefaultFilePersistence.isSafeChar} does it, char by char. */
	private static String safe(String text) {
		StringBuilder result = new StringBuilder(text.length());
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			if (Character.isJavaIdentifierPart(c) || c == '-') {
				result.append(c);
			}
		}
		return result.toString();
	}

	/**
	 * How much was found.
	 *
	 * @param directories the number of directories that hold records
	 * @param records the number of records
	 */
	public record Listing(int directories, int records) {

	}

}
