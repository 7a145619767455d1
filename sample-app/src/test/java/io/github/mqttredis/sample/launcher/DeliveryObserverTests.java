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

package io.github.mqttredis.sample.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class DeliveryObserverTests {

	@TempDir
	Path directory;

	@Test
	void whenConnectIsNotAnsweredThenAnotherClientConnects() throws Exception {
		try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
				EmbeddedBroker broker = new EmbeddedBroker(this.directory);
				DeliveryObserver observer = new DeliveryObserver(
						new Broker(List.of("tcp://127.0.0.1:" + silent.getLocalPort(), broker.uri()), null, null),
						Duration.ofSeconds(3))) {
			CompletableFuture<Socket> first = CompletableFuture.supplyAsync(() -> acceptOne(silent));
			observer.start("topic", (id, qos) -> {
			});
			assertThat(first.get().getInputStream().read()).as("a CONNECT").isEqualTo(0x10);
			first.get().close();
		}
	}

	/** Take one connection; whoever comes next is refused, and tries the next address. */
	private static Socket acceptOne(ServerSocket listener) {
		try (listener) {
			return listener.accept();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Test
	void whenThereIsNoBrokerThenTheMessageNamesIt() throws Exception {
		String uri = "tcp://127.0.0.1:" + Ports.free();
		try (DeliveryObserver observer = new DeliveryObserver(new Broker(List.of(uri), null, null))) {
			assertThatExceptionOfType(LauncherException.class).isThrownBy(() -> observer.start("topic", (id, qos) -> {
			})).withMessageContaining(uri);
		}
	}

}
