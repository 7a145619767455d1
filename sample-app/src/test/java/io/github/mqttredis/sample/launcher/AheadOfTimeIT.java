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
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.mqttredis.ownfactory.OwnFactoryApplication;
import io.github.mqttredis.sample.GatewayApplication;
import io.github.mqttredis.sample.Topics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs applications with the code that Spring Boot generates at build time, with real
 * servers: what a native image would lack is missing here, too, where beans are
 * concerned.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@Tag("thorough")
class AheadOfTimeIT {

	private static final Duration TIMEOUT = Duration.ofMinutes(2);

	/** Long enough that the gateway is killed before the broker has its messages. */
	private static final Duration LATENCY = Duration.ofSeconds(1);

	@TempDir
	Path directory;

	private EmbeddedRedis redis;

	private EmbeddedBroker broker;

	@BeforeEach
	void start() throws Exception {
		this.redis = new EmbeddedRedis(Files.createDirectories(this.directory.resolve("redis")));
		this.broker = new EmbeddedBroker(Files.createDirectories(this.directory.resolve("broker")));
	}

	@AfterEach
	void stop() {
		this.redis.close();
		this.broker.close();
	}

	@Test
	void whenTheGatewayIsKilledThenItsSuccessorDeliversWhatItHasAccepted() throws Exception {
		AheadOfTimeApplication application = AheadOfTimeApplication.process(GatewayApplication.class,
				this.directory.resolve("aot"));
		Queue<String> delivered = new ConcurrentLinkedQueue<>();
		Set<String> accepted = Set.of("one", "two", "three");
		try (SlowLink link = new SlowLink(this.broker.uri(), LATENCY);
				DeliveryObserver observer = new DeliveryObserver(new Broker(List.of(this.broker.uri()), null, null))) {
			// The simulated sensor publishes, too.
			observer.start(Topics.TELEMETRY,
					(id, qos) -> Stream.of(id).filter(accepted::contains).forEach(delivered::add));
			int port = Ports.free();
			GatewayClient client = new GatewayClient(port);
			Process gateway = startGateway(application, link.uri(), port, "first.log");
			try {
				assertThat(Await.until(client::isReady, TIMEOUT)).as(() -> log("first.log")).isTrue();
				assertThat(accepted).allMatch((id) -> client.publish(id, 2));
			}
			finally {
				Processes.kill(gateway);
			}
			assertThat(delivered).isEmpty();
			gateway = startGateway(application, this.broker.uri(), port, "second.log");
			try {
				assertThat(Await.until(() -> delivered.containsAll(accepted), TIMEOUT)).as(() -> log("second.log"))
					.isTrue();
				assertThat(Await.until(client::isReady, TIMEOUT)).as(() -> log("second.log")).isTrue();
				assertThat(get(client.healthUri())).contains("\"mqttPersistence\"", "\"state\":\"owner\"");
				assertThat(get("http://localhost:" + port + "/actuator/mqttsessions"))
					.contains("\"clientId\":\"sample-gateway\"", "\"state\":\"owned\"");
			}
			finally {
				Processes.stop(gateway);
			}
		}
		assertThat(delivered).containsExactlyInAnyOrderElementsOf(accepted);
		assertThat(log("second.log")).contains("Starting AOT-processed GatewayApplication");
	}

	private Process startGateway(AheadOfTimeApplication application, String broker, int port, String log)
			throws Exception {
		return application.start(this.directory.resolve(log), "--server.port=" + port,
				"--spring.data.redis.host=" + EmbeddedRedis.HOST, "--spring.data.redis.port=" + this.redis.port(),
				"--mqtt.client.server-uris=" + broker, "--mqtt.persistence.broker-id=broker",
				"--mqtt.persistence.lease.ttl=1s", "--sample.interval=1d");
	}

	@Test
	void whenTheApplicationHasItsOwnFactoryThenItsProxyIsMadeAtBuildTimeAndWorks() throws Exception {
		// Not the sample's application.yml, which asks for a client manager.
		String[] arguments = { "--spring.config.name=own-factory", "--spring.main.web-application-type=none",
				"--broker=" + this.broker.uri(), "--spring.data.redis.host=" + EmbeddedRedis.HOST,
				"--spring.data.redis.port=" + this.redis.port() };
		AheadOfTimeApplication application = AheadOfTimeApplication.process(OwnFactoryApplication.class,
				this.directory.resolve("aot"), arguments);
		assertThat(application.classes()).contains("DefaultMqttPahoClientFactory$$SpringCGLIB$$0.class");
		Process process = application.start(this.directory.resolve("own.log"), arguments);
		try {
			assertThat(process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).as(() -> log("own.log")).isTrue();
		}
		finally {
			process.toHandle().destroyForcibly();
		}
		assertThat(log("own.log")).contains("Starting AOT-processed OwnFactoryApplication",
				"factory org.springframework.integration.mqtt.core.DefaultMqttPahoClientFactory$$SpringCGLIB$$0",
				"client io.github.mqttredis.", "published");
	}

	private static String get(String uri) throws Exception {
		return HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(URI.create(uri)).build(), HttpResponse.BodyHandlers.ofString())
			.body();
	}

	private String log(String name) {
		try {
			return Files.readString(this.directory.resolve(name));
		}
		catch (IOException ex) {
			return ex.toString();
		}
	}

}
