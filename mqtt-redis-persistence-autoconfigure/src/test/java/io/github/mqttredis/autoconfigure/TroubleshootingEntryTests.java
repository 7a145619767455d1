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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.mqttredis.autoconfigure.StartFailureAnalyzer.TroubleshootingEntry;
import io.github.mqttredis.encryption.AesGcmRecordCodec;
import io.github.mqttredis.encryption.RecordEncryptionKey;
import io.github.mqttredis.paho.UnsupportedLibraryException;
import io.github.mqttredis.redis.RedisUnavailableException;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionImportException;
import io.github.mqttredis.session.SessionInUseException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Every failure analysis names the entry of {@code docs/troubleshooting-start.md} that
 * quotes it.
 */
class TroubleshootingEntryTests {

	private static final Path PAGE = Path.of("..", "docs", "troubleshooting-start.md");

	private static final Pattern ANCHOR = Pattern.compile("<a id=\"([^\"]+)\"></a>");

	private static final Pattern REFERENCE = Pattern.compile("See docs/troubleshooting-start\\.md#([a-z-]+)\\.$");

	private static final SessionId SESSION = new SessionId("gateway", "tcp://broker:1883", MqttVersion.V3);

	/** Fewer words are found everywhere. */
	private static final int WORDS = 3;

	/** How the start fails, for each entry. */
	private static final Map<TroubleshootingEntry, Supplier<Throwable>> FAILURES = Map.ofEntries(
			Map.entry(TroubleshootingEntry.CLEAN_SESSION,
					() -> failure(runner("mqtt.persistence.clean-session=fail", "mqtt.client.clean-session=true"))),
			Map.entry(TroubleshootingEntry.CLIENT_MANAGER_MISSING,
					() -> new NoSuchBeanDefinitionException(Mqttv3ClientManager.class)),
			Map.entry(TroubleshootingEntry.CONNECTION_FACTORY,
					() -> new BeanCreationException("redisConnectionFactory", "wrong")),
			Map.entry(TroubleshootingEntry.DRY_RUN,
					() -> failure(runner("mqtt.persistence.store=redis", "mqtt.persistence.import-dry-run=true",
							"mqtt.persistence.import-from=src/main/java"))),
			Map.entry(TroubleshootingEntry.GROUP_WITH_VALUE, () -> failure(runner("mqtt.persistence.lease=10s"))),
			Map.entry(TroubleshootingEntry.NO_PAHO,
					() -> failure(runner("any=any").withClassLoader(new FilteredClassLoader("org.eclipse.paho")))),
			Map.entry(TroubleshootingEntry.NOT_MOVED_IN,
					() -> new SessionImportException("MQTT session x cannot be moved in from y")),
			Map.entry(TroubleshootingEntry.PAHO_MISSING,
					() -> new NoClassDefFoundError("org/eclipse/paho/mqttv5/client/MqttAsyncClient")),
			Map.entry(TroubleshootingEntry.LIBRARY_NOT_SUPPORTED, TroubleshootingEntryTests::otherLibrary),
			Map.entry(TroubleshootingEntry.REDIS_NOT_USABLE,
					() -> new RedisUnavailableException("No Redis", new IllegalStateException("none"))),
			Map.entry(TroubleshootingEntry.SESSION_IN_USE,
					() -> new SessionInUseException(SESSION, "process 7 on a", Duration.ofSeconds(1), "")),
			Map.entry(TroubleshootingEntry.UNIX_SOCKET_MISSING,
					() -> new RedisUnavailableException("No Redis", new IllegalStateException("none"))),
			Map.entry(TroubleshootingEntry.UNIX_SOCKET_NOT_USABLE,
					() -> SessionRedis.withoutTransport("Linux", "amd64")),
			Map.entry(TroubleshootingEntry.WHICH_REDIS, TroubleshootingEntryTests::twoRedis),
			Map.entry(TroubleshootingEntry.WRONG_KEY, TroubleshootingEntryTests::otherKey),
			Map.entry(TroubleshootingEntry.WRONG_VALUE, () -> failure(runner("mqtt.client.keep-alive=60sec"))));

	@ParameterizedTest
	@EnumSource
	void whenTheStartFailsThenTheAnalysisNamesTheEntryThatQuotesIt(TroubleshootingEntry entry) throws IOException {
		FailureAnalysis analysis = analyze(entry);
		Matcher reference = REFERENCE.matcher(analysis.getAction());
		assertThat(reference.find()).as(analysis.getAction()).isTrue();
		assertThat(entry.appendTo(".")).contains(reference.group());
		assertThat(quoted(reference.group(1)))
			.anySatisfy((words) -> assertThat(analysis.getDescription()).contains(words));
	}

