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

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests that a wrong value stops the start, and that what the user sees names the
 * property.
 */
@ExtendWith(OutputCaptureExtension.class)
class WrongPropertyTests {

	@RegisterExtension
	static final EmbeddedRedis REDIS = new EmbeddedRedis();

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					mqtt.persistence.key-prefix            | a{b                    | must not contain braces
					mqtt.persistence.key-prefix            | a}b                    | must not contain braces
					mqtt.persistence.key-prefix            | ''                     | must not be empty
					mqtt.persistence.broker-id             | ' '                    | must not be empty
					mqtt.persistence.write-timeout         | 0s                     | must be at least 1ms, and was read as 0ms
					mqtt.persistence.lease.ttl             | 999ms                  | must be at least 1s, and was read as 999ms
					mqtt.persistence.lease.acquire-timeout | -1s                    | must not be negative
					mqtt.persistence.session-expiry        | 9999ms                 | must not be shorter than mqtt.persistence.lease.ttl
					mqtt.persistence.import-from           | pom.xml                | must be a directory
					mqtt.persistence.import-dry-run        | true                   | needs mqtt.persistence.import-from
					mqtt.persistence.offline-buffer.max-messages | 0 | must be at least 1
					mqtt.persistence.offline-buffer.max-size | 0B | must be at least 1B
					mqtt.persistence.offline-buffer.window | 0B | must be at least 1B
					mqtt.persistence.offline-buffer.time-to-live | -1s | must not be negative
					mqtt.persistence.redis.url             | localhost:6379         | must start with redis://
					mqtt.persistence.redis.url             | http://localhost:6379  | must start with redis://
					mqtt.persistence.redis.url             | redis://local host     | must be a URL such as
					mqtt.persistence.redis.url             | redis://localhost/a    | must end with the port
					mqtt.persistence.redis.unix-socket     | redis.sock             | must be an absolute path
					mqtt.persistence.redis.database        | -1                     | needs mqtt.persistence.redis.url
					mqtt.persistence.redis.username        | user                   | needs mqtt.persistence.redis.url
					mqtt.persistence.redis.password        | secret                 | needs mqtt.persistence.redis.url
					mqtt.persistence.redis.ssl-bundle      | any                    | needs mqtt.persistence.redis.url
					mqtt.client.keep-alive                 | 1500ms                 | must be whole seconds
					mqtt.client.keep-alive                 | -1s                    | must be between 0s and 65535s
					mqtt.client.keep-alive                 | 65536                  | must be between 0s and 65535s
					mqtt.client.connection-timeout         | -1s                    | must be between 0s and
					mqtt.client.max-inflight               | 0                      | must be between 1 and 65535
					mqtt.client.max-inflight               | 65536                  | must be between 1 and 65535
					mqtt.client.server-uris                | localhost:1883         | must start with mqtt://
					mqtt.client.server-uris                | http://localhost:1883  | must start with mqtt://
					mqtt.client.server-uris                | tcp://localhost:1883/a | must end with the port
					mqtt.client.server-uris                | tcp://local host       | must be URIs such as
					mqtt.client.will.topic                 | a/#                    | must not contain wildcards
					mqtt.client.password                   | secret                 | mqtt.client.username must be set
					mqtt.client.ssl-bundle                 | none                   | There is no such SSL bundle
					""")
	void whenAValueIsWrongThenTheAnalysisNamesTheProperty(String property, String value, String reason,
			CapturedOutput output) {
		assertThatThrownBy(() -> run(property + "=" + value)).isInstanceOf(Exception.class);
		assertThat(analysis(output)).contains(property, reason).doesNotContain("\tat ");
	}

	@Test
	void whenAnEncryptionKeyIsWrongThenTheAnalysisNamesThePropertyAndNotTheKey(CapturedOutput output) {
		assertThatThrownBy(() -> run("mqtt.persistence.encryption.key=c2VjcmV0")).isInstanceOf(Exception.class);
		assertThat(analysis(output)).contains("mqtt.persistence.encryption.key must be 32 bytes in Base64");
		assertThat(output).doesNotContain("c2VjcmV0");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			keys.old=x                                                   | keys.old must be 32 bytes
			keys.old=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=        | active-key must be set
			active-key=new                                               | active-key must be the id of one of
			password=secret                                              | salt must have at least 8 characters
			accept-unencrypted=true                                      | accept-unencrypted needs a key
			""")
	void whenEncryptionIsSetUpHalfThenTheAnalysisNamesWhatIsMissing(String property, String reason,
			CapturedOutput output) {
		assertThatThrownBy(() -> run("mqtt.persistence.encryption." + property)).isInstanceOf(Exception.class);
		assertThat(analysis(output)).contains("mqtt.persistence.encryption." + reason);
	}

	@Test
	void whenTheWillsQosIsWrongThenTheAnalysisNamesTheProperty(CapturedOutput output) {
		assertThatThrownBy(() -> run("mqtt.client.will.topic=a", "mqtt.client.will.qos=3"))
			.isInstanceOf(Exception.class);
		assertThat(analysis(output)).contains("mqtt.client.will.qos must be 0, 1 or 2");
	}

	@Test
	void whenTheWillHasNoTopicThenTheAnalysisNamesTheTopic(CapturedOutput output) {
		assertThatThrownBy(() -> run("mqtt.client.will.qos=1")).isInstanceOf(Exception.class);
		assertThat(analysis(output)).contains("mqtt.client.will.topic must be set");
	}

	@Test
	void whenAnSslBundleIsSetForAPlainUriThenTheAnalysisNamesBoth(CapturedOutput output) {
		assertThatThrownBy(() -> run("mqtt.client.ssl-bundle=any", "mqtt.client.server-uris=tcp://localhost:1883"))
			.isInstanceOf(Exception.class);
		assertThat(analysis(output)).contains("mqtt.client.ssl-bundle needs mqtt.client.server-uris");
	}

	@Test
	void whenAUriWithASecretIsWrongThenTheSecretIsNotShown(CapturedOutput output) {
		assertThatThrownBy(() -> run("mqtt.client.server-uris=tcp://user:s3cr3t@localhost:1883/path"))
			.isInstanceOf(Exception.class);
		assertThat(output).contains("mqtt.client.server-uris").doesNotContain("s3cr3t");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			unix-socket=/tmp/redis.sock          | must not both be set
			ssl-bundle=any                       | needs mqtt.persistence.redis.url that starts with rediss://
			database=-1                          | mqtt.persistence.redis.database must not be negative
			username=user                        | mqtt.persistence.redis.password must be set
			""")
	void whenAPropertyDoesNotFitTheUrlThenTheAnalysisNamesItAndNotThePassword(String property, String reason,
			CapturedOutput output) {
		assertThatThrownBy(() -> run("mqtt.persistence.redis.url=redis://:s3cr3t@127.0.0.1:1",
				"mqtt.persistence.redis." + property));
		assertThat(analysis(output)).contains(reason);
		assertThat(output).doesNotContain("s3cr3t");
	}

	@ParameterizedTest
	@ValueSource(strings = { "rredis://user:s3cr3t@127.0.0.1:1", "redis://user:s3cr3t@local host" })
	void whenTheUrlOfRedisWithASecretIsWrongThenTheSecretIsNotShown(String url, CapturedOutput output) {
		assertThatThrownBy(() -> run("mqtt.persistence.redis.url=" + url));
		assertThat(output).contains("mqtt.persistence.redis.url must").doesNotContain("s3cr3t");
	}

	@Test
	void whenTheSslBundleOfRedisIsMissingThenTheAnalysisNamesTheProperty(CapturedOutput output) {
		assertThatThrownBy(
				() -> run("mqtt.persistence.redis.url=rediss://127.0.0.1:1", "mqtt.persistence.redis.ssl-bundle=none"));
		assertThat(analysis(output)).contains("mqtt.persistence.redis.ssl-bundle", "There is no such SSL bundle");
	}

	private static String analysis(CapturedOutput output) {
		assertThat(output).contains("APPLICATION FAILED TO START");
		return output.toString().substring(output.toString().indexOf("APPLICATION FAILED TO START"));
	}

	private static void run(String... properties) {
		new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties(REDIS.properties())
			.properties(properties)
			.run()
			.close();
	}

	@Configuration(proxyBeanMethods = false)
	@MqttAlone
	static class Application {

	}

}
