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

package io.github.mqttredis.autoconfigure;

import java.time.Duration;
import java.time.LocalTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.ClassPath;
import io.github.mqttredis.testing.MosquittoBroker;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;
import org.springframework.integration.mqtt.core.Mqttv5ClientManager;
import org.springframework.integration.mqtt.outbound.MqttPahoMessageHandler;
import org.springframework.integration.mqtt.outbound.Mqttv5PahoMessageHandler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests that whoever follows the quick start of the README and mistypes something is told
 * which property it is: at the end of what is on the screen if the application does not
 * start, and in a warning if it does.
 */
@ExtendWith(OutputCaptureExtension.class)
@Tag("thorough")
class QuickStartMistakeTests {

	private static final int LAST_LINES = 5;

	@RegisterExtension
	static final EmbeddedRedis REDIS = new EmbeddedRedis();

	@RegisterExtension
	static final EmbeddedRedis WITH_PASSWORD = new EmbeddedRedis("--requirepass", "right");

	private static final ArtemisBroker BROKER = ArtemisBroker.start();

	@AfterAll
	static void stopBroker() {
		BROKER.close();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					-mqtt.client.client-id                                          | mqtt.client.client-id
					mqtt.client.client-id=                                          | mqtt.client.client-id
					mqtt.client.client-id=${GATEWAY}                                | mqtt.client.client-id
					-mqtt.client.client-id;mqtt.client.client-idd=a                 | mqtt.client.client-id, mqtt.client.client-idd
					-mqtt.client.client-id;mqtt.client.id=a                         | mqtt.client.client-id
					-mqtt.client.client-id;mqqt.client.client-id=a                  | mqtt.client.client-id, mqqt.client.client-id
					-mqtt.client.client-id;mqtt.clients.client-id=a                 | mqtt.client.client-id, mqtt.clients.client-id
					-mqtt.client.client-id;mqtt.client-id=a                         | mqtt.client.client-id
					-mqtt.client.server-uris                                        | mqtt.client.server-uris
					-mqtt.client.server-uris;mqtt.client.server-uri=tcp://b:1883    | mqtt.client.server-uris, mqtt.client.server-uri is
					-mqtt.client.server-uris;mqtt.client.url=tcp://b:1883           | mqtt.client.server-uris
					mqtt.client.server-uris=                                        | mqtt.client.server-uris
					mqtt.client.server-uris=${BROKER}                               | mqtt.client.server-uris
					mqtt.client.server-uris=localhost                               | mqtt.client.server-uris
					mqtt.client.server-uris=localhost:1883                          | mqtt.client.server-uris
					mqtt.client.server-uris=http://localhost:1883                   | mqtt.client.server-uris
					mqtt.client.server-uris=tpc://localhost:1883                    | mqtt.client.server-uris
					mqtt.client.server-uris=tcp:/localhost:1883                     | mqtt.client.server-uris
					mqtt.client.server-uris=tcp:localhost:1883                      | mqtt.client.server-uris
					mqtt.client.server-uris=tcp//localhost:1883                     | mqtt.client.server-uris
					mqtt.client.server-uris=tcp://                                  | mqtt.client.server-uris
					mqtt.client.server-uris=tcp://:1883                             | mqtt.client.server-uris
					mqtt.client.server-uris="tcp://localhost:1883"                  | mqtt.client.server-uris
					mqtt.client.server-uris=tcp://localhost:188x                    | mqtt.client.server-uris
					mqtt.client.server-uris=tcp://localhost:1883:1883               | mqtt.client.server-uris
					mqtt.client.server-uris=tcp://localhost:99999                   | mqtt.client.server-uris
					mqtt.client.server-uris=tcp://localhost:0                       | mqtt.client.server-uris
					mqtt.client.server-uris=tcp://localhost:-1                      | mqtt.client.server-uris
					mqtt.client.server-uris=tcp://localhost:1883 tcp://other:1883   | mqtt.client.server-uris
					mqtt.client.version=4                                           | mqtt.client.version
					mqtt.client.version=v3                                          | mqtt.client.version
					mqtt.client.version=3.1.1                                       | mqtt.client.version
					mqtt.client.version=5                                           | mqtt.client.version
					mqtt.client.keep-alive=60sec                                    | mqtt.client.keep-alive
					mqtt.client.keep-alive=1500ms                                   | mqtt.client.keep-alive
					mqtt.client.connection-timeout=1 year                           | mqtt.client.connection-timeout
					mqtt.client.max-inflight=lots                                   | mqtt.client.max-inflight
					mqtt.client.automatic-reconnect=yess                            | mqtt.client.automatic-reconnect
					mqtt.client.auto-startup=treu                                   | mqtt.client.auto-startup
					mqtt.client.will=x                                              | mqtt.client.will
					mqtt.client.will.qos=one                                        | mqtt.client.will.qos
					mqtt.client.password=x                                          | mqtt.client.username
					mqtt.client.ssl-bundle=none                                     | mqtt.client.ssl-bundle
					mqtt.client.server-uris=ssl://localhost:1;mqtt.client.ssl-bundle=none | mqtt.client.ssl-bundle
					mqtt.persistence=memory                                         | mqtt.persistence
					mqtt.persistence.store=memry                                    | mqtt.persistence.store
					mqtt.persistence.store=in memory                                | mqtt.persistence.store
					mqtt.persistence.enabled=flase                                  | mqtt.persistence.enabled
					mqtt.persistence.enabled=                                       | mqtt.persistence.enabled
					mqtt.persistence.inject=nope                                    | mqtt.persistence.inject
					mqtt.persistence.durability=before-retrun                       | mqtt.persistence.durability
					mqtt.persistence.write-timeout=2sec                             | mqtt.persistence.write-timeout
					mqtt.persistence.session-expiry=1day                            | mqtt.persistence.session-expiry
					mqtt.persistence.lease.ttl=ten                                  | mqtt.persistence.lease.ttl
					mqtt.persistence.lease=10s                                      | mqtt.persistence.lease
					mqtt.persistence.on-redis-outage=ignore                         | mqtt.persistence.on-redis-outage
					mqtt.persistence.clean-session=never                            | mqtt.persistence.clean-session
					mqtt.persistence.offline-buffer=true                            | mqtt.persistence.offline-buffer
					mqtt.persistence.offline-buffer.enabled=ture                    | mqtt.persistence.offline-buffer.enabled
					mqtt.persistence.offline-buffer.max-messages=10k                | mqtt.persistence.offline-buffer.max-messages
					mqtt.persistence.offline-buffer.when-full=drop                  | mqtt.persistence.offline-buffer.when-full
					mqtt.persistence.redis.url=localhost:6379                       | mqtt.persistence.redis.url
					mqtt.persistence.redis.url=redis://localhost:99999              | mqtt.persistence.redis.url
					mqtt.persistence.redis.url=redis://localhost:x                  | mqtt.persistence.redis.url
					mqtt.persistence.redis.url=redis://localhost:1                  | mqtt.persistence.redis.url
					mqtt.persistence.redis.url=redis://none.invalid:6379            | mqtt.persistence.redis.url
					mqtt.persistence.redis.database=one                             | mqtt.persistence.redis.database
					mqtt.persistence.redis.unix-socket=redis.sock                   | mqtt.persistence.redis.unix-socket
					mqtt.persistence.redis.unix-socket=/none/redis.sock             | mqtt.persistence.redis.unix-socket
					spring.data.redis.host=                                         | spring.data.redis.host
					spring.data.redis.host=none.invalid                             | spring.data.redis.host
					spring.data.redis.port=1                                        | spring.data.redis.port
					spring.data.redis.port=99999                                    | spring.data.redis.port
					spring.data.redis.port=abc                                      | spring.data.redis.port
					spring.data.redis.port=1;spring.data.redis.prot=6379            | spring.data.redis.port, spring.data.redis.prot
					spring.data.redis.port={broker}                                 | spring.data.redis.port
					spring.data.redis.port={with-password}                          | spring.data.redis.password
					spring.data.redis.port={with-password};spring.data.redis.password=wrong | spring.data.redis.password
					spring.data.redis.port={with-password};spring.data.redis.pasword=right | spring.data.redis.password, spring.data.redis.pasword
					spring.data.redis.username=nobody;spring.data.redis.password=x  | spring.data.redis.username
					spring.data.redis.database=99                                   | spring.data.redis.database
					spring.data.redis.database=one                                  | spring.data.redis.database
					spring.data.redis.timeout=2sec                                  | spring.data.redis.timeout
					spring.data.redis.url=localhost:6379                            | spring.data.redis.url
					spring.data.redis.url=http://localhost:6379                     | spring.data.redis.url
					spring.data.redis.client-type=letuce                            | spring.data.redis.client-type
					spring.data.redis.ssl.enabled=true                              | spring.data.redis.ssl
					spring.data.redis.ssl.bundle=none                               | spring.data.redis.ssl.bundle
					spring.autoconfigure.exclude=org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration | mqtt.persistence.store
					management.endpoint.health.show-details=allways                 | management.endpoint.health.show-details
					""")
	void whenTheApplicationDoesNotStartThenTheLastLinesNameTheProperty(String changes, String named,
			CapturedOutput output) {
		assertThatThrownBy(() -> Version3.start(arguments(changes))).isNotInstanceOf(AssertionError.class);
		assertNamedLast(named, output);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			mqtt.client.version=5 | org.eclipse.paho.mqttv5 | mqtt.client.version
			mqtt.client.version=3 | org.eclipse.paho.client.mqttv3 | mqtt.client.version
			mqtt.client.version=3 | spring-data-redis, spring-boot-data-redis, lettuce, jedis | mqtt.persistence.store
			mqtt.client.version=3 | lettuce, jedis | mqtt.persistence.store
			mqtt.client.version=5 | spring-data-redis, spring-boot-data-redis, lettuce, jedis | mqtt.persistence.store
			""")
	void whenALibraryIsMissingThenTheLastLinesNameTheProperty(String changes, String missing, String named,
			CapturedOutput output) {
		Class<?> application = changes.endsWith("5") ? Version5.class : Version3.class;
		assertThatThrownBy(() -> ClassPath.startWithout(List.of(missing.split(", ")), application, arguments(changes)));
		assertNamedLast(named, output);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					mqtt.client.server-uris=tcp://localhost:1        | mqtt.client.server-uris
					mqtt.client.server-uris=tcp://none.invalid:1883  | mqtt.client.server-uris
					mqtt.client.server-uris=tcp://localhost:{redis}  | mqtt.client.server-uris
					mqtt.client.server-uris=ws://localhost:{redis}   | mqtt.client.server-uris
					mqtt.client.server-uris=ssl://localhost:{broker} | mqtt.client.server-uris
					mqtt.client.server-uris=tcp://localhost:{strict};mqtt.client.username=a;mqtt.client.password=b | mqtt.client.username
					mqtt.persistence.enabled=false;mqtt.client.server-uris=tcp://localhost:1 | mqtt.client.server-uris
					mqtt.persistence.enabled=false;mqtt.client.server-uris=tcp://localhost:{strict} | mqtt.client.username
					mqtt.persistence.enabled=false;mqtt.persistence.durabilty=x  | mqtt.persistence.durabilty
					mqtt.persistence.enabled=false;mqtt.client.usr-name=x        | mqtt.client.usr-name
					mqtt.persistence.offline-bufer.enabled=true                  | mqtt.persistence.offline-bufer.enabled
					mqtt.persistence.offline-buffer.enable=true                  | mqtt.persistence.offline-buffer.enable
					mqtt.persistance.offline-buffer.enabled=true                 | mqtt.persistance.offline-buffer.enabled
					mqtt.persistence.storage=memory                              | mqtt.persistence.storage
					mqt.persistence.store=memory                                 | mqt.persistence.store
					mqtt.client.automatic-reconect=false                         | mqtt.client.automatic-reconect
					spring.data.redis.hots=localhost                             | spring.data.redis.hots
					spring.data.redis.prot=6379                                  | spring.data.redis.prot
					mqtt.persistence.session-expiry=20s                          | mqtt.persistence.session-expiry
					mqtt.persistence.store=memory;mqtt.persistence.redis.url=redis://localhost:1 | mqtt.persistence.redis.url
					""")
	void whenTheApplicationStartsThenAWarningNamesTheProperty(String changes, String named, CapturedOutput output) {
		boolean strict = changes.contains("{strict}");
		Assumptions.assumeTrue(!strict || MosquittoBroker.isInstalled(), "mosquitto is not installed");
		try (MosquittoBroker broker = strict ? MosquittoBroker.start("allow_anonymous false") : null;
				ConfigurableApplicationContext context = Version3.run(arguments(
						strict ? changes.replace("{strict}", broker.uri().replaceFirst(".*:", "")) : changes))) {
			assertThat(context.isRunning()).isTrue();
			Await.until("a warning names " + named, Duration.ofSeconds(20), () -> output.toString()
				.lines()
				.anyMatch((line) -> line.contains(" WARN ") && line.contains(" i.g.m") && line.contains(named)));
		}
	}

	private static void assertNamedLast(String named, CapturedOutput output) {
		List<String> lines = output.toString().lines().filter((line) -> !line.isBlank()).toList();
		assertThat(output).contains("APPLICATION FAILED TO START");
		assertThat(named.split(", "))
			.allSatisfy((name) -> assertThat(String.join("\n", lines.subList(lines.size() - LAST_LINES, lines.size())))
				.contains(name));
	}

	private static String[] arguments(String changes) {
		Map<String, String> properties = new LinkedHashMap<>();
		Stream
			.concat(Stream.of(REDIS.properties()),
					Stream.of("mqtt.client.client-id=gateway-7", "mqtt.client.server-uris=" + BROKER.uri(),
							"mqtt.persistence.lease.acquire-timeout=0s", "mqtt.persistence.write-timeout=2s",
							"mqtt.client.connection-timeout=5s"))
			.forEach((property) -> properties.put(property.split("=")[0], property));
		for (String change : changes.split(";(?=\\w+\\.)")) {
			String name = change.split("=")[0].replaceFirst("^-", "");
			properties.put(name, change);
		}
		return properties.values()
			.stream()
			.filter((property) -> !property.startsWith("-"))
			.map((property) -> "--" + property.replace("{redis}", String.valueOf(REDIS.port()))
				.replace("{with-password}", String.valueOf(WITH_PASSWORD.port()))
				.replace("{broker}", BROKER.uri().replaceFirst(".*:", "")))
			.toArray(String[]::new);
	}

	/**
	 * The application of the README.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	public static class Version3 {

		public static void start(String[] arguments) {
			run(arguments).close();
		}

		static ConfigurableApplicationContext run(String[] arguments) {
			return new SpringApplicationBuilder(Version3.class).web(WebApplicationType.NONE).run(arguments);
		}

		@Bean
		IntegrationFlow telemetryFlow(Mqttv3ClientManager mqtt) {
			MqttPahoMessageHandler handler = new MqttPahoMessageHandler(mqtt);
			handler.setAsync(true);
			handler.setDefaultTopic("telemetry");
			handler.setDefaultQos(1);
			return IntegrationFlow.fromSupplier(() -> LocalTime.now().toString()).handle(handler).get();
		}

	}

	/**
	 * The same in MQTT 5.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	public static class Version5 {

		public static void start(String[] arguments) {
			new SpringApplicationBuilder(Version5.class).web(WebApplicationType.NONE).run(arguments).close();
		}

		@Bean
		IntegrationFlow telemetryFlow(Mqttv5ClientManager mqtt) {
			Mqttv5PahoMessageHandler handler = new Mqttv5PahoMessageHandler(mqtt);
			handler.setAsync(true);
			handler.setDefaultTopic("telemetry");
			handler.setDefaultQos(1);
			return IntegrationFlow.fromSupplier(() -> LocalTime.now().toString()).handle(handler).get();
		}

	}

}
