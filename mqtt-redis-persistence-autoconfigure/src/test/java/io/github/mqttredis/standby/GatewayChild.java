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

package io.github.mqttredis.standby;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.ChildJvm;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A {@link StandbyGateway} in a process of its own.
 */
final class GatewayChild implements AutoCloseable {

	private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

	private final Process process;

	private final PrintWriter commands;

	GatewayChild(StandbyGateway.Kind kind, List<String> properties) throws IOException {
		List<String> command = ChildJvm.command("-Xmx128m", StandbyGateway.class.getName(), kind.name());
		command.addAll(properties);
		this.process = new ProcessBuilder(command).redirectErrorStream(true).start();
		this.commands = new PrintWriter(this.process.getOutputStream(), true, StandardCharsets.UTF_8);
		Thread reader = new Thread(this::read, "gateway-child");
		reader.setDaemon(true);
		reader.start();
		assertThat(answer()).isEqualTo("started");
	}

	private void read() {
		this.process.inputReader(StandardCharsets.UTF_8).lines().forEach((line) -> {
			if (line.startsWith(StandbyGateway.ANSWER)) {
				this.answers.add(line.substring(StandbyGateway.ANSWER.length()));
			}
			else {
				System.out.println("  child " + this.process.pid() + ": " + line);
			}
		});
		this.answers.add("ended");
	}

	private String answer() {
		try {
			return this.answers.poll(Await.MILLIS, TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	void publish(String payload, int qos) {
		this.commands.println(payload + " " + qos);
		assertThat(answer()).isEqualTo("published");
	}

	void kill() {
		this.process.destroyForcibly();
		try {
			assertThat(this.process.waitFor(Await.MILLIS, TimeUnit.MILLISECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		kill();
	}

}
