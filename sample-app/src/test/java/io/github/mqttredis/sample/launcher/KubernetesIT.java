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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.mqttredis.sample.GatewayApplication;
import io.github.mqttredis.sample.kubernetes.Manifests;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1Secret;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.resource.EpollProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.embedded.RedisExecProvider;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Starts the gateway with the settings that are in the manifests, at a Redis with those
 * that are there, and asks what the probes ask.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@Tag("thorough")
class KubernetesIT {

	private static final Duration TIMEOUT = Duration.ofMinutes(1);

	@TempDir
	Path directory;

	@ParameterizedTest
	@ValueSource(strings = { "replicas.yaml", "recreate.yaml", "rolling-takeover.yaml", "warm-standby.yaml" })
	void whenTheGatewayRunsAsInTheManifestThenItsProbesAreAnswered(String name) throws Exception {
		Manifests redis = Manifests.read("redis.yaml");
		Path users = Files.createDirectories(this.directory.resolve("users"));
		Files.writeString(users.resolve("users.acl"),
				redis.named(V1Secret.class, "redis-users").getStringData().get("users.acl"));
		int port = Ports.free();
		Process server = redis(redis.named(V1ConfigMap.class, "redis"), "/etc/redis/users", users.toString(), port);
		try {
			run(Manifests.read(name), "--spring.data.redis.host=127.0.0.1", "--spring.data.redis.port=" + port,
					"--REDIS_PASSWORD=" + redis.named(V1Secret.class, "redis-gateway").getStringData().get("password"));
			assertThat(leader(redis, port)).as("the leader has given up its lock, for which it needs a right").isNull();
		}
		finally {
			Processes.kill(server);
		}
	}

	private static @Nullable String leader(Manifests redis, int port) {
		String password = redis.named(V1Secret.class, "redis-gateway").getStringData().get("password");
		try (RedisClient client = RedisClient.create(RedisURI.builder()
			.withHost("127.0.0.1")
			.withPort(port)
			.withAuthentication("gateway", password.toCharArray())
			.build()); StatefulRedisConnection<String, String> connection = client.connect()) {
			return connection.sync().get("gateway-leader:gateway");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = "sidecar.yaml")
	void whenRedisIsASidecarThenItIsReachedOverItsSocket(String name) throws Exception {
		assumeThat(EpollProvider.isAvailable()).as("Netty's native transport for Linux").isTrue();
		Manifests manifests = Manifests.read(name);
		Process server = redis(manifests.named(V1ConfigMap.class, "gateway-redis"), "/run/redis",
				this.directory.toString(), 0);
		try {
			run(manifests, "--mqtt.persistence.redis.unix-socket=" + this.directory.resolve("redis.sock"));
		}
		finally {
			Processes.kill(server);
		}
	}

	private Process redis(V1ConfigMap config, String path, String here, int port) throws IOException {
		Path data = Files.createDirectories(this.directory.resolve("data"));
		Path file = this.directory.resolve("redis.conf");
		Files.writeString(file,
				config.getData().get("redis.conf").replace("/data", data.toString()).replace(path, here));
		Path log = this.directory.resolve("redis.log");
		Process server = new ProcessBuilder(RedisExecProvider.defaultProvider().get().getAbsolutePath(),
				file.toString(), "--port", Integer.toString(port))
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
		assertThat(Await.until(() -> !server.isAlive() || text(log).contains("eady to accept connections"), TIMEOUT))
			.isTrue();
		assertThat(server.isAlive()).as(() -> text(log)).isTrue();
		return server;
	}

	private static String text(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			return "";
		}
	}

	private void run(Manifests manifests, String... arguments) throws Exception {
		Path config = Files.createDirectories(this.directory.resolve("gateway"));
		Files.writeString(config.resolve("application.yaml"),
				manifests.named(V1ConfigMap.class, "gateway").getData().get("application.yaml"));
		try (EmbeddedBroker broker = new EmbeddedBroker(Files.createDirectories(this.directory.resolve("broker")));
				var context = (ServletWebServerApplicationContext) new SpringApplicationBuilder(
						GatewayApplication.class)
					.properties(Map.of("spring.config.additional-location", "file:" + config + "/"))
					.run(concat(arguments, "--server.port=0", "--POD_NAME=gateway-0",
							"--mqtt.client.server-uris=" + broker.uri()))) {
			String uri = "http://localhost:" + context.getWebServer().getPort();
			V1Container gateway = manifests.workload().template().getSpec().getContainers().get(0);
			GatewayClient client = new GatewayClient(context.getWebServer().getPort());
			assertThat(Await.until(() -> client.publish("reading", 2), TIMEOUT)).isTrue();
			String ready = uri + gateway.getReadinessProbe().getHttpGet().getPath();
			assertThat(Await.until(() -> get(ready) == 200, TIMEOUT)).isTrue();
			assertThat(get(uri + gateway.getLivenessProbe().getHttpGet().getPath())).isEqualTo(200);
			assertThat(get(uri + gateway.getStartupProbe().getHttpGet().getPath())).isEqualTo(200);
			assertThat(get(uri + "/actuator/health/redis")).isEqualTo(404);
			assertThat(get(uri + "/actuator/health/readiness/mqttPersistence")).isEqualTo(200);
		}
	}

	private static String[] concat(String[] first, String... second) {
		return Stream.concat(Arrays.stream(first), Arrays.stream(second)).toArray(String[]::new);
	}

	private static int get(String uri) {
		try {
			return HttpClient.newHttpClient()
				.send(HttpRequest.newBuilder(URI.create(uri)).build(), HttpResponse.BodyHandlers.discarding())
				.statusCode();
		}
		catch (IOException ex) {
			return 0;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return 0;
		}
	}

}
