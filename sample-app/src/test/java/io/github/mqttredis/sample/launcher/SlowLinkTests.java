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

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class SlowLinkTests {

	private static final Duration LATENCY = Duration.ofMillis(100);

	@Test
	void whenBytesAreSentThenTheyArriveInOrderAfterTheLatency() throws Exception {
		try (ServerSocket broker = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
				SlowLink link = new SlowLink("tcp://127.0.0.1:" + broker.getLocalPort(), LATENCY);
				Socket near = new Socket("127.0.0.1", URI.create(link.uri()).getPort());
				Socket far = broker.accept()) {
			long start = System.nanoTime();
			near.getOutputStream().write("ping".getBytes(StandardCharsets.UTF_8));
			assertThat(far.getInputStream().readNBytes(4)).asString().isEqualTo("ping");
			far.getOutputStream().write("pong".getBytes(StandardCharsets.UTF_8));
			assertThat(near.getInputStream().readNBytes(4)).asString().isEqualTo("pong");
			assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(2 * LATENCY.toNanos());
		}
	}

	@Test
	void whenTheLatencyChangesThenItIsThatOfWhatIsSentFromThenOn() throws Exception {
		try (ServerSocket redis = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
				SlowLink link = new SlowLink("tcp://127.0.0.1:" + redis.getLocalPort(), Duration.ofDays(1));
				Socket near = new Socket("127.0.0.1", link.port());
				Socket far = redis.accept()) {
			link.setLatency(LATENCY);
			long start = System.nanoTime();
			near.getOutputStream().write("ping".getBytes(StandardCharsets.UTF_8));
			assertThat(far.getInputStream().readNBytes(4)).asString().isEqualTo("ping");
			assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(LATENCY.toNanos());
		}
	}

	@Test
	void whenOneEndIsGoneThenWhatIsOnTheWayIsGoneToo() throws Exception {
		try (ServerSocket broker = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
				SlowLink link = new SlowLink("tcp://127.0.0.1:" + broker.getLocalPort(), Duration.ofSeconds(30));
				Socket near = new Socket("127.0.0.1", URI.create(link.uri()).getPort());
				Socket far = broker.accept()) {
			near.getOutputStream().write("ping".getBytes(StandardCharsets.UTF_8));
			near.close();
			assertThat(far.getInputStream().readAllBytes()).isEmpty();
		}
	}

	@Test
	void whenTheBrokerSpeaksTlsThenTheLinkSaysThatItCannotLeadThere() {
		assertThatExceptionOfType(LauncherException.class)
			.isThrownBy(() -> new SlowLink("ssl://broker:8883", LATENCY).close())
			.withMessageContaining("tcp://host:port")
			.withMessageContaining("ssl://broker:8883");
	}

}
