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

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.github.mqttredis.autoconfigure.EmbeddedRedis;
import io.github.mqttredis.autoconfigure.MqttContexts;
import io.github.mqttredis.session.SessionImportException;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.testing.Application;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.ChildJvm;
import io.github.mqttredis.testing.FaultyLink;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application with Paho's file store is killed while messages are in flight; the same
 * application with this starter sends the rest.
 */
@Tag("thorough")
class MovingInTests {

	private static final int MESSAGES = 40;

	@RegisterExtension
	static final EmbeddedRedis REDIS = new EmbeddedRedis();

	@TempDir
	private Path directory;

	private final Map<String, Integer> arrived = new ConcurrentHashMap<>();

	@ParameterizedTest
	@ValueSource(strings = { "3", "5" })
	void whenTheOldApplicationWasKilledInFlightThenTheNewOneSendsTheRestAndQos2Once(String version) throws Exception {
		try (ArtemisBroker broker = ArtemisBroker.start(); FaultyLink link = FaultyLink.to(broker.uri())) {
			MqttAsyncClient subscriber = subscribe(broker);
			Process old = start(version, link);
			List<String> published = published(old, link);
			contexts(version, link).run((context) -> {
				assertThat(context).hasFailed();
				assertThat(context.getStartupFailure()).hasStackTraceContaining(SessionImportException.class.getName())
					.hasStackTraceContaining("living process");
			});
			old.destroyForcibly();
			assertThat(old.waitFor(Await.MILLIS, TimeUnit.MILLISECONDS)).isTrue();
			assertThat(records()).isNotEmpty();
			link.cut();
			link.release();
			contexts(version, link).run((context) -> {
				assertThat(context).hasNotFailed();
				Await.until("all has arrived", () -> this.arrived.keySet().containsAll(published));
				Await.until("nothing is in flight",
						() -> context.getBean(SessionStore.class).sessions().get(0).size() == 0);
			});
			assertThat(this.arrived.entrySet()
				.stream()
				.filter((message) -> message.getKey().startsWith("qos2") && message.getValue() > 1)).isEmpty();
			assertThat(records()).isEmpty();
			subscriber.disconnectForcibly(0, 500);
			subscriber.close(true);
		}
	}

	/** In a process of its own, from which the right to read anything can be taken. */
	@ParameterizedTest
	@CsvSource({ "---------, false", "rw-------, false", "---------, true", "rw-------, true" })
	void whenTheDirectoryCannotBeReadThenTheStartFailsAndNamesIt(String permissions, boolean dryRun) throws Exception {
		Path unreadable = Files.createDirectory(this.directory.resolve("unreadable"));
		Files.write(Files.createDirectory(unreadable.resolve("gateway-tcp1270011")).resolve("s-1.msg"), new byte[1]);
		Files.setPosixFilePermissions(unreadable, PosixFilePermissions.fromString(permissions));
		try {
			Process process = unprivileged(ImportingProcess.class.getName(), "--mqtt.client.client-id=gateway",
					"--mqtt.client.server-uris=tcp://127.0.0.1:1", "--spring.data.redis.port=" + REDIS.port(),
					"--mqtt.persistence.import-from=" + unreadable, "--mqtt.persistence.import-dry-run=" + dryRun);
			String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			assertThat(output).contains("APPLICATION FAILED TO START")
				.contains("from " + unreadable + " (mqtt.persistence.import-from)", "may not read it",
						"let the user of this application read");
		}
		finally {
			Files.setPosixFilePermissions(unreadable, PosixFilePermissions.fromString("rwx------"));
		}
	}

	/** An administrator reads everything but for these capabilities. */
	private static Process unprivileged(String... arguments) throws Exception {
		List<String> command = new ArrayList<>();
		if ("root".equals(System.getProperty("user.name"))) {
			command.addAll(List.of("setpriv", "--bounding-set=-dac_override,-dac_read_search"));
		}
		command.addAll(ChildJvm.command("-Xmx128m", arguments));
		return new ProcessBuilder(command).redirectErrorStream(true).start();
	}

	private ApplicationContextRunner contexts(String version, FaultyLink link) {
		return MqttContexts.with(REDIS)
			.withPropertyValues("mqtt.client.client-id=gateway", "mqtt.client.server-uris=" + link.uri(),
					"mqtt.client.version=" + version, "mqtt.persistence.import-from=" + this.directory,
					"mqtt.persistence.broker-id=plant-7", "mqtt.persistence.key-prefix=moving" + version);
	}

	private MqttAsyncClient subscribe(ArtemisBroker broker) throws Exception {
		MqttAsyncClient client = new MqttAsyncClient(broker.uri(), "counter", new MemoryPersistence());
		client.connect(Application.options()).waitForCompletion(Await.MILLIS);
		client
			.subscribe("moved", 2,
					(topic, message) -> this.arrived.merge(new String(message.getPayload()), 1, Integer::sum))
			.waitForCompletion(Await.MILLIS);
		return client;
	}

	private Process start(String version, FaultyLink link) throws Exception {
		List<String> command = ChildJvm.command("-Xmx128m", FileStoreProcess.class.getName(), version, link.uri(),
				this.directory.toString(), Integer.toString(MESSAGES));
		return new ProcessBuilder(command).redirectErrorStream(true).start();
	}

	/**
	 * The broker's answers stop half way: what follows stays in the old application's
	 * files.
	 */
	private static List<String> published(Process process, FaultyLink link) throws Exception {
		List<String> published = new ArrayList<>();
		BufferedReader lines = new BufferedReader(
				new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
		for (String line = lines.readLine(); line != null && published.size() < MESSAGES; line = lines.readLine()) {
			if (line.startsWith(FileStoreProcess.PUBLISHED)) {
				published.add(line.substring(FileStoreProcess.PUBLISHED.length()));
				if (published.size() == MESSAGES / 4) {
					link.holdAnswers();
				}
				if (published.size() == MESSAGES) {
					break;
				}
			}
		}
		assertThat(published).hasSize(MESSAGES);
		return published;
	}

	private List<Path> records() throws Exception {
		try (var files = Files.walk(this.directory)) {
			return files.filter((file) -> file.toString().endsWith(".msg")).collect(Collectors.toList());
		}
	}

}
