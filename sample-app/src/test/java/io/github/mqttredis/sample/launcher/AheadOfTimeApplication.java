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

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import org.springframework.boot.SpringApplicationAotProcessor;
import org.springframework.context.aot.AbstractAotProcessor.Settings;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application whose beans are prepared at build time, as {@code process-aot} of Spring
 * Boot's plugin does it, to be run in a JVM of its own.
 */
final class AheadOfTimeApplication {

	private final Class<?> main;

	private final Path directory;

	private AheadOfTimeApplication(Class<?> main, Path directory) {
		this.main = main;
		this.directory = directory;
	}

	static AheadOfTimeApplication process(Class<?> main, Path directory, String... arguments) throws IOException {
		AheadOfTimeApplication application = new AheadOfTimeApplication(main, directory);
		Settings settings = Settings.builder()
			.sourceOutput(application.directory("sources"))
			.resourceOutput(application.directory("resources"))
			.classOutput(application.directory("classes"))
			.groupId("io.github.mqttredis")
			.artifactId("ahead-of-time")
			.build();
		new SpringApplicationAotProcessor(main, settings, arguments).process();
		application.compile();
		return application;
	}

	private void compile() throws IOException {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
				Stream<Path> sources = Files.walk(directory("sources"))) {
			List<Path> java = sources.filter((file) -> file.toString().endsWith(".java")).toList();
			List<String> options = List.of("-proc:none", "-nowarn", "-d", directory("classes").toString(), "-cp",
					directory("classes") + File.pathSeparator + System.getProperty("java.class.path"));
			assertThat(
					compiler.getTask(null, files, null, options, null, files.getJavaFileObjectsFromPaths(java)).call())
				.isTrue();
		}
	}

	/**
	 * Return the names of the classes that were made at build time.
	 * @return the names of the files
	 */
	List<String> classes() throws IOException {
		try (Stream<Path> classes = Files.walk(directory("classes"))) {
			return classes.map((file) -> file.getFileName().toString()).toList();
		}
	}

	Process start(Path output, String... arguments) throws IOException {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
		command.addAll(List.of(
				"-Dspring.aot.enabled=true", "-cp", String.join(File.pathSeparator, directory("classes").toString(),
						directory("resources").toString(), System.getProperty("java.class.path")),
				this.main.getName()));
		command.addAll(List.of(arguments));
		ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
		builder.environment().keySet().removeIf((name) -> name.startsWith("SPRING_") || name.startsWith("MQTT_"));
		return builder.start();
	}

	private Path directory(String name) throws IOException {
		return Files.createDirectories(this.directory.resolve(name));
	}

}
