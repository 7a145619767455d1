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

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.mqttredis.sample.launcher.LauncherException;
import io.github.mqttredis.sample.launcher.page.Actions.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class PageServerTests {

	private final List<String> actions = new CopyOnWriteArrayList<>();

	private final PageServer server = new PageServer(0, (name) -> {
		this.actions.add(name);
		return Outcome.valueOf(name);
	});

	private final int port = URI.create(this.server.uri()).getPort();

	@BeforeEach
	void start() {
		this.server.start();
	}

	@AfterEach
	void close() {
		this.server.close();
	}

	@ParameterizedTest
	@CsvSource({ "/,text/html", "/page.css,text/css", "/page.js,text/javascript" })
	void whenAFileIsAskedForThenItComesWithItsTypeAndAPolicy(String path, String type) throws IOException {
		assertThat(send("GET " + path, "localhost", "")).startsWith("HTTP/1.1 200")
			.containsIgnoringCase("content-type: " + type)
			.containsIgnoringCase("content-security-policy: default-src 'self'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/nothing", "/page/page.css", "/../launcher.yml" })
	void whenThereIsNoSuchFileThenThatIsSaid(String path) throws IOException {
		assertThat(send("GET " + path, "localhost", "")).startsWith("HTTP/1.1 404");
	}

	@ParameterizedTest
	@CsvSource({ "DONE,202", "NOT_NOW,409", "UNKNOWN,404" })
	void whenAButtonIsPressedThenTheAnswerSaysWhatCameOfIt(String action, int status) throws IOException {
		String origin = "Origin: http://localhost:" + this.port;
		assertThat(send("POST /actions/" + action, "localhost", origin)).startsWith("HTTP/1.1 " + status);
		assertThat(this.actions).containsExactly(action);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "Origin: null", "Origin: http://example.com", "Origin: http://localhost:1",
			"Origin: https://localhost:PORT", "Origin: http://localhost:PORT.example.com" })
	void whenAForeignPageAsksThenItIsRefused(String origin) throws IOException {
		String header = origin.replace("PORT", Integer.toString(this.port));
		assertThat(send("POST /actions/DONE", "localhost", header)).startsWith("HTTP/1.1 403");
		assertThat(this.actions).isEmpty();
	}

	@Test
	void whenTheNameOfTheHostIsForeignThenNothingIsAnswered() throws IOException {
		assertThat(send("GET /", "example.com", "")).startsWith("HTTP/1.1 403");
		assertThat(send("GET /events", "example.com", "")).startsWith("HTTP/1.1 403");
	}

	@Test
	void whenAnActionIsAskedForWithGetThenItIsNotDone() throws IOException {
		assertThat(send("GET /actions/DONE", "localhost", "")).startsWith("HTTP/1.1 405");
		assertThat(this.actions).isEmpty();
	}

	@Test
	void whenSomebodyListensThenStatesComeAsTheyChange() throws IOException {
		this.server.show("{\"first\":1}");
		try (Socket socket = connect("GET /events", "localhost", "")) {
			BufferedReader events = reader(socket);
			assertThat(nextEvent(events)).isEqualTo("data: {\"first\":1}");
			this.server.show("{\"second\":2}");
			assertThat(nextEvent(events)).isEqualTo("data: {\"second\":2}");
		}
	}

	@Test
	void whenThePortIsTakenThenTheMessageNamesTheOption() throws IOException {
		try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			assertThatExceptionOfType(LauncherException.class)
				.isThrownBy(() -> new PageServer(taken.getLocalPort(), (name) -> Outcome.DONE))
				.withMessageContaining("--page.port");
		}
	}

	private static String nextEvent(BufferedReader events) throws IOException {
		String line = events.readLine();
		while (line != null && !line.startsWith("data:")) {
			line = events.readLine();
		}
		return String.valueOf(line);
	}

	private String send(String request, String host, String header) throws IOException {
		try (Socket socket = connect(request, host, header)) {
			return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		}
	}

	private Socket connect(String request, String host, String header) throws IOException {
		Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.port);
		String lines = request + " HTTP/1.1\r\nHost: " + host + ":" + this.port + "\r\nConnection: close\r\n"
				+ "Content-Length: 0\r\n" + (header.isEmpty() ? "" : header + "\r\n") + "\r\n";
		socket.getOutputStream().write(lines.getBytes(StandardCharsets.UTF_8));
		return socket;
	}

	private static BufferedReader reader(Socket socket) throws IOException {
		return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
	}

}
