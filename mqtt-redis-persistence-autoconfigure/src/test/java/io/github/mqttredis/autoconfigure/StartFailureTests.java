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

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionInspector;
import io.github.mqttredis.session.SessionInspector.Part;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.Packets;
import io.github.mqttredis.testing.Ports;
import io.github.mqttredis.testing.RedisServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.channel.NullChannel;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.mqtt.core.DefaultMqttPahoClientFactory;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;
import org.springframework.integration.mqtt.inbound.MqttPahoMessageDrivenChannelAdapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests that an application which cannot use Redis, or its session, stops at start with
 * one analysis that says what to do.
 */
@ExtendWith(OutputCaptureExtension.class)
class StartFailureTests {

	@RegisterExtension
	static final EmbeddedRedis REDIS = new EmbeddedRedis();

	@RegisterExtension
	static final EmbeddedRedis WITH_PASSWORD = new EmbeddedRedis("--requirepass", "right");

	@RegisterExtension
	static final EmbeddedRedis WITH_USERS = new EmbeddedRedis(
			("--user nobody on >right ~mqtt:persistence:* +ping +info +hello --user stranger on >right ~other:* "
					+ StartFailureAnalyzer.COMMANDS + " --user reader on >right ~mqtt:persistence:* "
					+ StartFailureAnalyzer.COMMANDS.replace(" +set ", " ")
					+ " --user enough on >right ~mqtt:persistence:* " + StartFailureAnalyzer.COMMANDS)
				.split(" "));

	private static final String[] CLIENT = { "mqtt.client.client-id=gateway",
			"mqtt.client.server-uris=tcp://127.0.0.1:1" };

	@Test
	void whenRedisDoesNotAnswerThenTheAnalysisNamesItAndTheProperties(CapturedOutput output) {
		int port = Ports.free();
		assertThatThrownBy(() -> run(Application.class, "spring.data.redis.port=" + port));
		assertThat(analysis(output)).contains("MQTT sessions cannot be kept in Redis")
			.contains(":" + port)
			.contains("Start Redis", "spring.data.redis.host", "spring.data.redis.port", "spring.data.redis.url",
					"mqtt.persistence.enabled=false")
			.doesNotContain("spring.data.redis.password", "\tat ");
	}

	@Test
	void whenRedisAsksForAPasswordThenTheAnalysisNamesTheProperty(CapturedOutput output) {
		assertThatThrownBy(() -> run(Application.class, WITH_PASSWORD.properties()));
		assertThat(analysis(output)).contains("spring.data.redis.password").doesNotContain("Start Redis");
	}

	@Test
	void whenThePasswordIsWrongThenTheAnalysisNamesThePropertyAndNotThePassword(CapturedOutput output) {
		assertThatThrownBy(() -> run(Application.class, "spring.data.redis.password=s3cr3t",
				"spring.data.redis.port=" + WITH_PASSWORD.port()));
		assertThat(analysis(output)).contains("spring.data.redis.password").doesNotContain("Start Redis", "s3cr3t");
	}

	/** Redis may close the connection before the client has read why it is refused. */
	@Test
	void whenTheFirstConnectionBreaksThenTheReasonComesFromTheSecond(CapturedOutput output) {
		try (FaultyLink link = FaultyLink.to(WITH_PASSWORD.port())) {
			link.refuseOnce();
			assertThatThrownBy(() -> run(Application.class, "spring.data.redis.password=s3cr3t",
					"spring.data.redis.port=" + link.port()));
			assertThat(analysis(output)).contains("spring.data.redis.password").doesNotContain("Start Redis", "s3cr3t");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "lettuce", "jedis" })
	void whenTheFirstConnectionBreaksAndTheSecondWorksThenTheApplicationStarts(String client, CapturedOutput output) {
		try (FaultyLink link = FaultyLink.to(REDIS.port())) {
			link.refuseOnce();
			run(Application.class, "spring.data.redis.client-type=" + client, "spring.data.redis.port=" + link.port());
			assertThat(output).doesNotContain("APPLICATION FAILED TO START", "is away");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "lettuce", "jedis" })
	void whenTheFirstConnectionTakesTooLongAndTheSecondWorksThenTheApplicationStarts(String client,
			CapturedOutput output) {
		try (FaultyLink link = FaultyLink.to(REDIS.port())) {
			link.swallowOnce();
			run(Application.class, "spring.data.redis.client-type=" + client, "spring.data.redis.port=" + link.port(),
					"mqtt.persistence.write-timeout=" + Load.seconds(1));
			assertThat(output).doesNotContain("APPLICATION FAILED TO START", "is away");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "nobody", "stranger", "reader" })
	void whenTheRedisUserLacksAPermissionThenTheAnalysisNamesTheCommands(String user, CapturedOutput output) {
		assertThatThrownBy(() -> runAs(user));
		assertThat(analysis(output))
			.contains("NOPERM", "ACL SETUSER <user> ~mqtt:persistence:* +ping", "+evalsha", "+select",
					"spring.data.redis.username")
			.doesNotContain("Start Redis", "\tat ", "right");
	}

