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

package io.github.mqttredis.redis;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * Who holds a lease: the process, told apart from every other one and from its own
 * predecessors.
 *
 * @param host the host's name
 * @param pid the process id
 * @param started when the process started, in milliseconds since 1970
 * @param boot the identity of the host's boot, of the process namespace and of the user,
 * empty where the system does not tell
 * @param random what tells two stores of one process apart
 */
record Owner(String host, long pid, long started, String boot, String random) {

	private static final String SEPARATOR = "|";

	/** The system's clock may be set between two looks at a process. */
	private static final long START_TOLERANCE_MILLIS = 10_000;

	/**
	 * Return a new owner in this process.
	 * @return the owner
	 */
	static Owner ofThisProcess() {
		ProcessHandle process = ProcessHandle.current();
		long started = process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
		return new Owner(hostName().replace(SEPARATOR, "_"), process.pid(), started, bootId(),
				UUID.randomUUID().toString());
	}

	private static String hostName() {
		try {
			return InetAddress.getLocalHost().getHostName();
		}
		catch (UnknownHostException ex) {
			return "unknown-host";
		}
	}

	private static String bootId() {
		try {
			String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
			return boot + "/" + Files.readSymbolicLink(Path.of("/proc/self/ns/pid")) + "/"
					+ System.getProperty("user.name", "").replace(SEPARATOR, "_");
		}
		catch (IOException | UnsupportedOperationException | SecurityException ex) {
			// Not Linux: processes of one host cannot be told apart by a name that lasts.
			return "";
		}
	}

	/**
	 * Take a token apart.
	 * @param token the lease's value
	 * @return the owner, or {@code null} if this is no token of ours
	 */
	static @Nullable Owner parse(String token) {
		String[] parts = token.split("\\|", -1);
		if (parts.length != 5) {
			return null;
		}
		try {
			return new Owner(parts[0], Long.parseLong(parts[1]), Long.parseLong(parts[2]), parts[3], parts[4]);
		}
		catch (NumberFormatException ex) {
			return null;
		}
	}

	/**
	 * Return how to speak of the holder of a lease.
	 * @param token the lease's value, may be empty
	 * @return host and process id
	 */
	static String describe(String token) {
		if (token.isEmpty()) {
			return "another process, whose lease has ended";
		}
		Owner owner = parse(token);
		return (owner != null) ? "process " + owner.pid + " on " + owner.host : token;
	}

	/**
	 * Return whether this owner can be proved dead by looking at the processes of this
	 * host. Only a process of the same user, process namespace and boot would be seen if
	 * it lived; of any other nothing is known.
	 * @param self the owner in this process
	 * @return whether the process is gone, or another one has its id now
	 */
	boolean isProvablyDead(Owner self) {
		if (this.boot.isEmpty() || !this.boot.equals(self.boot) || !this.host.equals(self.host)) {
			return false;
		}
		Optional<ProcessHandle> process = ProcessHandle.of(this.pid);
		if (process.isEmpty() || !process.get().isAlive()) {
			return true;
		}
		Optional<Instant> start = process.get().info().startInstant();
		return start.isPresent() && this.started > 0
				&& Math.abs(start.get().toEpochMilli() - this.started) > START_TOLERANCE_MILLIS;
	}

	/**
	 * Return the value of this owner's leases.
	 * @return the token
	 */
	String token() {
		return String.join(SEPARATOR, this.host, Long.toString(this.pid), Long.toString(this.started), this.boot,
				this.random);
	}

}
