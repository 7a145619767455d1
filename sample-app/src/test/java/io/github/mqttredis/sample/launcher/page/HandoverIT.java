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

package io.github.mqttredis.sample.launcher.page;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.mqttredis.sample.launcher.Await;
import io.github.mqttredis.sample.launcher.LauncherProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The handovers that {@code docs/kubernetes.md} tells of, as the page shows them. Prints
 * how long each took: that page says "about".
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@EnabledIfSystemProperty(named = "crashpoints", matches = "all",
		disabledReason = "it measures, for docs/kubernetes.md; PageIT does the same handovers")
class HandoverIT {

	private static final Pattern HANDOVER = Pattern
		.compile("Handover from Gateway \\d+ to Gateway \\d+: it owned the session after [\\d.]+ s[^\"]+");

	private static final Pattern BACK = Pattern.compile("Gateway \\d+ is back as process[^\"]+");

	private static final Duration TIMEOUT = Duration.ofMinutes(2);

	private final HttpClient http = HttpClient.newHttpClient();

	private final AtomicReference<String> state = new AtomicReference<>("");

	@TempDir
	Path directory;

	@Test
	void whenAPodIsReplacedThenTheSessionGoesToTheNewOne() throws Exception {
		LauncherProcess launcher = LauncherProcess.start(this.directory);
		try {
			String page = open(launcher);
			press(page, "kill");
			report("killed and started again", BACK, 1);
			press(page, "second-wait");
			await("it waits", () -> this.state.get().contains("waiting for the lease"));
			press(page, "stop-first");
			report("the first is stopped, the second waits", HANDOVER, 1);
			press(page, "second-takeover");
			report("the second takes over", HANDOVER, 2);
			press(page, "stop-first");
			assertNothingLost(page);
		}
		finally {
			launcher.stop();
		}
	}

	@Test
	void whenTheLeaderGoesThenTheStandbyHasTheSession() throws Exception {
		LauncherProcess launcher = LauncherProcess.start(this.directory, "--mqtt.client.role=gateway");
		try {
			String page = open(launcher);
			press(page, "second-wait");
			await("it stands by", () -> this.state.get().contains("stands by"));
			press(page, "stop-first");
			report("the leader is stopped", HANDOVER, 1);
			press(page, "second-wait");
			await("it stands by", () -> Pattern.compile("stands by").matcher(this.state.get()).results().count() >= 2);
			press(page, "kill");
			report("the leader is killed", HANDOVER, 2);
			assertNothingLost(page);
		}
		finally {
			launcher.stop();
		}
	}

	private String open(LauncherProcess launcher) {
		String page = launcher.awaitPage();
		Thread reader = new Thread(() -> {
			try (Stream<String> lines = this.http
				.send(HttpRequest.newBuilder(URI.create(page + "events")).build(), HttpResponse.BodyHandlers.ofLines())
				.body()) {
				lines.filter((line) -> line.startsWith("data: ")).forEach(this.state::set);
			}
			catch (Exception ex) {
				// The launcher was stopped.
			}
		}, "page-events");
		reader.setDaemon(true);
		reader.start();
		await("readings are delivered", () -> number("delivered") > 0);
		return page;
	}

	private long number(String name) {
		return Pattern.compile("\"" + name + "\":(\\d+)")
			.matcher(this.state.get())
			.results()
			.map((match) -> Long.parseLong(match.group(1)))
			.findFirst()
			.orElse(0L);
	}

	private void press(String page, String button) throws Exception {
		HttpRequest request = HttpRequest.newBuilder(URI.create(page + "actions/" + button))
			.header("Origin", page.substring(0, page.length() - 1))
			.POST(HttpRequest.BodyPublishers.noBody())
			.build();
		await(button + " can be pressed", () -> {
			try {
				return this.http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 202;
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		});
	}

	private void report(String what, Pattern pattern, int number) {
		await(what, () -> pattern.matcher(this.state.get()).results().count() >= number);
		System.out.println(what + ": "
				+ pattern.matcher(this.state.get())
					.results()
					.map(MatchResult::group)
					.skip(number - 1)
					.findFirst()
					.orElseThrow());
	}

	private void assertNothingLost(String page) throws Exception {
		press(page, "publish-100-2");
		await("all that was published is delivered",
				() -> number("delivered") >= 100 && number("delivered") == number("published"));
		assertThat(number("lost")).isZero();
		assertThat(number("duplicates")).isZero();
	}

	private void await(String what, BooleanSupplier condition) {
		assertThat(Await.until(condition, TIMEOUT)).as(() -> what + ": " + this.state.get()).isTrue();
	}

}
