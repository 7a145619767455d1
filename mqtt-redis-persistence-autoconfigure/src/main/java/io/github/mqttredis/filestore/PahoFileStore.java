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
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
 * client has its own directory in it, which is found by the naming rules of that class.
 *
 * @since 0.1.0
 */
public final class PahoFileStore implements FormerStore {

	static final Log logger = LogFactory.getLog(PahoFileStore.class);

	/**
	 * What Spring Integration gives to Paho if only the connect options hold URIs.
	 */
	private static final String PLACEHOLDER = "tcp://NO_URL_PROVIDED";

	private final Path directory;

	/**
	 * Create the store.
	 * @param directory the directory that Paho's file store was given
	 */
	public PahoFileStore(Path directory) {
		this.directory = directory;
		if (Files.notExists(directory)) {
			logger.warn("There is no directory " + directory.toAbsolutePath()
					+ " (mqtt.persistence.import-from): no MQTT session is moved in from files");
		}
	}

	@Override
	public FormerRecords of(SessionId id, String serverUri) {
		return (session) -> {
			if (isThere("MQTT session " + id + " cannot be moved in")) {
				moveIn(session, serverUri);
				reportOtherVersion(id, serverUri);
			}
		};
	}

	private void moveIn(FormerRecords.Destination session, String serverUri) throws SessionException {
		boolean found = false;
		List<Path> directories = directories(session.id().clientId(), session.id().version(), serverUri);
		for (Path directory : directories) {
			found |= new ClientDirectory(directory, session).moveIn();
		}
		if (!found) {
			logger.info("MQTT session " + session.id() + ": there is nothing to move in from "
					+ directories.stream().map(Path::toString).collect(Collectors.joining(" or "))
					+ " (mqtt.persistence.import-from)");
		}
	}

	/** Report what the client left when it spoke the other version of MQTT. */
	private void reportOtherVersion(SessionId id, String serverUri) {
		boolean v3 = id.version() == MqttVersion.V3;
		for (Path directory : directories(id.clientId(), v3 ? MqttVersion.V5 : MqttVersion.V3, serverUri)) {
			if (holdsRecords(directory)) {
				logger.warn("MQTT session " + id + ": " + directory + " holds records of MQTT " + (v3 ? 5 : 3)
						+ ", which this client cannot read. Run a client of that version to deliver them, or delete them");
			}
		}
	}

	private static boolean holdsRecords(Path directory) {
		try {
			return Files.isDirectory(directory) && !LeftPacket.in(directory).isEmpty();
		}
		catch (IOException ex) {
			logger.debug("What this client left under another version cannot be read", ex);
			return false;
		}
	}

	/**
	 * Tell whether there is anything. Without this, a directory that may not be read
	 * looks as if no client had left anything.
	 */
	private boolean isThere(String failure) throws SessionImportException {
		if (Files.notExists(this.directory)) {
			return false;
		}
		if (!Files.isReadable(this.directory) || !Files.isExecutable(this.directory)) {
			throw new SessionImportException(failure + " from " + this.directory.toAbsolutePath()
					+ " (mqtt.persistence.import-from): this process may not read it");
		}
		return true;
	}

	/**
	 * List in the log what all clients left, and change nothing.
	 * @return how much that is
	 * @throws SessionException if a directory or a file cannot be read
	 */
	public Listing list() throws SessionException {
		if (!isThere("What would be moved in cannot be listed")) {
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
		catch (IOException ex) {
			throw new SessionImportException("What would be moved in from " + this.directory.toAbsolutePath()
					+ " (mqtt.persistence.import-from) cannot be listed: " + ex, ex);
		}
	}

	private Set<Path> clients() throws IOException {
		Set<Path> clients = new TreeSet<>();
		try (var directories = Files.newDirectoryStream(this.directory, Files::isDirectory)) {
			directories.forEach(clients::add);
		}
		catch (DirectoryIteratorException ex) {
			throw ex.getCause();
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
	 * Return where a client left its records. Paho 3 puts the client id and the URI into
	 * the name, Paho 5 the client id alone.
	 */
	private List<Path> directories(String clientId, MqttVersion version, String serverUri) {
		String client = safe(clientId);
		Stream<String> names = (version == MqttVersion.V5) ? Stream.of(client)
				: Stream.of(client + "-" + safe(serverUri), client + "-" + safe(PLACEHOLDER));
		try {
			return names.distinct().map((name) -> this.directory.resolve(name).toAbsolutePath()).toList();
		}
		catch (InvalidPathException ex) {
			logger.debug("Paho has stored nothing either under a name that the file system does not take", ex);
			return List.of();
		}
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
