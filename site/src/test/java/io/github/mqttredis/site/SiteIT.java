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

package io.github.mqttredis.site;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.regex.Pattern;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * The site with its Javadoc, as a browser opens it from the disk.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@Tag("thorough")
@TestInstance(Lifecycle.PER_CLASS)
class SiteIT {

	private static final int PHONE = 375;

	private static final Pattern REQUEST = Pattern
		.compile("\"method\":\"Network\\.requestWillBeSent\".*?\"request\":\\{.*?\"url\":\"([^\"]*)\"");

	/** What the browser found on a page, as text that says what is wrong. */
	private static final String PROBLEMS = """
			const problems = [];
			const root = document.documentElement;
			if (root.scrollWidth > root.clientWidth) {
				problems.push("is " + root.scrollWidth + " wide, not " + root.clientWidth + ": "
					+ [...document.querySelectorAll("main *")].filter((one) => one.getBoundingClientRect().right
						> root.clientWidth && !one.closest("pre, .table")).map((one) => one.outerHTML).slice(0, 3));
			}
			for (const image of document.images) {
				if (!image.complete || image.naturalWidth === 0) {
					problems.push("has no image " + image.src);
				}
			}
			if (!document.querySelector("h1")?.innerText.trim()) {
				problems.push("has no heading");
			}
			for (const link of document.querySelectorAll("a[href^='#']")) {
				if (link.hash.length > 1 && !document.getElementById(decodeURIComponent(link.hash.slice(1)))) {
					problems.push("has no anchor " + link.hash);
				}
			}
			return problems;
			""";

	private static final String LIGHT = """
			return getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3)
				.reduce((sum, part) => sum + Number(part), 0) / 3;
			""";

	private Path site;

	private ChromeDriver browser;

	@BeforeAll
	void start(@TempDir Path directory) throws IOException {
		Path api = Path.of(System.getProperty("site.api"));
		assertThat(api.resolve("index.html")).as("the Javadoc, which the build makes before").isRegularFile();
		this.site = directory.toRealPath().resolve("site");
		Site.build(Path.of(".."), api, "1", this.site);
		if (!missing().isEmpty()) {
			return;
		}
		LoggingPreferences logs = new LoggingPreferences();
		logs.enable(LogType.BROWSER, Level.ALL);
		logs.enable(LogType.PERFORMANCE, Level.ALL);
		ChromeOptions options = new ChromeOptions();
		options.setCapability("goog:loggingPrefs", logs);
		options.setBinary(find("chromium", "chromium-browser", "google-chrome").orElseThrow());
		// A container has no sandbox for root, and little shared memory.
		options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
				"--no-first-run", "--hide-scrollbars", "--user-data-dir=" + directory.resolve("profile"));
		this.browser = new ChromeDriver(
				new ChromeDriverService.Builder().usingDriverExecutable(find("chromedriver").orElseThrow()).build(),
				options);
		this.browser.executeCdpCommand("Emulation.setDeviceMetricsOverride",
				Map.of("width", PHONE, "height", 800, "deviceScaleFactor", 1, "mobile", true));
	}

	@AfterAll
	void stop() {
		if (this.browser != null) {
			this.browser.quit();
		}
	}

	@BeforeEach
	void begin(TestInfo test) {
		if (test.getTags().contains("browser")) {
			assumeThat(missing()).as("programs that are not on the PATH").isEmpty();
		}
	}

	@Test
	void whenALinkOfTheSiteOrOfTheJavadocIsFollowedThenItLeadsSomewhere() throws IOException {
		assertThat(this.site.resolve("api/index.html")).isRegularFile();
		// This one is Javadoc's own.
		assertThat(LinkCheck.problems(this.site))
			.allMatch((problem) -> problem.equals("api/constant-values.html: dead link #io.github"));
	}

	@Tag("browser")
	@Test
	void whenAnyPageIsOpenedOnAPhoneThenNothingIsWrong() throws IOException {
		List<String> problems = new ArrayList<>();
		List<Path> pages = pages();
		// What the browser loaded for the tab that it opened itself.
		this.browser.get("about:blank");
		this.browser.manage().logs().get(LogType.PERFORMANCE);
		for (Path page : pages) {
			String name = this.site.relativize(page) + " ";
			this.browser.get(page.toUri().toString());
			problems().forEach((problem) -> problems.add(name + problem));
			for (LogEntry entry : this.browser.manage().logs().get(LogType.BROWSER)) {
				problems.add(name + "says " + entry.getMessage());
			}
			for (LogEntry entry : this.browser.manage().logs().get(LogType.PERFORMANCE)) {
				REQUEST.matcher(entry.getMessage())
					.results()
					.map((match) -> match.group(1))
					.filter((url) -> !url.startsWith("data:") && !url.startsWith(this.site.toUri().toString()))
					.forEach((url) -> problems.add(name + "loads " + url));
			}
		}
		assertThat(problems).isEmpty();
		assertThat(pages).hasSizeGreaterThan(60);
	}

	@Tag("browser")
	@Test
	void whenTheSchemeIsDarkThenThePageIs() {
		this.browser.get(this.site.resolve("index.html").toUri().toString());
		scheme("light");
		assertThat(((Number) this.browser.executeScript(LIGHT)).doubleValue()).isGreaterThan(200);
		scheme("dark");
		assertThat(((Number) this.browser.executeScript(LIGHT)).doubleValue()).isLessThan(60);
	}

	@SuppressWarnings("unchecked")
	private List<String> problems() {
		return (List<String>) this.browser.executeScript(PROBLEMS);
	}

	/**
	 * Of the Javadoc only its lists and packages: what it makes of classes is alike. Its
	 * page of constants has a dead link of its own.
	 */
	private List<Path> pages() throws IOException {
		Path api = this.site.resolve("api");
		return LinkCheck.files(this.site)
			.stream()
			.filter((file) -> file.toString().endsWith(".html") && !file.endsWith("constant-values.html"))
			.filter((file) -> !file.startsWith(api) || file.getParent().equals(api)
					|| file.endsWith("package-summary.html"))
			.toList();
	}

	private void scheme(String scheme) {
		this.browser.executeCdpCommand("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
	}

	private static List<String> missing() {
		List<String> missing = new ArrayList<>();
		if (find("chromium", "chromium-browser", "google-chrome").isEmpty()) {
			missing.add("chromium");
		}
		if (find("chromedriver").isEmpty()) {
			missing.add("chromedriver");
		}
		return missing;
	}

	private static Optional<File> find(String... names) {
		List<String> path = List.of(System.getenv("PATH").split(File.pathSeparator));
		return Arrays.stream(names)
			.flatMap((name) -> path.stream().map((directory) -> new File(directory, name)))
			.filter(File::canExecute)
			.findFirst();
	}

}
