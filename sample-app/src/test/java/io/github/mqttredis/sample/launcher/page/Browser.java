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

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;

import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/**
 * Chromium without a window, where it is installed.
 */
final class Browser implements AutoCloseable {

	private static final int WIDTH = 1200;

	private static final int HEIGHT = 1060;

	private final ChromeDriver driver;

	private Browser(ChromeDriver driver) {
		this.driver = driver;
	}

	/**
	 * Return which programs are missing on this machine.
	 * @return their names, none if a browser can be started
	 */
	static List<String> missing() {
		List<String> missing = new ArrayList<>();
		if (chromium().isEmpty()) {
			missing.add("chromium");
		}
		if (driverProgram().isEmpty()) {
			missing.add("chromedriver");
		}
		return missing;
	}

	private static Optional<File> chromium() {
		return find("chromium", "chromium-browser", "google-chrome");
	}

	private static Optional<File> driverProgram() {
		return find("chromedriver");
	}

	/**
	 * Start Chromium.
	 * @param profile an empty directory for its profile
	 * @return the browser
	 */
	static Browser start(Path profile) {
		ChromeOptions options = new ChromeOptions();
		options.setBinary(chromium().orElseThrow());
		// A container has no sandbox for root, and little shared memory.
		options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
				"--no-first-run", "--hide-scrollbars", "--user-data-dir=" + profile);
		Browser browser = new Browser(new ChromeDriver(
				new ChromeDriverService.Builder().usingDriverExecutable(driverProgram().orElseThrow()).build(),
				options));
		browser.size(WIDTH, HEIGHT, false);
		return browser;
	}

	private static Optional<File> find(String... names) {
		List<String> path = List.of(System.getenv("PATH").split(File.pathSeparator));
		return Arrays.stream(names)
			.flatMap((name) -> path.stream().map((directory) -> new File(directory, name)))
			.filter(File::canExecute)
			.findFirst();
	}

	ChromeDriver driver() {
		return this.driver;
	}

	void phone() {
		size(375, 667, true);
	}

	void desk() {
		size(WIDTH, HEIGHT, false);
	}

	private void size(int width, int height, boolean mobile) {
		this.driver.executeCdpCommand("Emulation.setDeviceMetricsOverride",
				Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", mobile));
	}

	void scheme(String scheme) {
		this.driver.executeCdpCommand("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
	}

	/**
	 * Take a picture of what is seen of the page, into the build directory; and with
	 * {@code -Ddocs.update=true} for the documents, where its text is written as well.
	 * @param name the name of the picture
	 * @param alternative what is seen on it
	 * @throws IOException if it cannot be written
	 */
	void picture(String name, String alternative) throws IOException {
		byte[] picture = this.driver.getScreenshotAs(OutputType.BYTES);
		Path target = Files.createDirectories(Path.of("target", "screenshots"));
		Files.write(target.resolve(name + ".png"), picture);
		if (Boolean.getBoolean("docs.update")) {
			Files.write(Path.of("..", "docs", "images", name + ".png"), picture);
			for (Path document : List.of(Path.of("..", "README.md"), Path.of("..", "docs", "sample.md"))) {
				Files.writeString(document, describe(Files.readString(document), name, alternative));
			}
		}
	}

	private static String describe(String document, String name, String alternative) {
		String text = Matcher.quoteReplacement(alternative);
		return document.replaceAll("(" + name + "\\.png\" alt=\")[^\"]*", "$1" + text)
			.replaceAll("!\\[[^]]*](\\(images/" + name + "\\.png\\))", "![" + text + "]$1");
	}

	@Override
	public void close() {
		this.driver.quit();
	}

}
