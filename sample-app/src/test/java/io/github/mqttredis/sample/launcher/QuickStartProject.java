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
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A project as Spring Boot's initializer makes it, with no dependency chosen, to which
 * the blocks of the README's quick start are added, and nothing else.
 */
final class QuickStartProject {

	private static final Path TEMPLATE = Path.of("src", "test", "resources", "quick-start");

	private static final Path SOURCES = Path.of("src", "main", "java", "com", "example", "demo");

	private static final Path PROPERTIES = Path.of("src", "main", "resources", "application.properties");

	private static final Pattern SECTION = Pattern.compile("(?ms)^## Quick start\n(.*?)(?=^## )");

	/** What comes in addition, or in the place of the flow, for the other version. */
	private static final Pattern MQTT_5 = Pattern.compile("(?ms)^### The same in MQTT 5\n.*");

	private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w+)\n(.*?)^```");

	private static final Pattern SPRING_BOOT = Pattern
		.compile("(<artifactId>spring-boot-starter-parent</artifactId>\\s+<version>)[^<]+");

	private static final Pattern CLASS = Pattern.compile("(?m)^(?:public )?class (\\w+)");

	private static final String EXAMPLE = "tcp://broker.example.com:1883";

	private static final long MINUTES = 5;

	private final Path directory;

	/** The quick start without, or with, what it says of MQTT 5. */
	private final String text;

	private final String flow;

	private QuickStartProject(Path directory, String text, boolean mqtt5) {
		Matcher other = MQTT_5.matcher(text);
		assertThat(other.find()).as("a quick start for MQTT 5").isTrue();
		this.directory = directory;
		this.text = mqtt5 ? text : other.replaceFirst("");
		this.flow = mqtt5 ? other.group() : this.text;
	}

	/**
	 * Make the project.
	 * @param directory where it is made
	 * @param springBoot the version of Spring Boot that the user has chosen
	 * @param readme whose quick start is followed
	 * @param broker where the broker is, which a user would write in place of the example
	 * @param mqtt5 whether the user goes on to MQTT 5
	 * @return the project
	 */
	static QuickStartProject create(Path directory, String springBoot, Path readme, String broker, boolean mqtt5)
			throws IOException {
		copy(TEMPLATE, directory);
		// Where a project of Maven begins; else this one's settings would be used.
		Files.createDirectories(directory.resolve(".mvn"));
		Matcher section = SECTION.matcher(Files.readString(readme));
		assertThat(section.find()).as("a quick start in the README").isTrue();
		assertThat(section.group(1)).contains(EXAMPLE);
		QuickStartProject project = new QuickStartProject(directory, section.group(1).replace(EXAMPLE, broker), mqtt5);
		project.completePom(springBoot);
		Files.write(directory.resolve(PROPERTIES), project.blocks("properties"), StandardOpenOption.APPEND);
		for (String code : blocks(project.flow, "java")) {
			Matcher name = CLASS.matcher(code);
			assertThat(name.find()).as(code).isTrue();
			Files.writeString(directory.resolve(SOURCES).resolve(name.group(1) + ".java"),
					"package com.example.demo;\n\n" + code);
		}
		return project;
	}

	private static void copy(Path from, Path to) throws IOException {
		try (Stream<Path> files = Files.walk(from)) {
			for (Path file : files.filter(Files::isRegularFile).toList()) {
				Path target = to.resolve(from.relativize(file).toString());
				Files.createDirectories(target.getParent());
				Files.copy(file, target);
			}
		}
	}

	private void completePom(String springBoot) throws IOException {
		Path pom = this.directory.resolve("pom.xml");
		Matcher parent = SPRING_BOOT.matcher(Files.readString(pom));
		assertThat(parent.find()).isTrue();
		String end = "\t</dependencies>";
		Files.writeString(pom,
				parent.replaceFirst("$1" + springBoot).replace(end, String.join("", blocks("xml")) + end));
	}

	/**
	 * Write what the guide to long outages begins with in place of what the README says
	 * of the offline buffer.
	 * @param page the guide
	 * @return the properties, without their common beginning
	 */
	List<String> prepareForALongOutage(Path page) throws IOException {
		List<String> lines = blocks(Files.readString(page), "yaml").get(0).lines().map(String::trim).toList();
		assertThat(lines.get(0)).isEqualTo("mqtt.persistence.offline-buffer:");
		Path file = this.directory.resolve(PROPERTIES);
		List<String> others = Files.readAllLines(file)
			.stream()
			.filter((line) -> !line.startsWith("mqtt.persistence.offline-buffer."))
			.toList();
		Files.write(file, others);
		Files.writeString(file.resolveSibling("application.yml"), blocks(Files.readString(page), "yaml").get(0));
		return lines.subList(1, lines.size());
	}

	/**
	 * Return the blocks of one language, as they stand in the README.
	 * @param language what is said behind the backticks
	 * @return the blocks
	 */
	List<String> blocks(String language) {
		return blocks(this.text, language);
	}

	private static List<String> blocks(String text, String language) {
		return BLOCK.matcher(text)
			.results()
			.filter((block) -> block.group(1).equals(language))
			.map((block) -> block.group(2))
			.toList();
	}

	/**
	 * Return what is between two words of the quick start.
	 * @param from what stands before it
	 * @param to what stands behind it
	 * @return the text
	 */
	String between(String from, String to) {
		assertThat(this.text).contains(from);
		int start = this.text.indexOf(from) + from.length();
		return this.text.substring(start, this.text.indexOf(to, start));
	}

	/**
	 * Build it with the Maven of this build. What this build has in its local repository
	 * is taken from there, and everything else as the user's settings say.
	 * @param environment what the application is told where it is not on its usual
	 * machine
	 */
	void build(Map<String, String> environment) throws Exception {
		boolean windows = System.getProperty("os.name").startsWith("Windows");
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("quick-start.maven"), "bin", windows ? "mvn.cmd" : "mvn").toString(),
						"-B", "-ntp", "-Dmaven.repo.local=" + System.getProperty("quick-start.repository"),
						"-Dmaven.repo.local.tail=" + System.getProperty("quick-start.user-repository")));
		if (System.getProperty("quick-start.network").equals("offline=true")) {
			command.add("-o");
		}
		command.add("package");
		Path log = this.directory.resolve("build.log");
		Process maven = start(command, environment, log);
		boolean ended = maven.waitFor(MINUTES, TimeUnit.MINUTES);
		if (!ended) {
			Processes.kill(maven);
		}
		assertThat(ended && maven.exitValue() == 0).as(() -> "the build: " + read(log)).isTrue();
	}

	/**
	 * Start what was built.
	 * @param log where its output goes
	 * @param environment what it is told
	 * @return the process
	 */
	Process run(Path log, Map<String, String> environment) throws IOException {
		Path jar;
		try (Stream<Path> files = Files.list(this.directory.resolve("target"))) {
			jar = files.filter((file) -> file.toString().endsWith(".jar")).findFirst().orElseThrow();
		}
		return start(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", jar.toString()),
				environment, log);
	}

	private Process start(List<String> command, Map<String, String> environment, Path log) throws IOException {
		ProcessBuilder builder = new ProcessBuilder(command).directory(this.directory.toFile())
			.redirectErrorStream(true)
			.redirectOutput(log.toFile());
		builder.environment().keySet().removeIf((name) -> name.matches("(SPRING|MQTT|SERVER|MANAGEMENT)_.*"));
		builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
		// None of them lives long.
		builder.environment().put("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
		builder.environment().putAll(environment);
		return builder.start();
	}

	static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			return ex.toString();
		}
	}

}
