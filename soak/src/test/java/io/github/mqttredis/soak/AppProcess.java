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

package io.github.mqttredis.soak;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.Load;

/**
 * A {@link SoakApplication}, seen from its parent, with links of its own to Redis and to
 * the broker.
 */
final class AppProcess implements AutoCloseable {

	private static final Pattern LOST = Pattern.compile("(\\d+) messages that waited for the broker are gone");

	private final String name;

	private final Journal journal;

	private final Traffic traffic;

	private final Process process;

	private final Thread reader;

	private final List<String> log = new ArrayList<>();

	private final Path logFile;

	/** Times from which on what is only in its memory may be gone. */
	private final List<Long> deaths = new ArrayList<>();

	private volatile CompletableFuture<String> answer = new CompletableFuture<>();

	final FaultyLink redis;

	final FaultyLink broker;

	final long spawned;

	/** When its context had started, 0 if it has not. */
	private volatile long started;

	private volatile boolean asleep;

	private final Troubles naps = new Troubles();

	private volatile Troubles.End awake = (time) -> {
	};

	/** Whether it was told to stop, or killed, or has been succeeded. */
	private volatile boolean given;

	/** Whether it said that another process owns a session that it wants. */
	private volatile boolean waited;

	private volatile boolean killed;

	/** Since when another process may own its sessions. */
	private volatile long succeeded = Long.MAX_VALUE;

	private volatile int lost;

