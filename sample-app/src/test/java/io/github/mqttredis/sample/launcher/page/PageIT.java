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
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.github.mqttredis.sample.launcher.Await;
import io.github.mqttredis.sample.launcher.LauncherProcess;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
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
	void whenEveryButtonIsPressedThenNothingIsLost() throws IOException {
		for (String publish : List.of("publish-100-1", "publish-1000-1", "publish-100-2", "publish-1000-2")) {
			press(publish);
		}
		await("2,200 readings are delivered", () -> number("delivered") >= 2200);
		breakTheServers();
		handOverToOneThatWaits();
		handOverToOneThatTakesOver();
		await("all that was published is delivered",
				() -> number("delivered") >= 2300 && number("delivered") == number("published"));
		assertThat(text("lost")).isEqualTo("0");
		assertThat(text("duplicates")).isEqualTo("0");
	}

	private void breakTheServers() throws IOException {
		press("broker-off");
		await("the broker is off", () -> text("broker").equals("down"));
		await("the gateway says since when and why",
				() -> text("gateways").matches("Gateway 1[^\n]* away since \\d\\d:\\d\\d:\\d\\d: [^\n]+"));
		press("publish-100-2");
		await("records are in Redis", () -> number("in-flight") >= 100);
		assertThat(text("records")).contains("queued").contains("sample/telemetry").containsPattern("\\d\\.\\d s");
		takePictures();
		press("redis-off");
		await("Redis is off", () -> text("redis").equals("down"));
		press("redis-on");
		await("the mirror has been written back", () -> text("redis").equals("up") && number("in-flight") >= 100);
		press("kill");
		await("the gateway is back", () -> text("journal").contains("is back as process"));
		assertThat(number("in-flight")).isGreaterThanOrEqualTo(100);
		press("broker-on");
		await("the records are delivered", () -> number("in-flight") < 10);
		await("the gateway is connected",
				() -> text("gateways").matches("Gateway 1[^\n]* UP connected since \\d\\d:\\d\\d:\\d\\d"));
	}

	private void handOverToOneThatWaits() {
		press("second-wait");
		await("the second gateway waits", () -> text("gateways")
			.matches("(?s).*Gateway 1[^\n]* owner .*Gateway 2[^\n]* waiting for the lease .*"));
		press("stop-first");
		await("the handover is shown", () -> text("handover").matches(".*Gateway 1 to Gateway 2, owner after .*"));
		await("one gateway is left", () -> text("gateways").matches("Gateway 2[^\n]* owner UP [^\n]*"));
	}

	private void handOverToOneThatTakesOver() {
		press("second-takeover");
		await("the handover is shown", () -> text("handover").matches(".*Gateway 2 to Gateway 3, owner after .*"));
		await("the first gateway is fenced", () -> text("gateways")
			.matches("(?s)Gateway 2[^\n]* fenced DOWN[^\n]*\nGateway 3[^\n]* owner UP [^\n]*"));
		press("stop-first");
		await("one gateway is left", () -> text("gateways").matches("Gateway 3[^\n]* owner UP [^\n]*"));
	}

	private void takePictures() throws IOException {
		this.browser.picture("page-light");
		this.browser.scheme("dark");
		this.browser.picture("page-dark");
		this.browser.phone();
		this.browser.picture("page-phone");
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
		this.browser.driver().executeScript("document.activeElement.blur()");
		List<String> reached = new ArrayList<>();
		for (int i = 0; i < all.size(); i++) {
			this.browser.driver().switchTo().activeElement().sendKeys(Keys.TAB);
			WebElement focused = this.browser.driver().switchTo().activeElement();
			reached.add(action(focused));
			assertThat(focused.getCssValue("outline-style")).as("the focus is seen").isEqualTo("solid");
		}
		assertThat(reached).hasSize(12).isEqualTo(all);
	}

	@ParameterizedTest
	@ValueSource(strings = { "light", "dark" })
	@SuppressWarnings("unchecked")
	void whenTheSchemeChangesThenAllTextCanBeRead(String scheme) {
		this.browser.scheme(scheme);
		assertThat(findAll("button[aria-disabled=true]")).isNotEmpty();
		assertThat((List<String>) this.browser.driver().executeScript(CONTRAST)).isEmpty();
	}

	@Test
	void whenThePageIsOnAPhoneThenNothingHangsOut() {
		this.browser.phone();
		assertThat(this.browser.driver()
			.executeScript("return document.documentElement.scrollWidth - document.documentElement.clientWidth"))
			.isEqualTo(0L);
	}

	private void press(String action) {
		WebElement button = find("[data-action=" + action + "]");
		await(action + " can be pressed", () -> "false".equals(button.getDomAttribute("aria-disabled")));
		button.click();
	}

	private void await(String what, BooleanSupplier condition) {
		assertThat(Await.until(condition, TIMEOUT)).as(() -> what + " in:\n" + find("body").getText()).isTrue();
	}

	private long number(String id) {
		String text = text(id).replace(",", "");
		return text.equals("?") ? -1 : Long.parseLong(text);
	}

	/** Read at once: the rows of a table may be others a moment later. */
	private String text(String id) {
		return String
			.valueOf(this.browser.driver().executeScript("return document.getElementById(arguments[0]).innerText", id))
			.replace('\t', ' ')
			.strip();
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
