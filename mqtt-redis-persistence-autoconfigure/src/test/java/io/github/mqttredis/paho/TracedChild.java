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

package io.github.mqttredis.paho;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.github.mqttredis.encryption.AesGcmRecordCodec;
import io.github.mqttredis.encryption.RecordEncryptionKey;
import io.github.mqttredis.paho.Spans.Span;
import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.ChildJvm;
import io.github.mqttredis.testing.RedisClient;
import io.github.mqttredis.testing.RedisStores;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A JVM whose messages are observed, and that halts with a message on its way.
 */
public final class TracedChild implements AutoCloseable {

	private static final String SPAN = "@span ";

	private static final String READY = "@ready";

	private final Process process;

	private final List<Span> spans = new ArrayList<>();

	private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

	private final Thread reader = new Thread(this::read, "child-output");

	private TracedChild(Process process) {
		this.process = process;
		this.reader.setDaemon(true);
		this.reader.start();
	}

	static StoreSettings settings(boolean encrypted) {
		byte[] key = new byte[RecordEncryptionKey.LENGTH];
		key[0] = 1;
		return encrypted
				? RedisStores.SETTINGS.with(new AesGcmRecordCodec(RecordEncryptionKey.of(key), List.of(), false))
				: RedisStores.SETTINGS;
	}

	/**
	 * Connect, and publish once the standard input says so, or halt in the callback.
	 * @param args the version, Redis' port, the broker's URI, the client id, whether
	 * records are encrypted, and the QoS of the message, 0 to receive one
	 */
	public static void main(String[] args) throws Exception {
		Spans spans = new Spans();
		RedisSessionStore store = new RedisSessionStore(RedisClient.lettuce(Integer.parseInt(args[1])),
				settings(Boolean.parseBoolean(args[4])));
		store.start();
		PahoClient client = PahoClient.observed(args[0], store, args[2], args[3], spans.observer());
		client.call((topic, payload, packetId) -> halt(spans));
		client.connect(60);
		int qos = Integer.parseInt(args[5]);
		if (qos == 0) {
			client.subscribe(args[3] + "/#");
		}
		System.out.println(READY);
		System.in.read();
		client.publish(args[3] + "/a", "message", qos);
		halt(spans);
	}

	private static void halt(Spans spans) {
		spans.started().forEach((span) -> System.out.println(SPAN + span.format()));
		System.out.flush();
		Runtime.getRuntime().halt(1);
	}

	static TracedChild start(Object... args) throws IOException {
		List<String> command = ChildJvm.command("-Xmx96m", TracedChild.class.getName());
		for (Object arg : args) {
			command.add(arg.toString());
		}
		return new TracedChild(new ProcessBuilder(command).redirectErrorStream(true).start());
	}

	private void read() {
		try (BufferedReader output = this.process.inputReader()) {
			for (String line = output.readLine(); line != null; line = output.readLine()) {
				if (line.startsWith(SPAN)) {
					this.spans.add(Span.parse(line.substring(SPAN.length())));
				}
				else {
					this.lines.add(line);
				}
			}
		}
		catch (IOException ex) {
			this.lines.add(ex.toString());
		}
	}

	void awaitReady() {
		Await.until("the child is ready: " + this.lines, () -> this.lines.contains(READY));
	}

	void publish() throws IOException {
		this.process.getOutputStream().write("go\n".getBytes(StandardCharsets.US_ASCII));
		this.process.getOutputStream().flush();
	}

	/**
	 * Wait until it has halted.
	 * @return the spans that were started
	 */
	List<Span> awaitHalted() throws InterruptedException {
		assertThat(this.process.waitFor(Await.MILLIS, TimeUnit.MILLISECONDS)).isTrue();
		this.reader.join();
		return this.spans;
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

}
