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
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class EmbeddedRedisTests {

	@TempDir
	Path directory;

	@Test
	void whenThereIsANativeTransportThenTheGatewayIsSentToAUnixSocketThatAnswers() throws IOException {
		try (EmbeddedRedis redis = new EmbeddedRedis(this.directory)) {
			Path socket = redis.unixSocket();
			Assumptions.assumeTrue(socket != null, "No native transport for this system");
			assertThat(arguments(redis)).contains("--mqtt.persistence.redis.unix-socket=" + socket,
					"--spring.data.redis.port=" + redis.port());
			assertThat(ask(UnixDomainSocketAddress.of(socket), "PING")).isEqualTo("+PONG\r\n");
		}
	}

	@Test
	void whenThePathIsTooLongForASocketThenTheGatewayIsSentToThePort() throws IOException {
		Path deep = Files.createDirectories(this.directory.resolve("a".repeat(100)));
		try (EmbeddedRedis redis = new EmbeddedRedis(deep)) {
			assertThat(arguments(redis)).contains("--spring.data.redis.port=" + redis.port())
				.noneMatch((argument) -> argument.startsWith("--mqtt.persistence.redis"));
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenItIsKilledThenItComesBackWithItsDataIfItIsDurable(boolean durable) throws IOException {
		try (EmbeddedRedis redis = new EmbeddedRedis(this.directory, durable)) {
			assertThat(ask(address(redis), "SET key value")).isEqualTo("+OK\r\n");
			redis.kill();
			assertThat(redis.isOn()).isFalse();
			redis.on();
			assertThat(ask(address(redis), "EXISTS key")).isEqualTo(durable ? ":1\r\n" : ":0\r\n");
		}
	}

	@Test
	void whenItIsClosedThenItDoesNotComeBack() {
		EmbeddedRedis redis = new EmbeddedRedis(this.directory);
		redis.close();
		assertThatExceptionOfType(LauncherException.class).isThrownBy(redis::on);
		assertThat(redis.isOn()).isFalse();
	}

	private static List<String> arguments(EmbeddedRedis redis) {
		GatewayArguments arguments = new GatewayArguments(new Settings(new MockEnvironment()),
				List.of("--mqtt.persistence.redis.url=redis://other"));
		arguments.embeddedRedis(redis);
		return arguments.toSettings(false).arguments();
	}

	private static SocketAddress address(EmbeddedRedis redis) {
		return new InetSocketAddress(EmbeddedRedis.HOST, redis.port());
	}

	private static String ask(SocketAddress address, String command) throws IOException {
		try (SocketChannel channel = (address instanceof UnixDomainSocketAddress)
				? SocketChannel.open(StandardProtocolFamily.UNIX) : SocketChannel.open()) {
			channel.connect(address);
			channel.write(ByteBuffer.wrap((command + "\r\n").getBytes(StandardCharsets.US_ASCII)));
			ByteBuffer answer = ByteBuffer.allocate(16);
			channel.read(answer);
			return new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII);
		}
	}

}