	@Test
	void whenAMessageHasAnEntryThenTheEntryHasAnAnchorOfItsOwn() throws IOException {
		String pages = "";
		for (String page : List.of("troubleshooting.md", "troubleshooting-redis.md", "troubleshooting-start.md")) {
			pages += Files.readString(PAGE.resolveSibling(page));
		}
		List<String> anchors = ANCHOR.matcher(pages).results().map((match) -> match.group(1)).toList();
		assertThat(anchors).doesNotHaveDuplicates().hasSizeGreaterThan(60);
		assertThat(pages.split("\\n\\s*\\n")).noneMatch((paragraph) -> paragraph.startsWith("**"));
	}

	@Test
	void whenAnAnalysisIsMadeThenItIsMadeWithAnEntry() throws IOException {
		try (Stream<Path> files = Files.walk(Path.of("src", "main", "java"))) {
			List<String> made = files.filter((file) -> file.toString().endsWith(".java"))
				.flatMap((file) -> lines(file).filter((line) -> line.contains("new FailureAnalysis(")))
				.map(String::strip)
				.toList();
			assertThat(made).containsExactly("return new FailureAnalysis(description, entry.appendTo(action), cause);");
		}
		assertThat(FAILURES.keySet()).isEqualTo(EnumSet.allOf(TroubleshootingEntry.class));
	}

	@Test
	void whenAnActionEndsWithACommandThenTheEntryDoesNotFollowOnTheSameLine() {
		assertThat(TroubleshootingEntry.DRY_RUN.appendTo("Run this.").lines()).hasSize(1);
		assertThat(TroubleshootingEntry.DRY_RUN.appendTo("    ACL SETUSER").lines().toList()).first()
			.isEqualTo("    ACL SETUSER");
	}

	private static FailureAnalysis analyze(TroubleshootingEntry entry) {
		StandardEnvironment environment = new StandardEnvironment();
		if (entry == TroubleshootingEntry.UNIX_SOCKET_MISSING) {
			environment.getPropertySources()
				.addFirst(new MapPropertySource("socket", Map.of(SessionRedis.UNIX_SOCKET, "/none/redis.sock")));
		}
		Throwable failure = Objects.requireNonNull(FAILURES.get(entry)).get();
		FailureAnalysis analysis = new StartFailureAnalyzer(new DefaultListableBeanFactory(), environment)
			.analyze(failure);
		assertThat(analysis).as(failure.toString()).isNotNull();
		return analysis;
	}

	/** The words of an entry's messages, without what differs. */
	private static Set<String> quoted(String anchor) throws IOException {
		String page = Files.readString(PAGE);
		int start = page.indexOf("<a id=\"" + anchor + "\"></a>");
		assertThat(start).as(anchor).isNotNegative();
		String entry = page.substring(start).split("\\n\\s*\\n")[0].replaceAll("\\s+", " ");
		return Set.copyOf(Pattern.compile("\\*\\*`([^`]+)`\\*\\*")
			.matcher(entry)
			.results()
			.map((MatchResult match) -> match.group(1))
			.flatMap((message) -> Arrays.stream(message.split("<[^>]*>|\\.\\.\\.")))
			.map(String::strip)
			.filter((words) -> words.split(" ").length >= WORDS)
			.toList());
	}

	private static Stream<String> lines(Path file) {
		try {
			return Files.readAllLines(file).stream();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static ApplicationContextRunner runner(String... properties) {
		return MqttContexts.withoutRedis()
			.withUserConfiguration(Application.class)
			.withPropertyValues("mqtt.persistence.store=memory", "mqtt.client.client-id=gateway",
					"mqtt.client.server-uris=tcp://127.0.0.1:1")
			.withPropertyValues(properties);
	}

	private static Throwable failure(ApplicationContextRunner runner) {
		Throwable[] failure = new Throwable[1];
		runner.run((context) -> failure[0] = context.getStartupFailure());
		assertThat(failure[0]).isNotNull();
		return failure[0];
	}

	private static Throwable otherLibrary() {
		return new UnsupportedLibraryException("Spring Integration", List.class, List.of("a member"));
	}

	private static Throwable twoRedis() {
		DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
		beans.registerSingleton("one", new LettuceConnectionFactory());
		beans.registerSingleton("two", new LettuceConnectionFactory());
		DefaultListableBeanFactory none = new DefaultListableBeanFactory();
		SessionRedis redis = new SessionRedis(beans, new StandardEnvironment(),
				new MqttPersistenceProperties.Redis(null, null, null, null, 0, null));
		return catchThrowable(() -> redis.choose(none.getBeanProvider(RedisConnectionFactory.class),
				beans.getBeanProvider(RedisConnectionFactory.class)));
	}

	private static Throwable otherKey() {
		RecordKey key = RecordKey.require("s-1");
		byte[] stored = codec(1).encode(SESSION, key, new byte[8]);
		return catchThrowable(() -> codec(2).decode(SESSION, key, stored));
	}

	private static AesGcmRecordCodec codec(int number) {
		byte[] secret = new byte[RecordEncryptionKey.LENGTH];
		secret[0] = (byte) number;
		RecordEncryptionKey key = RecordEncryptionKey.of(secret);
		return new AesGcmRecordCodec(key, List.of(key), false);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableIntegration
	static class Application {

	}

}
