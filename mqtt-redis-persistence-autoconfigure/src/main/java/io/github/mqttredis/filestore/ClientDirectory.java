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
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.github.mqttredis.session.FormerRecords.Destination;
import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionImportException;
import org.jspecify.annotations.Nullable;

/**
 * What one client left in its directory. A file is removed when the session has stored
 * its record, and no client sends a record before its file is gone: whenever a crash
 * comes, it can be begun again, and no message is sent twice.
 */
final class ClientDirectory {

	private static final String LOCK = ".lck";

	private static final int MOST_RECORDS = 500;

	private static final long MOST_BYTES = 1024 * 1024;

	private final Path directory;

	private final Destination session;

	/** Packets whose records the session has not stored yet. */
	private final List<LeftPacket> waiting = new ArrayList<>();

	private int moved;

	ClientDirectory(Path directory, Destination session) {
		this.directory = directory;
		this.session = session;
	}

	/**
	 * Move the records into the session.
	 * @return whether there were any
	 * @throws SessionException if that is not possible
	 */
	boolean moveIn() throws SessionException {
		if (!Files.isDirectory(this.directory)) {
			return false;
		}
		try {
			if (LeftPacket.in(this.directory).isEmpty()) {
				// The process may have died when the last file was gone.
				sync();
				return false;
			}
			moveInLocked();
			sync();
			clean();
			return true;
		}
		catch (IOException ex) {
			throw new SessionImportException(
					"MQTT session " + this.session.id() + " cannot be moved in from " + this.directory.toAbsolutePath()
							+ " (mqtt.persistence.import-from), where its files still are: " + ex,
					ex);
		}
	}

	/** Paho locks the same file, but goes on if it is locked. */
	private void moveInLocked() throws IOException, SessionException {
		try (FileChannel channel = FileChannel.open(this.directory.resolve(LOCK), StandardOpenOption.CREATE,
				StandardOpenOption.WRITE)) {
			FileLock lock = lock(channel);
			if (lock == null) {
				throw new SessionImportException("MQTT session " + this.session.id() + " cannot be moved in from "
						+ this.directory.toAbsolutePath() + " (mqtt.persistence.import-from): a client in a living"
						+ " process uses this directory. Stop that process, then start again");
			}
			moveInAll();
		}
	}

	private static @Nullable FileLock lock(FileChannel channel) throws IOException {
		try {
			return channel.tryLock();
		}
		catch (OverlappingFileLockException ex) {
			PahoFileStore.logger.debug("A client of this process holds the lock", ex);
			return null;
		}
	}

	private void moveInAll() throws IOException, SessionException {
		int records = 0;
		long bytes = 0;
		for (LeftPacket packet : LeftPacket.in(this.directory)) {
			packet.read();
			switch (packet.compare(this.session)) {
				case NEW -> {
					if (records + packet.records().size() > MOST_RECORDS || bytes + packet.bytes() > MOST_BYTES) {
						storeWaiting();
						records = 0;
						bytes = 0;
					}
					this.waiting.add(packet);
					records += packet.records().size();
					bytes += packet.bytes();
				}
				// The session stored it just before the process died.
				case STORED -> packet.delete();
				case TAKEN -> PahoFileStore.logger.warn("MQTT session " + this.session.id()
						+ " already has a message with the packet id of " + packet.files()
						+ ". These files stay in place, and are moved in at a later start, when the packet id is "
						+ "free");
			}
		}
		storeWaiting();
		PahoFileStore.logger.info("MQTT session " + this.session.id() + ": " + this.moved
				+ " records were moved in from " + this.directory.toAbsolutePath());
	}

	private void storeWaiting() throws IOException, SessionException {
		Map<RecordKey, byte[]> records = new TreeMap<>();
		this.waiting.forEach((packet) -> records.putAll(packet.records()));
		if (!records.isEmpty()) {
			this.session.store(records);
		}
		for (LeftPacket packet : this.waiting) {
			packet.delete();
		}
		this.moved += records.size();
		this.waiting.clear();
	}

	/**
	 * Have the deletions on disk before the client sends: what a power failure brought
	 * back would be taken for new once the broker has acknowledged it. Not all systems
	 * can do this for a directory.
	 */
	private void sync() {
		try (FileChannel channel = FileChannel.open(this.directory, StandardOpenOption.READ)) {
			channel.force(true);
		}
		catch (IOException ex) {
			PahoFileStore.logger.warn("The directory " + this.directory.toAbsolutePath() + " of MQTT session "
					+ this.session.id() + " cannot be synced to disk. After a power failure, files that were "
					+ "moved in may be back, and be sent again: " + ex);
		}
	}

	/** Leave nothing behind, as Paho does when it closes its store. */
	private void clean() throws IOException {
		Files.deleteIfExists(this.directory.resolve(LOCK));
		try {
			Files.delete(this.directory);
		}
		catch (DirectoryNotEmptyException ex) {
			PahoFileStore.logger.debug("The directory contains files that Paho did not store", ex);
		}
	}

}
