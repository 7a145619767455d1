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

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.testing.ClassPath;
import io.github.mqttredis.testing.Packets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for sessions over a UNIX socket. Netty's native transport is on a class path of
 * its own, because all of Lettuce would use it.
 */
@ExtendWith(OutputCaptureExtension.class)
class UnixSocketTests {

	@TempDir
	static Path directory;

	@RegisterExtension
	static final EmbeddedRedis APPLICATION = new EmbeddedRedis();

	private static EmbeddedRedis sessions;

	/** With the native transport and all else. */
	private static @Nullable ClassPath complete;

	@BeforeAll
	static void start() {
		sessions = new EmbeddedRedis("--unixsocket", socket().toString(), "--requirepass", "s3cr3t");
		sessions.beforeAll(null);
	}

	@AfterAll
	static void stop() throws IOException {
		sessions.afterAll(null);
		if (complete != null) {
			complete.close();
		}
	}

	private static Path socket() {
		return directory.resolve("redis.sock");
	}

	@Test
	void whenTheSocketIsNamedThenSessionsAreKeptOverIt() throws Exception {
		run("--mqtt.persistence.redis.unix-socket=" + socket(), "--mqtt.persistence.redis.password=s3cr3t",
				"--mqtt.persistence.redis.database=2");
		try (Jedis redis = new Jedis("127.0.0.1", sessions.port())) {
			redis.auth("s3cr3t");
			redis.select(2);
			assertThat(redis.hkeys("mqtt:persistence:{unix@b}:v3")).containsExactly("s-1");
		}
	}

	@Test
	void whenNothingListensAtTheSocketThenTheAnalysisNamesTheProperty(CapturedOutput output) {
		assertThatThrownBy(() -> run("--mqtt.persistence.redis.unix-socket=" + directory.resolve("none.sock")));
		assertThat(analysis(output))
			.contains("There is no UNIX socket at " + directory.resolve("none.sock"), "unixsocketperm",
					"mqtt.persistence.redis.unix-socket")
			.doesNotContain("spring.data.redis", "FileNotFoundException", "\tat ");
	}

	@Test
	void whenThePasswordIsMissingThenTheAnalysisNamesTheProperty(CapturedOutput output) {
		assertThatThrownBy(() -> run("--mqtt.persistence.redis.unix-socket=" + socket()));
		assertThat(analysis(output)).contains("mqtt.persistence.redis.password")
			.doesNotContain("spring.data.redis", "\tat ");
	}

	@Test
	void whenTheNativeTransportIsMissingThenTheAnalysisNamesTheDependency(CapturedOutput output) {
		assertThatThrownBy(() -> Alone.start(arguments("--mqtt.persistence.redis.unix-socket=" + socket())));
		assertThat(analysis(output))
			.contains("mqtt.persistence.redis.unix-socket", "<groupId>io.netty</groupId>",
					"<artifactId>netty-transport-native-", "<classifier>")
			.doesNotContain("\tat ");
	}

	@Test
	void whenThereIsOnlyJedisThenTheAnalysisNamesLettuce(CapturedOutput output) throws Exception {
		try (ClassPath path = classPath("lettuce-core")) {
			assertThatThrownBy(
					() -> path.start(Alone.class, arguments("--mqtt.persistence.redis.unix-socket=" + socket())));
		}
		assertThat(analysis(output)).contains("Jedis has no UNIX sockets", "io.lettuce:lettuce-core")
			.doesNotContain("\tat ");
	}

	@Test
	void whenTheSystemIsOtherThenTheDependencyIsAnother() {
		assertThat(SessionRedis.withoutTransport("Linux", "aarch64").action()).contains("netty-transport-native-epoll",
				"linux-aarch_64");
		assertThat(SessionRedis.withoutTransport("Linux", "amd64").action()).contains("linux-x86_64");
		assertThat(SessionRedis.withoutTransport("Mac OS X", "aarch64").action())
			.contains("netty-transport-native-kqueue", "osx-aarch_64");
		assertThat(SessionRedis.withoutTransport("Windows 11", "amd64").action()).contains("Linux and macOS");
	}

	private static String analysis(CapturedOutput output) {
		assertThat(output).contains("APPLICATION FAILED TO START");
		return output.toString().substring(output.toString().indexOf("APPLICATION FAILED TO START"));
	}

	private static void run(String... arguments) throws Exception {
		if (complete == null) {
			complete = classPath();
		}
		complete.start(Alone.class, arguments(arguments));
	}

	private static ClassPath classPath(String... missing) {
		String transport = System.getProperty("netty-native." + System.getProperty("os.arch"));
		Assumptions.assumeTrue("Linux".equals(System.getProperty("os.name")) && transport != null,
				"No native transport for this system among the dependencies of the tests");
		return ClassPath.without(List.of(missing), transport);
	}

	private static String[] arguments(String... further) {
		return Stream.concat(Stream.of(APPLICATION.properties()).map((property) -> "--" + property), Stream.of(further))
			.toArray(String[]::new);
	}

	/**
	 * An application that stores one record.
	 */
	@MqttAlone
	public static class Alone {

		public static void start(String[] arguments) throws Exception {
			try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Alone.class)
				.web(WebApplicationType.NONE)
				.run(arguments)) {
				Session session = context.getBean(SessionStore.class).open(new SessionId("unix", "b", MqttVersion.V3));
				session.put("s-1", Packets.publish(1, 1, "payload"));
				assertThat(session.keys()).isEqualTo(List.of("s-1"));
			}
		}

	}

}
