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

package io.github.mqttredis.offline;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.github.mqttredis.session.OfflineBufferSettings.WhenFull;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.ChildJvm;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A JVM that publishes while the broker is away, or sends what waits, until it is killed.
 */
public final class OfflineChild implements AutoCloseable {

	/** Marks the messages whose publishing has returned. */
	private static final String TAKEN = "taken: ";

	/** Narrow, so that sending takes a while. */
	private static final int WINDOW = 5;

	private final java.lang.Process process;

	private final Thread reader;

	private final List<String> taken = new CopyOnWriteArrayList<>();

	private OfflineChild(java.lang.Process process) {
		this.process = process;
		this.reader = new Thread(this::read, "child-output");
		this.reader.setDaemon(true);
		this.reader.start();
	}

	/**
	 * Run.
	 * @param args the version, Redis' port, the broker's URI, the client id, and whether
	 * the broker is away or back
	 */
	public static void main(String[] args) throws Exception {
		int redisPort = Integer.parseInt(args[1]);
		Process process = "v3".equals(args[0]) ? new V3Process(redisPort, args[2]) : new V5Process(redisPort, args[2]);
		process.open(args[3], AbstractOfflineBufferTests.settings(5000, WhenFull.REJECT), WINDOW, false);
		if ("away".equals(args[4])) {
			for (int i = 0; i < 5000; i++) {
				String payload = "m" + i + "-q" + (1 + i % 2);
				process.publish(payload);
				System.out.println(TAKEN + payload);
			}
		}
		else {
			process.connect();
		}
		TimeUnit.MINUTES.sleep(2);
	}

	static OfflineChild start(String... args) throws IOException {
		List<String> command = ChildJvm.command("-Xmx96m", OfflineChild.class.getName());
		command.addAll(List.of(args));
		return new OfflineChild(new ProcessBuilder(command).redirectErrorStream(true).start());
	}

	static OfflineChild start(String version, int redisPort, String brokerUri, String clientId, String broker)
			throws IOException {
		return start(version, Integer.toString(redisPort), brokerUri, clientId, broker);
	}

	private void read() {
		try (BufferedReader lines = this.process.inputReader()) {
			for (String line = lines.readLine(); line != null; line = lines.readLine()) {
				if (line.startsWith(TAKEN)) {
					this.taken.add(line.substring(TAKEN.length()));
				}
				else {
					System.out.println("  child " + this.process.pid() + ": " + line);
				}
			}
		}
		catch (IOException ex) {
			System.out.println("  child " + this.process.pid() + " is gone");
		}
	}

	List<String> taken() {
		return this.taken;
	}

	/**
	 * Kill it with SIGKILL.
	 * @return the messages whose publishing has returned
	 */
	List<String> kill() throws InterruptedException {
		this.process.destroyForcibly();
		assertThat(this.process.waitFor(Await.MILLIS, TimeUnit.MILLISECONDS)).isTrue();
		this.reader.join();
		return this.taken;
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

}
