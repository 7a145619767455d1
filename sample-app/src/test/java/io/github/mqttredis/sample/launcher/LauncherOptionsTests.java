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

import io.github.mqttredis.sample.launcher.LauncherOptions.Store;
import io.github.mqttredis.sample.launcher.LauncherOptions.Task;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.DefaultApplicationArguments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class LauncherOptionsTests {

	@Test
	void whenNothingIsGivenThenTheGatewayIsWatched() {
		LauncherOptions options = options();
		assertThat(options.task()).isEqualTo(Task.SHOW);
		assertThat(options.store()).isEqualTo(Store.REDIS);
		assertThat(options.kills()).isEqualTo(10);
	}

	@Test
	void whenTheCrashDemoIsAskedForThenItsOptionsAreRead() {
		assertThat(options("--crash-demo", "--store=memory", "--kills=3", "--seed=7"))
			.isEqualTo(new LauncherOptions(Task.CRASH_DEMO, Store.MEMORY, 3, 7, 200_000, 3));
	}

	@Test
	void whenALongOutageIsAskedForThenItsOptionsAreRead() {
		assertThat(options("--crash-demo", "--long-outage", "--messages=5000", "--seed=7"))
			.isEqualTo(new LauncherOptions(Task.LONG_OUTAGE, Store.REDIS, 10, 7, 5000, 3));
		assertThat(options("--long-outage").messages()).isEqualTo(200_000);
	}

	@Test
	void whenTheSoakIsAskedForThenItsOptionsAreRead() {
		assertThat(options("--soak", "--minutes=20", "--seed=-7"))
			.isEqualTo(new LauncherOptions(Task.SOAK, Store.REDIS, 10, -7, 200_000, 20));
		assertThat(options("--soak").minutes()).isEqualTo(3);
	}

	@ParameterizedTest
	@ValueSource(strings = { "--minutes=0", "--minutes=-1", "--minutes=241", "--minutes=4294967297", "--minutes=1.5",
			"--minutes=", "--minutes=3m" })
	void whenTheMinutesAreImplausibleThenTheMessageNamesTheOption(String option) {
		assertThatExceptionOfType(LauncherException.class).isThrownBy(() -> options("--soak", option))
			.withMessageContaining("--minutes must be");
	}

	@Test
	void whenAValueIsWrongThenTheMessageNamesTheOption() {
		assertThatExceptionOfType(LauncherException.class).isThrownBy(() -> options("--store=disk"))
			.withMessageContaining("--store")
			.withMessageContaining("disk");
		assertThatExceptionOfType(LauncherException.class).isThrownBy(() -> options("--kills=many"))
			.withMessageContaining("--kills");
		assertThatExceptionOfType(LauncherException.class).isThrownBy(() -> options("--kills=0"))
			.withMessageContaining("--kills");
		assertThatExceptionOfType(LauncherException.class).isThrownBy(() -> options("--messages=999"))
			.withMessageContaining("--messages");
		assertThatExceptionOfType(LauncherException.class).isThrownBy(() -> options("--long-outage", "--store=memory"))
			.withMessageContaining("--store=redis");
		assertThatExceptionOfType(LauncherException.class).isThrownBy(() -> options("--soak", "--store=memory"))
			.withMessageContaining("--soak needs --store=redis");
	}

	@Test
	void whenArgumentsAreTheGatewaysThenTheyArePassedOn() {
		assertThat(LauncherOptions.forGateway(
				new DefaultApplicationArguments("--crash-demo", "--store=redis", "--long-outage", "--messages=5000",
						"--soak", "--minutes=3", "--gateway.port=9090", "--mqtt.client.username=me", "--storey=1")))
			.containsExactly("--mqtt.client.username=me", "--storey=1");
	}

	private static LauncherOptions options(String... arguments) {
		return LauncherOptions.of(new DefaultApplicationArguments(arguments));
	}

}
