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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/**
 * Who holds a lease: the process, told apart from every other one and from its own
 * predecessors.
 *
 * @param host the host's name
 * @param pid the process id
 * @param started when the process started, in clock ticks since the boot, 0 if the system
 * does not tell. The time of day would not do: it may be set, by decades on a machine
 * without a clock of its own
 * @param boot the identity of the host's boot, of the process namespace and of the user,
 * empty if the system does not tell
 * @param random what tells two stores of one process apart
 * @param leaseMillis how long its leases run, in milliseconds: one that has more time
 * left is one that the clock of Redis was set back under
 */
record Owner(String host, long pid, long started, String boot, String random, long leaseMillis) {

	private static final String SEPARATOR = "|";

	/** The owners in this process that are at work, with the contexts that they serve. */
	private static final Map<String, String> CONTEXTS = new ConcurrentHashMap<>();

	private static final Path PROC = Path.of("/proc");

	/** Where the start is among the fields of stat that follow the process's name. */
	private static final int START_FIELD = 19;

	/**
	 * Return a new owner in this process.
	 * @param lease how long its leases run
	 * @return the owner
	 */
	static Owner ofThisProcess(Duration lease) {
		return ofThisProcess(lease, PROC);
	}

	/**
	 * Return a new owner in this process.
	 * @param lease how long its leases run
	 * @param proc where the system tells of processes
	 * @return the owner
	 */
	static Owner ofThisProcess(Duration lease, Path proc) {
		long pid = ProcessHandle.current().pid();
		String host = hostName(proc).replace(SEPARATOR, "_");
		String random = UUID.randomUUID().toString();
		try {
			return new Owner(host, pid, startOf(pid, proc), bootId(pid, proc), random, lease.toMillis());
		}
		catch (IOException | RuntimeException ex) {
			// Not Linux, or not all of it: no process can be told apart from a later one.
			RedisSessionStore.logger.debug("It cannot be proved that an owner on this host is dead", ex);
			return new Owner(host, pid, 0, "", random, lease.toMillis());
		}
	}

	private static String hostName(Path proc) {
		try {
			// Asks no name server, which may not know a container, or not answer.
			return Files.readString(proc.resolve("sys/kernel/hostname")).strip();
		}
		catch (IOException ex) {
			return resolvedHostName();
		}
	}

	private static String resolvedHostName() {
		try {
			return InetAddress.getLocalHost().getHostName();
		}
		catch (UnknownHostException ex) {
			return "unknown-host";
		}
	}

	private static String bootId(long pid, Path proc) throws IOException {
		Path self = proc.resolve("self");
		if (!Files.readSymbolicLink(self).toString().equals(Long.toString(pid))) {
			throw new IOException(proc + " shows another process namespace than that of this process");
		}
		String boot = Files.readString(proc.resolve("sys/kernel/random/boot_id")).strip();
		return boot + "/" + Files.readSymbolicLink(self.resolve("ns/pid")) + "/" + Files.getAttribute(self, "unix:uid");
	}

	private static long startOf(long pid, Path proc) throws IOException {
		// The name, in brackets, may hold anything.
		String stat = Files.readString(proc.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1);
		return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[START_FIELD]);
	}

	/**
	 * Take a token apart.
	 * @param token the lease's value
	 * @return the owner, or {@code null} if this is no token of ours
	 */
	static @Nullable Owner parse(String token) {
		String[] parts = token.split("\\|", -1);
		if (parts.length != 6) {
			return null;
		}
		try {
			return new Owner(parts[0], Long.parseLong(parts[1]), Long.parseLong(parts[2]), parts[3], parts[4],
					Long.parseLong(parts[5]));
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
	 * Return how to speak of the holder of a lease that somebody waits for.
	 * @param token the lease's value, may be empty
	 * @return host and process id, and the application context if it is one of this
	 * process
	 */
	static String describeHolder(String token) {
		String context = contextOf(token);
		return (context != null) ? describe(token) + ", which is this process, in " + context : describe(token);
	}

	/**
	 * Return which context of this process has a lease.
	 * @param token the lease's value
	 * @return the context, {@code null} if it is none of this process
	 */
	static @Nullable String contextOf(String token) {
		return CONTEXTS.get(token);
	}

	/**
	 * Note that this owner is at work.
	 * @param context the application context that it serves
	 */
	void begin(String context) {
		CONTEXTS.put(token(), context);
	}

	/**
	 * Note that this owner owns nothing any more.
	 */
	void end() {
		CONTEXTS.remove(token());
	}

	/**
	 * Return whether this owner can be proved dead by looking at the processes of this
	 * host. Only a process of the same user, process namespace and boot would be seen if
	 * it lived; of any other nothing is known. In containers every process may have id 1
	 * and the kernel's boot is the same: there the namespace tells. Its number is given
	 * to another one only when all of its processes are dead.
	 * @param self the owner in this process
	 * @return whether the process is gone, or another one has its id now
	 */
	boolean isProvablyDead(Owner self) {
		if (this.boot.isEmpty() || !this.boot.equals(self.boot) || !this.host.equals(self.host)) {
			return false;
		}
		try {
			return startOf(this.pid, PROC) != this.started;
		}
		catch (NoSuchFileException ex) {
			return true;
		}
		catch (IOException | RuntimeException ex) {
			RedisSessionStore.logger.debug("Could not look at process " + this.pid, ex);
			return false;
		}
	}

	/**
	 * Return the value of this owner's leases.
	 * @return the token
	 */
	String token() {
		return String.join(SEPARATOR, this.host, Long.toString(this.pid), Long.toString(this.started), this.boot,
				this.random, Long.toString(this.leaseMillis));
	}

}
