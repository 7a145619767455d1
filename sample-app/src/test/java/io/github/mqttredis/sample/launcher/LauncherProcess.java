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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The launcher as a user starts it: in a JVM of its own.
 */
public final class LauncherProcess {

	/**
	 * How long anything may take.
	 */
	public static final Duration TIMEOUT = Duration.ofMinutes(4);

	private static final Pattern PAGE = Pattern.compile("break it: (http://localhost:\\d+/)");

	private final Path log;

	private final Process process;

	private LauncherProcess(Path log, Process process) {
		this.log = log;
		this.process = process;
	}

	/**
	 * Start the launcher. Its gateway and its page have free ports unless they are given.
	 * @param directory where its output goes, and below it its temporary files
	 * @param arguments its arguments
	 * @return the launcher
	 * @throws IOException if it could not be started
	 */
	public static LauncherProcess start(Path directory, String... arguments) throws IOException {
		Path log = directory.resolve("launcher.log");
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(List.of("-Xmx512m", "-Djava.io.tmpdir=" + Files.createDirectories(directory.resolve("tmp"))));
		command.addAll(List.of("-cp", System.getProperty("java.class.path"), Launcher.class.getName()));
		command.addAll(List.of(arguments));
		for (String port : List.of("--gateway.port=", "--page.port=")) {
			if (command.stream().noneMatch((argument) -> argument.startsWith(port))) {
				command.add(port + Ports.free());
			}
		}
		ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
		builder.environment().keySet().removeIf((name) -> name.startsWith("SPRING_") || name.startsWith("MQTT_"));
		return new LauncherProcess(log, builder.start());
	}

	Process process() {
		return this.process;
	}

	int exitCode() throws InterruptedException {
		return exitCode(TIMEOUT);
	}

	int exitCode(Duration timeout) throws InterruptedException {
		if (!this.process.waitFor(timeout.toSeconds(), TimeUnit.SECONDS)) {
			this.process.toHandle().destroy();
			throw new AssertionError("The launcher did not end within " + timeout + ":\n" + output());
		}
		return this.process.exitValue();
	}

	/**
	 * Ask it to end, and wait until it has.
	 * @throws InterruptedException if interrupted
	 */
	public void stop() throws InterruptedException {
		this.process.toHandle().destroy();
		exitCode();
	}

	/**
	 * Wait for the address of the page.
	 * @return the address
	 */
	public String awaitPage() {
		if (!Await.until(() -> PAGE.matcher(output()).find() || !this.process.isAlive(), TIMEOUT)) {
			throw new AssertionError("No page: " + output());
		}
		Matcher page = PAGE.matcher(output());
		if (!page.find()) {
			throw new AssertionError("No page: " + output());
		}
		return page.group(1);
	}

	/**
	 * Return what it has printed.
	 * @return the output
	 */
	public String output() {
		try {
			return Files.readString(this.log);
		}
		catch (IOException ex) {
			return "";
		}
	}

}
