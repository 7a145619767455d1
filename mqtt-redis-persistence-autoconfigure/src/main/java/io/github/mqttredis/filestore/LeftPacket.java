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
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.mqttredis.session.FormerRecords.Destination;
import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.RecordKind;
import io.github.mqttredis.session.StoredRecords;
import org.jspecify.annotations.Nullable;

/**
 * The files of one packet id, which belong together.
 */
final class LeftPacket {

	private static final String RECORD = ".msg";

	private static final String BACKUP = ".msg.bup";

	/** In the order of their names: that of a record comes before that of its backup. */
	private final Map<RecordKey, TreeSet<Path>> files = new TreeMap<>();

	private final Map<RecordKey, byte[]> records = new TreeMap<>();

	/**
	 * How the records fit what the session has.
	 */
	enum Compared {

		/**
		 * The session has no record of this packet id.
		 */
		NEW,

		/**
		 * The session has all of them that can be read. The others went to quarantine.
		 */
		STORED,

		/**
		 * The session has another message of this packet id.
		 */
		TAKEN

	}

	/**
	 * Return which record a file holds.
	 * @param file the file
	 * @return the record's key, {@code null} if it is none of Paho's files
	 */
	private static @Nullable RecordKey key(Path file) {
		String name = Objects.requireNonNull(file.getFileName()).toString();
		String suffix = name.endsWith(BACKUP) ? BACKUP : RECORD;
		return name.endsWith(suffix) ? RecordKey.parse(name.substring(0, name.length() - suffix.length())) : null;
	}

	/**
	 * Return what all records of a packet id have in common.
	 * @param key a record's key
	 * @return the key of one of them, whether it is there or not
	 */
	private static RecordKey packet(RecordKey key) {
		return (key.kind() == RecordKind.RECEIVED) ? key : key.sibling(RecordKind.SENT);
	}

	/**
	 * Find what there is in a directory, with the records of one packet id together.
	 * @param directory the directory of one client
	 * @return the packets in their order
	 * @throws IOException if the directory cannot be read
	 */
	static Collection<LeftPacket> in(Path directory) throws IOException {
		Map<RecordKey, LeftPacket> packets = new TreeMap<>();
		try (var files = Files.newDirectoryStream(directory, Files::isRegularFile)) {
			for (Path file : files) {
				RecordKey key = key(file);
				if (key != null) {
					packets.computeIfAbsent(packet(key), (first) -> new LeftPacket()).add(key, file);
				}
			}
		}
		catch (DirectoryIteratorException ex) {
			throw ex.getCause();
		}
		return packets.values();
	}

	private void add(RecordKey key, Path file) {
		this.files.computeIfAbsent(key, (first) -> new TreeSet<>()).add(file);
	}

	/**
	 * Read the records. A backup is there if Paho died while it wrote the record anew,
	 * and counts in its place ({@code MqttDefaultFilePersistence.restoreBackups}).
	 * @throws IOException if a file cannot be read
	 */
	void read() throws IOException {
		for (Map.Entry<RecordKey, TreeSet<Path>> file : this.files.entrySet()) {
			this.records.put(file.getKey(), Files.readAllBytes(file.getValue().last()));
		}
	}

	Compared compare(Destination session) {
		Map<RecordKey, byte[]> readable = StoredRecords.readable(this.records);
		if (!readable.isEmpty() && readable.entrySet()
			.stream()
			.allMatch((record) -> Arrays.equals(record.getValue(), session.get(record.getKey())))) {
			return Compared.STORED;
		}
		RecordKey packet = packet(this.files.keySet().iterator().next());
		Stream<RecordKind> kinds = (packet.kind() == RecordKind.RECEIVED) ? Stream.of(RecordKind.RECEIVED)
				: Stream.of(RecordKind.SENT, RecordKind.PUBREL, RecordKind.BUFFERED);
		return kinds.anyMatch((kind) -> session.get(packet.sibling(kind)) != null) ? Compared.TAKEN : Compared.NEW;
	}

	Map<RecordKey, byte[]> records() {
		return Collections.unmodifiableMap(this.records);
	}

	long bytes() {
		return this.records.values().stream().mapToLong((record) -> record.length).sum();
	}

	/**
	 * Delete the files. A backup goes last: what stands beside it may be half of a
	 * record, and must never be there alone.
	 * @throws IOException if a file cannot be deleted
	 */
	void delete() throws IOException {
		for (TreeSet<Path> ofRecord : this.files.values()) {
			for (Path file : ofRecord) {
				Files.delete(file);
			}
		}
	}

	List<Path> files() {
		return this.files.values().stream().flatMap(TreeSet::stream).toList();
	}

	/**
	 * Tell what was read.
	 * @return a text for the log
	 */
	String describe() {
		Map<RecordKey, byte[]> readable = StoredRecords.readable(this.records);
		return this.files.entrySet().stream().map((file) -> {
			int size = Objects.requireNonNull(this.records.get(file.getKey())).length;
			return file.getValue().last() + " (" + size + " bytes"
					+ (readable.containsKey(file.getKey()) ? ")" : ", cannot be read: quarantine)");
		}).collect(Collectors.joining(", "));
	}

}