	@ParameterizedTest
	@CsvSource({ "lettuce, EVAL", "jedis, EVAL", "lettuce, EVALSHA", "jedis, HKEYS", "lettuce, SET", "lettuce, TIME",
			"jedis, ZADD" })
	void whenACommandIsRenamedAwayThenTheAnalysisNamesItAndTheCommands(String client, String command,
			CapturedOutput output) {
		try (RedisServer server = RedisServer.start("--rename-command", command, "")) {
			assertThatThrownBy(() -> run(Application.class, properties(CLIENT,
					"spring.data.redis.client-type=" + client, "spring.data.redis.port=" + server.port())));
			boolean inScript = !Set.of("EVAL", "EVALSHA").contains(command);
			assertThat(analysis(output))
				.containsPattern("(?i)unknown " + (inScript ? "Redis command" : "command ['`]" + command))
				.contains("rename-command", "EVALSHA EVAL GET SET", "mqtt.persistence.redis.url",
						"MQTT sessions cannot be kept in Redis")
				.doesNotContain("Start Redis", "\tat ", "NOPERM");
		}
	}

	@Test
	void whenASessionIsEncryptedWithAnotherKeyThenTheAnalysisNamesTheProperties(CapturedOutput output) {
		String[] first = { "mqtt.persistence.encryption.key=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=",
				"mqtt.persistence.key-prefix=encrypted" };
		try (ConfigurableApplicationContext context = builder(Application.class)
			.properties(properties(REDIS.properties(), first))
			.run()) {
			SessionStore store = context.getBean(SessionStore.class);
			store.open(new SessionId("gateway", "tcp://127.0.0.1:1", MqttVersion.V3))
				.put("s-1", Packets.publish(1, 1, "payload"));
		}
		catch (SessionException ex) {
			throw new IllegalStateException(ex);
		}
		assertThatThrownBy(() -> run(Application.class,
				properties(REDIS.properties(), CLIENT[0], CLIENT[1], "mqtt.persistence.encryption.password=wrong",
						"mqtt.persistence.encryption.salt=somewhere", "mqtt.persistence.key-prefix=encrypted")));
		assertThat(analysis(output)).contains("s-1", "fingerprint", "mqtt.persistence.encryption.keys")
			.doesNotContain("\tat ", "AQEB");
	}

	private static String[] properties(String[] some, String... others) {
		return Stream.of(some, others).flatMap(Arrays::stream).toArray(String[]::new);
	}

	@Test
	void whenThePermissionsAreDocumentedThenTheyAreThoseOfTheAnalysis() {
		assertThat(Path.of("..", "docs", "redis-permissions.md")).content()
			.contains("ACL SETUSER <user> ~mqtt:persistence:* " + StartFailureAnalyzer.COMMANDS + "\n");
	}