	AppProcess(String name, Settings settings, boolean takeover, World world, Traffic traffic) {
		this.name = name;
		this.journal = world.journal();
		this.traffic = traffic;
		this.logFile = world.directory().resolve(name + ".log");
		this.redis = FaultyLink.to(world.redisPort());
		this.broker = FaultyLink.to(world.brokerUri());
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m", "-Xss512k",
						"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError", "-cp",
						world.classPath(), SoakApplication.class.getName(), String.join(",", settings.clients()),
						this.broker.uri(), Integer.toString(Settings.KEEP_ALIVE_SECONDS)));
		command.addAll(settings.arguments(world.redisArguments(this.redis.port()), takeover));
		try {
			this.process = new ProcessBuilder(command).redirectErrorStream(true).start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.spawned = this.journal
			.note(this + " begins, process " + this.process.pid() + (takeover ? ", takes over" : ""));
		this.reader = new Thread(this::read, name);
		this.reader.setDaemon(true);
		this.reader.start();
	}

	private void read() {
		try (BufferedReader lines = this.process.inputReader();
				PrintWriter copy = new PrintWriter(Files.newBufferedWriter(this.logFile), true)) {
			for (String line = lines.readLine(); line != null; line = lines.readLine()) {
				copy.println(line);
				note(line);
			}
		}
		catch (IOException ex) {
			// The process is gone.
		}
		this.answer.complete("");
	}

	private void note(String line) {
		String[] words = line.split(" ", 3);
		switch (words[0]) {
			case "@accepted" -> this.traffic.accepted(words[1]);
			case "@refused" -> this.traffic.refused(words[1], words[2]);
			case "@got" -> this.traffic.got(this, this.journal.at(Long.parseLong(words[1])), words[2].split(" "));
			case "@started" -> started(this.journal.note(this + " has started"));
			case "@stats" -> this.answer.complete(line.substring(7));
			case "@paused", "@resumed", "@stopped" -> {
				this.journal.note(this + " says " + words[0].substring(1));
				this.answer.complete(words[0].substring(1));
			}
			default -> log(line);
		}
	}

	private void started(long at) {
		this.started = at;
	}

	private void log(String line) {
		synchronized (this.log) {
			this.log.add(line);
		}
		if (line.contains(" WARN ") || line.contains(" ERROR ") || line.contains("Exception")) {
			this.journal.note(this + ": " + line);
		}
		this.waited |= line.contains("for its lease to end");
		Matcher gone = LOST.matcher(line);
		if (gone.find()) {
			this.lost += Integer.parseInt(gone.group(1));
		}
	}

	private synchronized boolean tell(String order) {
		try {
			Writer writer = this.process.outputWriter();
			writer.write(order + "\n");
			writer.flush();
			return true;
		}
		catch (IOException ex) {
			// It is gone.
			return false;
		}
	}

	boolean publish(Message message) {
		return tell("publish " + message.client + " " + message.id() + " " + message.qos + " " + message.retained + " "
				+ message.size + " " + message.topic);
	}

	/**
	 * Give an order and wait for the answer.
	 * @return the answer, empty if none came in time
	 */
	private String ask(String order, Duration limit) {
		CompletableFuture<String> awaited = new CompletableFuture<>();
		this.answer = awaited;
		if (!tell(order)) {
			return "";
		}
		try {
			return awaited.get(limit.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (TimeoutException | ExecutionException ex) {
			this.journal.note(this + " does not answer to " + order);
			return "";
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return "";
		}
	}

	/**
	 * Ask it for what it uses.
	 * @return what it uses, {@code null} if it does not say
	 */
	Stats stats() {
		String answer = ask("stats", Load.seconds(20));
		return answer.isEmpty() ? null : Stats.parse(answer);
	}

	void pauseContext() {
		ask("pause", Load.seconds(40));
		died(this.journal.now());
	}

	void resumeContext() {
		ask("resume", Load.seconds(60));
	}

	/**
	 * Stop it in order.
	 * @return whether it has ended in time
	 */
	boolean stop() {
		this.given = true;
		this.journal.note(this + " is told to stop");
		tell("stop");
		boolean ended = awaitEnd(Load.seconds(40));
		died(this.journal.note(this + (ended ? " has stopped" : " does not stop")));
		return ended;
	}

	void kill() {
		this.given = true;
		this.killed = true;
		// Before the signal: what it has said by then is known to hold.
		died(this.journal.note(this + " is killed"));
		this.process.destroyForcibly();
		died(this.journal.now());
		awaitEnd(Await.LIMIT);
	}

	private boolean awaitEnd(Duration limit) {
		try {
			boolean ended = this.process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
			if (ended) {
				this.reader.join(limit.toMillis());
			}
			return ended;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	void sleep() {
		this.asleep = true;
		this.awake = this.naps.begin(this.journal.now());
		this.journal.note(this + " is paused");
		signal("-STOP");
	}

	void wake() {
		if (this.asleep) {
			signal("-CONT");
			this.awake.at(this.journal.now());
			this.journal.note(this + " goes on");
			this.asleep = false;
		}
	}

	/** When it was paused, in which it stores nothing. */
	Troubles naps() {
		return this.naps;
	}

	private void signal(String signal) {
		try {
			new ProcessBuilder("kill", signal, Long.toString(this.process.pid())).start().waitFor();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Note that its sessions may go on without it.
	 * @param at since when
	 */
	void died(long at) {
		synchronized (this.deaths) {
			this.deaths.add(at);
		}
	}

	/**
	 * Return whether it died in a span of time.
	 * @param from since when
	 * @param to until when, exclusive
	 * @return whether it did
	 */
	boolean diedBetween(long from, long to) {
		synchronized (this.deaths) {
			return this.deaths.stream().anyMatch((death) -> death >= from && death < to);
		}
	}

	/**
	 * Note that another process may own its sessions from now on.
	 * @param at since when
	 */
	void succeeded(long at) {
		this.succeeded = at;
		died(at);
	}

	long succeeded() {
		return this.succeeded;
	}

	/**
	 * Return whether it ended, or lost its sessions, at any moment.
	 * @return whether it did
	 */
	boolean hasCrashed() {
		return this.killed || this.succeeded != Long.MAX_VALUE;
	}

	boolean isGiven() {
		return this.given;
	}

	boolean isAlive() {
		return this.process.isAlive();
	}

	boolean isAsleep() {
		return this.asleep;
	}

	long started() {
		return this.started;
	}

	boolean hasWaited() {
		return this.waited;
	}

	int lost() {
		return this.lost;
	}

	List<String> log() {
		synchronized (this.log) {
			return List.copyOf(this.log);
		}
	}

	@Override
	public String toString() {
		return this.name;
	}

	@Override
	public void close() {
		wake();
		this.process.destroyForcibly();
		awaitEnd(Await.LIMIT);
		this.redis.close();
		this.broker.close();
	}

	/**
	 * What a process uses.
	 *
	 * @param connected how many of its clients are connected
	 * @param sockets how many sockets it has
	 * @param heap how many bytes are on its heap after a collection
	 * @param threads the names of its threads
	 */
	record Stats(int connected, int sockets, long heap, List<String> threads) {

		static Stats parse(String line) {
			String[] words = line.split(" ");
			return new Stats(Integer.parseInt(words[0]), Integer.parseInt(words[1]), Long.parseLong(words[2]),
					List.of(words[3].split(",")));
		}

	}

}
