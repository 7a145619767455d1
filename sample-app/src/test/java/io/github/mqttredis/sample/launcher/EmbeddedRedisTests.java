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

import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

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
			assertThat(ping(socket)).isEqualTo("+PONG\r\n");
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

	private static List<String> arguments(EmbeddedRedis redis) {
		GatewayArguments arguments = new GatewayArguments(new Settings(new MockEnvironment()),
				List.of("--mqtt.persistence.redis.url=redis://other"));
		arguments.embeddedRedis(redis);
		return arguments.toSettings(false).arguments();
	}

	private static String ping(Path socket) throws IOException {
		try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
			channel.connect(UnixDomainSocketAddress.of(socket));
			channel.write(ByteBuffer.wrap("PING\r\n".getBytes(StandardCharsets.US_ASCII)));
			ByteBuffer answer = ByteBuffer.allocate(16);
			channel.read(answer);
			return new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII);
		}
	}

}