	@Test
	void whenTheRedisUserHasThePermissionsThatAreNamedThenAllWorks() throws Exception {
		try (ConfigurableApplicationContext context = runAs("enough");
				SessionInspector inspector = context.getBean(RedisSessionStore.class).inspector()) {
			SessionStore store = context.getBean(SessionStore.class);
			assertThat(store.server().isAvailable()).isTrue();
			assertThat(store.server().facts()).containsKeys("version", "orphanedSessions")
				.allSatisfy((fact, value) -> assertThat(value).as(fact).isNotEqualTo("unknown"));
			Session session = store.open(new SessionId("other", "tcp://127.0.0.1:1", MqttVersion.V3));
			session.put("s-1", Packets.publish(1, 1, "payload"));
			session.clear();
			assertThat(inspector.sessions("0", 10).entries()).hasSize(2).allSatisfy((found) -> {
				assertThat(inspector.records(found.name(), Part.RECORDS, "0", 10).entries()).isEmpty();
				assertThat(inspector.session(found.name())).isNotNull();
			});
			try (Jedis redis = new Jedis("127.0.0.1", WITH_USERS.port())) {
				redis.hset("mqtt:persistence:{orphan@b}:v3", "x", "unreadable");
			}
			assertThat(store.open(new SessionId("orphan", "b", MqttVersion.V3)).keys()).isEmpty();
			try (Jedis redis = new Jedis("127.0.0.1", WITH_USERS.port())) {
				redis.hset("mqtt:persistence:{gone@b}:v3", "s-1", "record");
			}
			String gone = Base64.getUrlEncoder().withoutPadding().encodeToString("{gone@b}:v3".getBytes());
			assertThat(inspector.delete(gone)).isTrue();
		}
	}

	private static ConfigurableApplicationContext runAs(String user) {
		return builder(Application.class).properties(WITH_USERS.properties())
			.properties("spring.data.redis.username=" + user, "spring.data.redis.password=right")
			.properties(CLIENT)
			.run();
	}

	@Test
	void whenTheClientManagersSessionIsOwnedThenTheAnalysisNamesTheOwner(CapturedOutput output) {
		try (ConfigurableApplicationContext owner = runWithRedis(Application.class, CLIENT)) {
			assertThat(owner.isRunning()).isTrue();
			assertThatThrownBy(() -> runWithRedis(Application.class, CLIENT));
			assertSessionInUse(output);
		}
	}

	@Test
	void whenAnInboundAdaptersSessionIsOwnedThenTheAnalysisNamesTheOwner(CapturedOutput output) {
		try (ConfigurableApplicationContext owner = runWithRedis(Inbound.class)) {
			assertThat(owner.isRunning()).isTrue();
			assertThatThrownBy(() -> runWithRedis(Inbound.class));
			assertSessionInUse(output);
		}
	}

	@Test
	void whenTheSessionOfAnAdapterWithTheUsersFactoryIsOwnedThenTheAnalysisNamesTheOwner(CapturedOutput output) {
		try (ConfigurableApplicationContext owner = runWithRedis(InboundWithOwnFactory.class)) {
			assertThat(owner.isRunning()).isTrue();
			assertThatThrownBy(() -> runWithRedis(InboundWithOwnFactory.class));
			assertSessionInUse(output);
		}
	}

	@Test
	void whenASessionWouldBeThrownAwayAndThatShallFailThenTheAnalysisNamesTheComponent(CapturedOutput output) {
		assertThatThrownBy(() -> runWithRedis(Application.class, "mqtt.client.client-id=clean", CLIENT[1],
				"mqtt.client.clean-session=true", "mqtt.persistence.clean-session=fail"));
		assertThat(analysis(output))
			.contains("The MQTT client of 'mqttv3ClientManager' discards its stored session at each connect")
			.contains("setCleanSession(false)", "mqtt.client.clean-session=false",
					"mqtt.persistence.clean-session=allow")
			.doesNotContain("\tat ");
	}

	@Test
	void whenWhatWouldBeMovedInIsOnlyListedThenTheStartEndsBeforeAnySessionIsOpened(CapturedOutput output,
			@TempDir Path directory) throws Exception {
		Path used = Files.createDirectory(directory.resolve("dry-tcp1270011"));
		Path other = Files.createDirectory(directory.resolve("another"));
		Files.write(used.resolve("s-1.msg"), Packets.publish(1, 1, "payload"));
		Files.write(used.resolve("s-2.msg"), new byte[] { 0x34 });
		Files.write(other.resolve("s-1.msg"), Packets.publish(1, 1, "payload"));
		assertThatThrownBy(() -> runWithRedis(Application.class, "mqtt.client.client-id=dry", CLIENT[1],
				"mqtt.persistence.import-from=" + directory, "mqtt.persistence.import-dry-run=true"));
		assertThat(analysis(output))
			.contains("Dry run: nothing was changed. 3 records in 2 directories below " + directory,
					"remove mqtt.persistence.import-dry-run")
			.doesNotContain("\tat ");
		assertThat(output).containsPattern("INFO.*would be moved in.*another.s-1.msg");
		assertThat(used.resolve("s-1.msg")).exists();
		try (Jedis redis = new Jedis("127.0.0.1", REDIS.port())) {
			assertThat(redis.keys("mqtt:persistence:{dry@*")).isEmpty();
		}
	}

