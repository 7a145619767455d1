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

import java.util.UUID;

import io.github.mqttredis.actuate.MqttPersistenceHealthIndicator;
import io.github.mqttredis.actuate.MqttSessionsEndpoint;
import io.github.mqttredis.actuate.MqttSessionsEndpoint.SessionDescriptor;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.Packets;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import redis.clients.jedis.Jedis;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.health.DataRedisHealthContributorAutoConfiguration;
import org.springframework.boot.data.redis.health.DataRedisHealthIndicator;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for which Redis keeps the sessions, and that the application's own connection
 * stays what it is.
 */
class SessionRedisTests {

	private static final String EXPOSED = "management.endpoints.web.exposure.include=mqttsessions";

	private static final String OPEN_USER = "--user default on nopass ~* +@all";

	/** By this, health tells the two apart. */
	private static final String POLICY = "maxmemory-policy";

	@RegisterExtension
	static final EmbeddedRedis APPLICATION = new EmbeddedRedis("--" + POLICY, "volatile-ttl");

	@RegisterExtension
	static final EmbeddedRedis SESSIONS = new EmbeddedRedis(
			(OPEN_USER + " --user gateway on >right ~* +@all").split(" "));

	private static final String MARKED_PORT = "sessions.redis.port=" + SESSIONS.port();

	private final String clientId = UUID.randomUUID().toString();

	private final ApplicationContextRunner contexts = MqttContexts.with(APPLICATION)
		.withConfiguration(AutoConfigurations.of(HealthContributorAutoConfiguration.class,
				DataRedisHealthContributorAutoConfiguration.class))
		.withPropertyValues(EXPOSED);

	@Test
	void whenNothingIsSaidThenTheApplicationsRedisKeepsSessions() {
		this.contexts.run((context) -> assertKeptIn(APPLICATION, context));
	}

	@Test
	void whenAUrlIsSetThenItsRedisKeepsSessionsAndTheApplicationsStaysTheOnlyOneForOthers() {
		this.contexts.withPropertyValues("mqtt.persistence.redis.url=" + url("")).run((context) -> {
			assertKeptIn(SESSIONS, context);
			assertThat(context).hasSingleBean(RedisConnectionFactory.class);
			assertOthersUseApplicationsRedis(context);
			assertThat(context.getBean("redisHealthContributor")).isInstanceOf(DataRedisHealthIndicator.class);
		});
	}

	@Test
	void whenThereIsNoRedisButThatOfTheUrlThenItKeepsSessions() {
		withoutRedis().withPropertyValues("mqtt.persistence.redis.url=" + url(""))
			.run((context) -> assertKeptIn(SESSIONS, context));
	}

	@Test
	void whenABeanIsMarkedThenItsRedisKeepsSessionsAndTheApplicationsStaysTheOnlyOneForOthers() {
		this.contexts.withUserConfiguration(SessionRedisExample.class)
			.withPropertyValues(MARKED_PORT)
			.run((context) -> {
				assertKeptIn(SESSIONS, context);
				assertOthersUseApplicationsRedis(context);
			});
	}

	@Test
	void whenThereIsNoRedisButThatOfTheMarkedBeanThenItKeepsSessions() {
		withoutRedis().withUserConfiguration(SessionRedisExample.class)
			.withPropertyValues(MARKED_PORT)
			.run((context) -> assertKeptIn(SESSIONS, context));
	}

