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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.mqttredis.sample.launcher.Await;
import io.github.mqttredis.sample.launcher.LauncherProcess;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * The page of the launcher in a browser, with real servers behind it.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@Tag("thorough")
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PageIT {

	private static final Duration TIMEOUT = Duration.ofSeconds(60);

	private static final String CONTRAST = """
			const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
			const light = (text) => {
				const [r, g, b] = rgb(text).slice(0, 3).map((part) => part / 255)
					.map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
				return 0.2126 * r + 0.7152 * g + 0.0722 * b;
			};
			const back = (element) => {
				const color = getComputedStyle(element).backgroundColor;
				return rgb(color)[3] === 0 && element.parentElement ? back(element.parentElement) : color;
			};
			return [...document.body.querySelectorAll("*")]
				.filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
				.map((one) => {
					const [high, low] = [light(getComputedStyle(one).color), light(back(one))].sort((a, b) => b - a);
					return { what: one.tagName + " " + one.textContent.trim(), ratio: (high + 0.05) / (low + 0.05) };
				})
				.filter((one) => one.ratio < 4.5)
				.map((one) => one.what + ": " + one.ratio);
			""";

	/** Elements that stick out of the window, or whose content sticks out of them. */
	private static final String CUT_OFF = """
			return [...document.body.querySelectorAll("*")]
				.filter((one) => one instanceof HTMLElement && !one.classList.contains("unseen"))
				.filter((one) => {
					const box = one.getBoundingClientRect();
					const sticksOut = getComputedStyle(one).display !== "inline" && one.scrollWidth > one.clientWidth + 1;
					return box.width > 0 && (box.left < 0 || box.right > innerWidth + 0.5 || sticksOut);
				})
				.map((one) => one.tagName + " " + one.textContent.trim());
			""";

	/** Buttons that cannot be seen together with the numbers, wherever the page is. */
	private static final String WITHOUT_NUMBERS = """
			const numbers = document.getElementById("numbers");
			return [...document.querySelectorAll("button")].filter((button) => {
				button.scrollIntoView({ block: "center" });
				const [above, box] = [numbers.getBoundingClientRect(), button.getBoundingClientRect()];
				return above.top < 0 || above.bottom > box.top || box.bottom > innerHeight;
			}).map((button) => button.textContent);
			""";

	private static final String CELL = """
			const row = [...document.querySelectorAll("#gateways tr")]
				.find((one) => one.firstElementChild.textContent === arguments[0]);
			return row ? row.querySelector(`[data-title="${arguments[1]}"]`).innerText.replaceAll("\\n", " ") : "";
			""";

	private static final Pattern HEALTH = Pattern.compile("Health of the gateway: (\\S+)");

	private static final Pattern RECORDS = Pattern.compile("\"(?:sent|pubrel|queued)\":(\\d+)");

	private static final Pattern ONLY_IN_REDIS = Pattern.compile("([\\d,]+) messages are only in Redis.*");

	private LauncherProcess launcher;

	private Browser browser;

	@BeforeAll
	void start(@TempDir Path directory) throws Exception {
		if (!Browser.missing().isEmpty()) {
			return;
		}
		this.browser = Browser.start(directory.resolve("profile"));
		this.launcher = LauncherProcess.start(directory);
		this.browser.driver().get(this.launcher.awaitPage());
	}

	@AfterAll
	void stop() throws InterruptedException {
		if (this.browser != null) {
			this.browser.close();
		}
		if (this.launcher != null) {
			this.launcher.stop();
		}
	}

	@BeforeEach
	void begin() {
		// Here, so that each test is named as skipped.
		assumeThat(Browser.missing()).as("programs that are not on the PATH").isEmpty();
		desk();
		await("the page is live", () -> number("published") > 0);
	}

	private void desk() {
		this.browser.desk();
		this.browser.scheme("light");
	}

	@Test
	@Order(1)
	void whenTheStoryIsFollowedThenAllThatOnlyRedisHadArrives() throws Exception {
		awaitStep(1);
		press("broker-off");
		awaitStep(2);
		press("publish-100-1");
		awaitStep(3);
		press("publish-1000-1");
		await("all of it is in Redis", () -> number("in-redis") >= 1100);
		long deliveredBefore = number("delivered");
		long storedBefore = stored();
		String process = cell("Gateway 1", "Process");
		press("kill");
		awaitStep(4);
		await("the page tells what only Redis has", () -> ONLY_IN_REDIS.matcher(text("story")).matches());
		Matcher told = ONLY_IN_REDIS.matcher(text("story"));
		assertThat(told.matches()).isTrue();
		await("a new process has the session", () -> cell("Gateway 1", "Session").startsWith("owner")
				&& !cell("Gateway 1", "Process").equals(process));
		// One may have arrived before the broker went off, and its acknowledgement not.
		assertThat(parse(told.group(1))).isBetween(storedBefore - 1, stored()).isGreaterThanOrEqualTo(1100);
		takePicturesOfThePhone(told.group(1));
		press("broker-on");
		awaitStep(5);
		assertThat(text("story")).isEqualTo(told.group(1) + " messages were only in Redis; all of them arrived.");
		assertThat(number("delivered")).isGreaterThanOrEqualTo(deliveredBefore + parse(told.group(1)));
		awaitThatNothingIsLost();
		// The next reading is a second away, and on its way for an instant.
		await("Redis is empty", () -> stored() == 0);
		takePicturesOfTheEnd();
	}

	@Test
	void whenEveryButtonIsPressedThenNothingIsLost() {
		long before = number("delivered");
		for (String publish : List.of("publish-100-1", "publish-1000-1", "publish-100-2", "publish-1000-2")) {
			press(publish);
		}
		await("2,200 readings are delivered", () -> number("delivered") >= before + 2200);
		breakTheServers();
		handOverToOneThatWaits();
		handOverToOneThatTakesOver();
		awaitThatNothingIsLost();
	}

	private void awaitThatNothingIsLost() {
		await("all that was published is delivered", () -> number("delivered") == number("published"));
		assertThat(text("lost")).isEqualTo("0");
		assertThat(text("duplicates")).isEqualTo("0");
	}

	private void breakTheServers() {
		press("broker-off");
		await("the broker is off", () -> text("broker").equals("off"));
		await("the gateway says since when and why",
				() -> cell("Gateway 1", "Broker").matches("away since \\d\\d:\\d\\d:\\d\\d: .+"));
		press("publish-100-2");
		await("records are in Redis", () -> number("in-redis") >= 100);
		assertThat(text("records")).contains("queued").contains("sample/telemetry").containsPattern("\\d\\.\\d s");
		press("redis-off");
		await("Redis is off", () -> text("redis").equals("off"));
		await("the gateway says what that means", () -> cell("Gateway 1", "Session")
			.startsWith("degraded Redis is away or refuses: nothing is accepted"));
		press("redis-on");
		await("the mirror has been written back", () -> text("redis").equals("on") && number("in-redis") >= 100);
		String pid = cell("Gateway 1", "Process");
		press("kill");
		await("the gateway is back",
				() -> cell("Gateway 1", "Session").startsWith("owner") && !cell("Gateway 1", "Process").equals(pid));
		assertThat(number("in-redis")).isGreaterThanOrEqualTo(100);
		press("broker-on");
		await("the records are delivered", () -> number("in-redis") < 10);
		await("the gateway is connected",
				() -> cell("Gateway 1", "Broker").matches("connected since \\d\\d:\\d\\d:\\d\\d"));
	}

	private void handOverToOneThatWaits() {
		assertThat(label("second-wait")).isEqualTo("Start Gateway 2, which waits");
		press("second-wait");
		await("the second gateway waits", () -> cell("Gateway 2", "Session")
			.equals("waiting for the lease Another process owns the session. It starts when that one's lease ends."));
		assertThat(label("stop-first")).isEqualTo("Stop Gateway 1");
		press("stop-first");
		await("the handover is shown", () -> text("handover").matches(".*Gateway 1 to Gateway 2, owner after .*"));
		await("one gateway is left",
				() -> cell("Gateway 1", "Session").isEmpty() && cell("Gateway 2", "Session").startsWith("owner"));
	}

	private void handOverToOneThatTakesOver() {
		assertThat(label("second-takeover")).isEqualTo("Start Gateway 3, which takes over");
		press("second-takeover");
		await("the handover is shown", () -> text("handover").matches(".*Gateway 2 to Gateway 3, owner after .*"));
		await("the first gateway is fenced", () -> cell("Gateway 2", "Session")
			.equals("fenced Another process has taken the session. This one sends nothing more: stop it."));
		assertThat(cell("Gateway 2", "Health")).isEqualTo("DOWN");
		await("the buttons name who has the session", () -> label("kill").equals("kill -9 Gateway 3"));
		press("stop-first");
		await("one gateway is left",
				() -> cell("Gateway 2", "Session").isEmpty() && cell("Gateway 3", "Session").startsWith("owner"));
	}

	private void takePicturesOfThePhone(String onlyInRedis) throws IOException {
		this.browser.phone();
		assertThat(strings(CUT_OFF)).isEmpty();
		this.browser.driver().executeScript("scrollTo(0, 0)");
		this.browser.picture("page-phone", "The page on a phone, when the gateway was killed while the broker is off: "
				+ onlyInRedis + " messages are only in Redis");
		desk();
	}

	private void takePicturesOfTheEnd() throws IOException {
		String seen = "The page after the four steps: " + text("story") + " " + text("lost") + " are lost";
		this.browser.driver().executeScript("scrollTo(0, 0)");
		this.browser.picture("page-light", seen);
		this.browser.scheme("dark");
		this.browser.picture("page-dark", seen);
		desk();
	}

	@Test
	void whenThePageIsReadAloudThenEverythingHasAName() {
		assertThat(this.browser.driver().getTitle()).isNotBlank();
		assertThat(find("html").getDomAttribute("lang")).isEqualTo("en");
		for (String landmark : List.of("header", "main", "footer", "h1")) {
			assertThat(findAll(landmark)).as(landmark).hasSize(1);
		}
		assertThat(findAll("button, [tabindex], section, fieldset, svg")).hasSizeGreaterThan(20)
			.allSatisfy((element) -> assertThat(element.getAccessibleName()).isNotBlank());
		assertThat(findAll("section > h2")).hasSameSizeAs(findAll("section"));
		assertThat(findAll("th:not([scope])")).isEmpty();
		assertThat(find("#journal").getDomAttribute("aria-live")).isEqualTo("polite");
		assertThat(find("#link").getAriaRole()).isEqualTo("status");
	}

	@Test
	void whenOnlyTheKeyboardIsThereThenEveryButtonIsReachedInOrder() {
		List<String> all = findAll("button").stream().map(PageIT::action).toList();
		// Otherwise it goes on where a button was pressed last.
		this.browser.driver().navigate().refresh();
		await("the page is live", () -> number("published") > 0);
		List<String> reached = new ArrayList<>();
		for (int i = 0; i < all.size(); i++) {
			this.browser.driver().switchTo().activeElement().sendKeys(Keys.TAB);
			WebElement focused = this.browser.driver().switchTo().activeElement();
			reached.add(action(focused));
			assertThat(focused.getCssValue("outline-style")).as("the focus is seen").isEqualTo("solid");
		}
		assertThat(reached).hasSize(13).isEqualTo(all);
	}

	@ParameterizedTest
	@ValueSource(strings = { "light", "dark" })
	void whenTheSchemeChangesThenAllTextCanBeRead(String scheme) {
		this.browser.scheme(scheme);
		assertThat(findAll("button[aria-disabled=true]")).isNotEmpty();
		assertThat(strings(CONTRAST)).isEmpty();
	}

	@Test
	void whenThePageIsOnAPhoneThenNothingIsCutOff() {
		this.browser.phone();
		assertThat(strings(CUT_OFF)).isEmpty();
	}

	@Test
	void whenThePageIsOnAPhoneThenNumbersAndButtonsAreInOneView() {
		this.browser.phone();
		assertThat(strings(WITHOUT_NUMBERS)).isEmpty();
		assertThat((Boolean) this.browser.driver().executeScript("""
				scrollTo(0, 0);
				return [...document.querySelectorAll(".steps button")]
					.every((button) => button.getBoundingClientRect().bottom <= innerHeight);
				""")).as("the four steps are seen at once").isTrue();
	}

	@Test
	void whenReadingsArePublishedThenTheChartsHaveNumbers() {
		assertThat(findAll("#axis-in-redis li, #axis-rates li")).hasSize(6)
			.allSatisfy((line) -> assertThat(line.getText()).matches("[\\d,.]+"));
		assertThat(text("chart-rates-text")).matches("Now \\d+ published and \\d+ delivered per second, averaged.*");
	}

	private void awaitStep(int step) {
		String current = (step > 4) ? "#story.good" : "[data-step='" + step + "'][aria-current=step]";
		await("step " + step, () -> findAll(current).size() == 1);
	}

	/** What the gateway itself says that it has stored; the page reads Redis. */
	private long stored() {
		Matcher uri = HEALTH.matcher(this.launcher.output());
		assertThat(uri.find()).isTrue();
		try {
			String health = HttpClient.newHttpClient()
				.send(HttpRequest.newBuilder(URI.create(uri.group(1) + "/mqttPersistence")).build(),
						HttpResponse.BodyHandlers.ofString())
				.body();
			return RECORDS.matcher(health).results().mapToLong((match) -> parse(match.group(1))).sum();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static long parse(String number) {
		return Long.parseLong(number.replace(",", ""));
	}

	private void press(String action) {
		WebElement button = find("[data-action=" + action + "]");
		await(action + " can be pressed", () -> "false".equals(button.getDomAttribute("aria-disabled")));
		// Not behind the numbers, which stay where they are.
		this.browser.driver().executeScript("arguments[0].scrollIntoView({ block: 'center' })", button);
		button.click();
	}

	private void await(String what, BooleanSupplier condition) {
		assertThat(Await.until(condition, TIMEOUT)).as(() -> what + " in:\n" + find("body").getText()).isTrue();
	}

	private long number(String id) {
		String text = text(id);
		return text.equals("?") ? -1 : parse(text);
	}

	/** Read at once: the rows of a table may be others a moment later. */
	private String text(String id) {
		return String
			.valueOf(this.browser.driver().executeScript("return document.getElementById(arguments[0]).innerText", id))
			.replace('\t', ' ')
			.strip();
	}

	private String cell(String gateway, String column) {
		return String.valueOf(this.browser.driver().executeScript(CELL, gateway, column)).strip();
	}

	private String label(String action) {
		return find("[data-action=" + action + "]").getText();
	}

	@SuppressWarnings("unchecked")
	private List<String> strings(String script) {
		return (List<String>) this.browser.driver().executeScript(script);
	}

	private WebElement find(String selector) {
		return this.browser.driver().findElement(By.cssSelector(selector));
	}

	private List<WebElement> findAll(String selector) {
		return this.browser.driver().findElements(By.cssSelector(selector));
	}

	private static String action(WebElement element) {
		return String.valueOf(element.getDomAttribute("data-action"));
	}

}