	@Test
	void whenTheOwnerHasStoppedThenTheNextOneStartsAtOnce() {
		runWithRedis(Inbound.class).close();
		runWithRedis(Inbound.class).close();
	}

	@Test
	void whenAnotherContextOfTheProcessOwnsTheSessionThenSaysSoBeforeItWaits(CapturedOutput output) throws Exception {
		ConfigurableApplicationContext first = runWithRedis(Inbound.class, "spring.application.name=first");
		FutureTask<ConfigurableApplicationContext> second = new FutureTask<>(() -> runWithRedis(Inbound.class,
				"spring.application.name=second", "mqtt.persistence.lease.acquire-timeout=1h"));
		new Thread(second, "second").start();
		try (first) {
			Pattern warning = Pattern.compile("WARN.*is needed by application context second .* but owned by process "
					+ ProcessHandle.current().pid() + " on .*, which is this process, in application context first");
			Await.until("it is said who the owner is", () -> warning.matcher(output).find());
			assertThat(second).isNotDone();
		}
		second.get(Await.MILLIS, TimeUnit.MILLISECONDS).close();
	}

	@Test
	void whenAnotherContextOfTheProcessKeepsTheSessionThenTheAnalysisHasItsName(CapturedOutput output) {
		try (ConfigurableApplicationContext first = runWithRedis(Inbound.class, "spring.application.name=first")) {
			assertThat(first.isActive()).isTrue();
			assertThatThrownBy(() -> runWithRedis(Inbound.class, "spring.application.name=second"));
			assertThat(analysis(output)).contains("in application context first");
		}
	}

	private static void assertSessionInUse(CapturedOutput output) {
		assertThat(analysis(output)).contains("is owned by", String.valueOf(ProcessHandle.current().pid()))
			.contains("mqtt.persistence.lease.acquire-timeout", "its own client id")
			.doesNotContain("NullPointerException", "\tat ");
	}

	private static String analysis(CapturedOutput output) {
		assertThat(output).contains("APPLICATION FAILED TO START");
		return output.toString().substring(output.toString().indexOf("APPLICATION FAILED TO START"));
	}

	private static ConfigurableApplicationContext runWithRedis(Class<?> application, String... properties) {
		return builder(application).properties(REDIS.properties())
			.properties("mqtt.persistence.lease.acquire-timeout=0s")
			.properties(properties)
			.run();
	}

	private static void run(Class<?> application, String... properties) {
		builder(application).properties(properties).run().close();
	}

	private static SpringApplicationBuilder builder(Class<?> application) {
		return new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.properties("spring.data.redis.host=127.0.0.1");
	}

	@Configuration(proxyBeanMethods = false)
	@MqttAlone
	static class Application {

	}

	@Configuration(proxyBeanMethods = false)
	@MqttAlone
	@EnableIntegration
	static class Inbound {

		@Bean
		MqttPahoMessageDrivenChannelAdapter inbound(MqttPahoClientFactory factory) {
			MqttPahoMessageDrivenChannelAdapter adapter = new MqttPahoMessageDrivenChannelAdapter("tcp://127.0.0.1:1",
					"inbound", factory, "readings");
			adapter.setOutputChannel(new NullChannel());
			adapter.setQuiescentTimeout(1);
			adapter.setDisconnectCompletionTimeout(100);
			return adapter;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class InboundWithOwnFactory extends Inbound {

		@Bean
		DefaultMqttPahoClientFactory ownFactory() {
			DefaultMqttPahoClientFactory factory = new DefaultMqttPahoClientFactory();
			factory.getConnectionOptions().setAutomaticReconnect(true);
			factory.getConnectionOptions().setCleanSession(false);
			return factory;
		}

	}

}
