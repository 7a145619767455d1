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
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.mqttredis.sample.launcher.LauncherException;
import io.github.mqttredis.sample.launcher.page.Actions.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Serves the page and its events, and takes what its buttons ask for. Only from this
 * machine, and only for pages of its own: a foreign page that the visitor's browser shows
 * can press no button, whatever name it has in the DNS.
 */
class PageServer implements AutoCloseable {

	private static final Map<String, String> FILES = Map.of("/", "index.html", "/page.css", "page.css", "/page.js",
			"page.js");

	private static final Map<String, String> TYPES = Map.of("html", "text/html; charset=utf-8", "css",
			"text/css; charset=utf-8", "js", "text/javascript; charset=utf-8");

	private static final String ACTIONS = "/actions/";

	private final HttpServer server;

	private final ExecutorService threads = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "page-server");
		thread.setDaemon(true);
		return thread;
	});

	private final EventStream events = new EventStream();

	private final Function<String, Outcome> actions;

	/**
	 * Take the port.
	 * @param port the port, or 0 for the usual one, or any if that is taken
	 * @param actions does what a button stands for
	 */
	PageServer(int port, Function<String, Outcome> actions) {
		this.actions = actions;
		this.server = bind(port);
		this.server.setExecutor(this.threads);
		this.server.createContext("/", this::handle);
	}

	private static HttpServer bind(int port) {
		try {
			return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
		}
		catch (BindException ex) {
			throw new LauncherException("Port " + port + " is taken: choose another for the page with --page.port=N",
					ex);
		}
		catch (IOException ex) {
			throw new LauncherException("No page: " + ex.getMessage(), ex);
		}
	}

	void start() {
		this.server.start();
	}

	String uri() {
		return "http://localhost:" + this.server.getAddress().getPort() + "/";
	}

	/**
	 * Show a state on all pages that are open.
	 * @param json the state
	 */
	void show(String json) {
		this.events.send(json);
	}

	private void handle(HttpExchange exchange) throws IOException {
		try (exchange) {
			Headers answer = exchange.getResponseHeaders();
			answer.set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'");
			answer.set("X-Content-Type-Options", "nosniff");
			answer.set("Cache-Control", "no-store");
			String path = exchange.getRequestURI().getPath();
			if (!isOurs(exchange.getRequestHeaders().getFirst("Host"))) {
				exchange.sendResponseHeaders(403, -1);
			}
			else if (path.startsWith(ACTIONS)) {
				act(exchange, path.substring(ACTIONS.length()));
			}
			else if (!exchange.getRequestMethod().equals("GET")) {
				exchange.sendResponseHeaders(405, -1);
			}
			else if (path.equals("/events")) {
				answer.set("Content-Type", "text/event-stream");
				exchange.sendResponseHeaders(200, 0);
				this.events.copyTo(exchange.getResponseBody());
			}
			else {
				file(exchange, FILES.get(path));
			}
		}
	}

	private void act(HttpExchange exchange, String name) throws IOException {
		String origin = exchange.getRequestHeaders().getFirst("Origin");
		if (!exchange.getRequestMethod().equals("POST")) {
			exchange.sendResponseHeaders(405, -1);
		}
		else if (origin == null || !origin.startsWith("http://") || !isOurs(origin.substring("http://".length()))) {
			exchange.sendResponseHeaders(403, -1);
		}
		else {
			int status = switch (this.actions.apply(name)) {
				case DONE -> 202;
				case NOT_NOW -> 409;
				case UNKNOWN -> 404;
			};
			exchange.sendResponseHeaders(status, -1);
		}
	}

	private boolean isOurs(@Nullable String hostAndPort) {
		int port = this.server.getAddress().getPort();
		return ("localhost:" + port).equals(hostAndPort) || ("127.0.0.1:" + port).equals(hostAndPort);
	}

	private static void file(HttpExchange exchange, @Nullable String name) throws IOException {
		if (name == null) {
			exchange.sendResponseHeaders(404, -1);
			return;
		}
		try (InputStream resource = PageServer.class.getResourceAsStream("/page/" + name)) {
			if (resource == null) {
				throw new IOException("There is no resource /page/" + name);
			}
			byte[] content = resource.readAllBytes();
			exchange.getResponseHeaders().set("Content-Type", TYPES.get(name.substring(name.indexOf('.') + 1)));
			exchange.sendResponseHeaders(200, content.length);
			exchange.getResponseBody().write(content);
		}
	}

	@Override
	public void close() {
		this.events.close();
		this.server.stop(0);
		this.threads.shutdownNow();
	}

	/**
	 * Server-sent events: the newest state for everyone who listens. Who is slow misses
	 * some.
	 */
	private static final class EventStream {

		private byte[] newest = new byte[0];

		private long number;

		private boolean closed;

		synchronized void send(String json) {
			this.newest = ("data: " + json + "\n\n").getBytes(StandardCharsets.UTF_8);
			this.number++;
			notifyAll();
		}

		/** Until the listener is gone: writing fails then. */
		void copyTo(OutputStream listener) throws IOException {
			long seen = 0;
			while (true) {
				byte[] event;
				synchronized (this) {
					while (!this.closed && this.number == seen) {
						try {
							wait();
						}
						catch (InterruptedException ex) {
							Thread.currentThread().interrupt();
							return;
						}
					}
					if (this.closed) {
						return;
					}
					seen = this.number;
					event = this.newest;
				}
				listener.write(event);
				listener.flush();
			}
		}

		synchronized void close() {
			this.closed = true;
			notifyAll();
		}

	}

}