	@Test
	void whenRedisIsInAParentContextThenItKeepsSessions() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class))
			.withPropertyValues(APPLICATION.properties())
			.run((parent) -> withoutRedis().withParent(parent).run((context) -> assertKeptIn(APPLICATION, context)));
	}

	@Test
	void whenTheMarkedBeanIsInAParentContextThenItsRedisKeepsSessions() {
		new ApplicationContextRunner().withUserConfiguration(SessionRedisExample.class)
			.withPropertyValues(MARKED_PORT)
			.run((parent) -> this.contexts.withParent(parent).run((context) -> assertKeptIn(SESSIONS, context)));
	}

	@Test
	void whenABeanIsMarkedAndAUrlIsSetThenTheBeanCounts() {
		this.contexts.withUserConfiguration(SessionRedisExample.class)
			.withPropertyValues(MARKED_PORT)
			.withPropertyValues("mqtt.persistence.redis.url=redis://127.0.0.1:1")
			.run((context) -> assertKeptIn(SESSIONS, context));
	}

	@Test
	void whenOneOfSeveralIsPrimaryThenItKeepsSessions() {
		this.contexts.withUserConfiguration(Two.class, PrimaryOne.class)
			.run((context) -> assertKeptIn(SESSIONS, context));
	}

	@Test
	void whenNoneOfSeveralIsPrimaryThenTheAnalysisNamesThemAndHowToChoose() {
		this.contexts.withUserConfiguration(Two.class).run((context) -> {
			FailureAnalysis analysis = analysis(context);
			assertThat(analysis.getDescription()).contains("one, two");
			assertThat(analysis.getAction()).contains("@MqttPersistenceRedis", "@Primary",
					"mqtt.persistence.redis.url");
		});
	}

	@Test
	void whenSeveralAreMarkedThenTheAnalysisNamesThem() {
		this.contexts.withUserConfiguration(SessionRedisExample.class, MarkedToo.class)
			.withPropertyValues(MARKED_PORT)
			.run((context) -> assertThat(analysis(context).getDescription()).contains("@MqttPersistenceRedis",
					"sessionsRedis", "sessionsToo"));
	}

	@Test
	void whenTheOnlyOneIsForNobodyThenTheAnalysisSaysSo() {
		withoutRedis().withUserConfiguration(ForNobody.class)
			.run((context) -> assertThat(analysis(context).getDescription()).contains("no RedisConnectionFactory"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			gateway:right@ | /3 | database=0           | gateway | 3
			gateway:right@ | /3 | database=5           | gateway | 3
			''             | '' | database=5           | default | 5
			gateway:right@ | '' | password=wrong       | gateway | 0
			''             | '' | username=gateway     | gateway | 0
			""")
	void whenUrlAndPropertiesSayHowToLogInThenTheUrlCounts(String user, String path, String property,
			String expectedUser, int database) {
		this.contexts
			.withPropertyValues("mqtt.persistence.redis.url=" + url(user) + path, "mqtt.persistence.redis." + property,
					property.startsWith("username") ? "mqtt.persistence.redis.password=right" : "none=none")
			.run((context) -> {
				store(context);
				try (Jedis redis = new Jedis("127.0.0.1", SESSIONS.port())) {
					assertThat(redis.clientList()).contains("user=" + expectedUser + " ");
					redis.select(database);
					assertThat(redis.exists(key())).isTrue();
				}
			});
	}

	@Test
	void whenTheApplicationUsesJedisThenSessionsDoToo() {
		this.contexts.withPropertyValues("mqtt.persistence.redis.url=" + url(""), "spring.data.redis.client-type=jedis")
			.run((context) -> {
				assertKeptIn(SESSIONS, context);
				try (Jedis redis = new Jedis("127.0.0.1", SESSIONS.port())) {
					assertThat(redis.clientList()
						.lines()
						.filter((line) -> line.contains("cmd=evalsha") || line.contains("cmd=eval "))).isNotEmpty()
						.noneMatch((line) -> line.contains("resp=3"));
				}
			});
	}

	private static ApplicationContextRunner withoutRedis() {
		return MqttContexts.withoutRedis()
			.withPropertyValues(EXPOSED)
			.withPropertyValues("mqtt.persistence.write-timeout=" + Load.seconds(2));
	}

	private static String url(String user) {
		return "redis://" + user + "127.0.0.1:" + SESSIONS.port();
	}

	private static FailureAnalysis analysis(AssertableApplicationContext context) {
		assertThat(context).hasFailed();
		FailureAnalysis analysis = new StartFailureAnalyzer(new DefaultListableBeanFactory(), new StandardEnvironment())
			.analyze(context.getStartupFailure());
		assertThat(analysis).isNotNull();
		return analysis;
	}

	private void assertKeptIn(EmbeddedRedis server, AssertableApplicationContext context) throws Exception {
		store(context);
		for (EmbeddedRedis any : new EmbeddedRedis[] { APPLICATION, SESSIONS }) {
			try (Jedis redis = new Jedis("127.0.0.1", any.port())) {
				assertThat(redis.exists(key())).isEqualTo(any == server);
			}
		}
		Health health = context.getBean(MqttPersistenceHealthIndicator.class).health();
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).extractingByKey("redis", InstanceOfAssertFactories.MAP)
			.containsEntry(POLICY, (server == APPLICATION) ? "volatile-ttl" : "noeviction");
		assertThat(context.getBean(MqttSessionsEndpoint.class).sessions(null, null).sessions())
			.extracting(SessionDescriptor::clientId)
			.contains(this.clientId);
	}

	private void store(AssertableApplicationContext context) throws Exception {
		assertThat(context).hasNotFailed();
		context.getBean(SessionStore.class)
			.open(new SessionId(this.clientId, "b", MqttVersion.V3))
			.put("s-1", Packets.publish(1, 1, "payload"));
	}

	private String key() {
		return "mqtt:persistence:{" + this.clientId + "@b}:v3";
	}

	private static void assertOthersUseApplicationsRedis(AssertableApplicationContext context) {
		assertThat(context).hasSingleBean(StringRedisTemplate.class);
		LettuceConnectionFactory injected = (LettuceConnectionFactory) context.getAutowireCapableBeanFactory()
			.createBean(Component.class).factory;
		assertThat(injected.getPort()).isEqualTo(APPLICATION.port());
	}

	private static LettuceConnectionFactory to(EmbeddedRedis server) {
		return new LettuceConnectionFactory("127.0.0.1", server.port());
	}

	static class Component {

		@Autowired
		RedisConnectionFactory factory;

	}

	@Configuration(proxyBeanMethods = false)
	static class MarkedToo {

		@Bean(defaultCandidate = false)
		@MqttPersistenceRedis
		LettuceConnectionFactory sessionsToo() {
			return to(SESSIONS);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ForNobody {

		@Bean(defaultCandidate = false)
		LettuceConnectionFactory other() {
			return to(APPLICATION);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Two {

		@Bean
		LettuceConnectionFactory one() {
			return to(APPLICATION);
		}

		@Bean
		LettuceConnectionFactory two() {
			return to(APPLICATION);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PrimaryOne {

		@Bean
		@Primary
		LettuceConnectionFactory first() {
			return to(SESSIONS);
		}

	}

}
