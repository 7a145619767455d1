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
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The quick start of the README as a new user follows it: from an empty project to
 * messages that survive their process.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
@Tag("thorough")
class QuickStartIT {

	private static final Path README = Path.of("..", "README.md");

	private static final Path LONG_OUTAGE = Path.of("..", "docs", "long-outage.md");

	private static final Duration TIMEOUT = Duration.ofMinutes(2);

	/** What the flow of the README publishes, at the end of a record. */
	private static final Pattern TIME = Pattern.compile("\\d\\d:\\d\\d:\\d\\d[.\\d]*$");

	private final Set<String> delivered = ConcurrentHashMap.newKeySet();

	private final int port = Ports.free();

	@TempDir
	Path directory;

	private EmbeddedRedis redis;

	private EmbeddedBroker broker;

	private MqttClient subscriber;

	@BeforeEach
	void start() throws Exception {
		this.redis = new EmbeddedRedis(Files.createDirectories(this.directory.resolve("redis")));
		this.broker = new EmbeddedBroker(Files.createDirectories(this.directory.resolve("broker")));
		this.subscriber = new MqttClient(this.broker.observerUri(), "subscriber", new MemoryPersistence());
		this.subscriber.connect();
		this.subscriber.subscribe("telemetry", 1,
				(topic, message) -> this.delivered.add(new String(message.getPayload(), StandardCharsets.UTF_8)));
	}

	@AfterEach
	void stop() throws Exception {
		this.subscriber.disconnect();
		this.subscriber.close();
		this.redis.close();
		this.broker.close();
	}

	static String[] springBootVersions() {
		return System.getProperty("quick-start.spring-boot").split(",");
	}

	static Stream<Arguments> users() {
		return Stream.concat(Stream.of(springBootVersions()).map((springBoot) -> Arguments.of(springBoot, false)),
				Stream.of(Arguments.of(springBootVersions()[0], true)));
	}

	@ParameterizedTest(name = "Spring Boot {0}, MQTT 5: {1}")
	@MethodSource("users")
	void whenANewUserFollowsTheReadmeThenMessagesSurviveTheirProcess(String springBoot, boolean mqtt5)
			throws Exception {
		QuickStartProject project = project(springBoot, mqtt5);
		project.build(environment());
		Collection<String> waiting = killWhileTheBrokerIsAway(project, mqtt5);
		assertThat(waiting).hasSizeGreaterThanOrEqualTo(3).doesNotContainAnyElementsOf(this.delivered);
		this.broker.on();
		Process second = run(project, "second.log");
		try {
			assertThat(Await.until(() -> this.delivered.containsAll(waiting), TIMEOUT)).as(() -> log("second.log"))
				.isTrue();
			assertThat(Await.until(() -> health().contains("\"state\":\"owner\""), TIMEOUT)).as(this::health).isTrue();
			assertThat(health()).contains("\"mqttPersistence\"", "\"gateway-7\"");
			assertThat(log("second.log")).contains(":: Spring Boot ::").contains("(v" + springBoot + ")");
		}
		finally {
			Processes.stop(second);
		}
	}

	@Test
	void whenANewUserPreparesForALongOutageThenTwoPropertiesDo() throws Exception {
		QuickStartProject project = project(springBootVersions()[0], false);
		List<String> properties = project.prepareForALongOutage(LONG_OUTAGE);
		assertThat(properties).satisfiesExactly((enabled) -> assertThat(enabled).isEqualTo("enabled: true"),
				(limit) -> assertThat(limit).startsWith("max-messages: "));
		project.build(environment());
		Collection<String> waiting = killWhileTheBrokerIsAway(project, false);
		Process second = run(project, "second.log");
		try {
			// The broker is still away: one process after the other fills the queue.
			assertThat(Await.until(() -> records(key(project, false)).size() >= waiting.size() + 3, TIMEOUT))
				.as(() -> log("second.log"))
				.isTrue();
			this.broker.on();
			assertThat(Await.until(() -> this.delivered.containsAll(waiting), TIMEOUT)).as(() -> log("second.log"))
				.isTrue();
		}
		finally {
			Processes.stop(second);
		}
	}

	@Test
	void whenTheQuickStartIsReadThenItIsShort() throws Exception {
		QuickStartProject project = project(springBootVersions()[0], false);
		long lines = List.of(project.blocks("xml").get(0), project.blocks("properties").get(0))
			.stream()
			.flatMap(String::lines)
			.count();
		assertThat(lines).as("the README says: seven lines").isEqualTo(7);
	}

	private QuickStartProject project(String springBoot, boolean mqtt5) throws IOException {
		return QuickStartProject.create(this.directory.resolve("demo"), springBoot, README, this.broker.uri(), mqtt5);
	}

	private Collection<String> killWhileTheBrokerIsAway(QuickStartProject project, boolean mqtt5) throws Exception {
		String key = key(project, mqtt5);
		Process first = run(project, "first.log");
		try {
			assertThat(Await.until(() -> !this.delivered.isEmpty(), TIMEOUT)).as(() -> log("first.log")).isTrue();
			this.broker.off();
			assertThat(Await.until(() -> records(key).size() >= 3, TIMEOUT)).as(() -> log("first.log")).isTrue();
		}
		finally {
			Processes.kill(first);
		}
		return records(key);
	}

	private static String key(QuickStartProject project, boolean mqtt5) {
		String documented = project.between("redis-cli xlen '", "'");
		return mqtt5 ? documented.replaceFirst("v3:queue$", "v5:queue") : documented;
	}

	/** The messages that Redis has for an application that does not live. */
	private List<String> records(String key) {
		RedisClient client = RedisClient.create("redis://" + EmbeddedRedis.HOST + ":" + this.redis.port());
		try (StatefulRedisConnection<String, String> connection = client
			.connect(new StringCodec(StandardCharsets.ISO_8859_1))) {
			return connection.sync()
				.xrange(key, Range.unbounded())
				.stream()
				.flatMap((message) -> TIME.matcher(message.getBody().get("r")).results())
				.map(MatchResult::group)
				.collect(Collectors.toList());
		}
		finally {
			client.shutdown();
		}
	}

	private Process run(QuickStartProject project, String log) throws IOException {
		return project.run(this.directory.resolve(log), environment());
	}

	/** The ports, which are not the usual ones. */
	private Map<String, String> environment() {
		return Map.of("SPRING_DATA_REDIS_PORT", Integer.toString(this.redis.port()), "SERVER_PORT",
				Integer.toString(this.port));
	}

	private String health() {
		try {
			return HttpClient.newHttpClient()
				.send(HttpRequest.newBuilder(URI.create("http://localhost:" + this.port + "/actuator/health")).build(),
						HttpResponse.BodyHandlers.ofString())
				.body();
		}
		catch (IOException ex) {
			return ex.toString();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return ex.toString();
		}
	}

	private String log(String name) {
		return QuickStartProject.read(this.directory.resolve(name));
	}

}
