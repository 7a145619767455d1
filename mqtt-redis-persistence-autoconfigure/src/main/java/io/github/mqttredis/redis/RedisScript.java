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

package io.github.mqttredis.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.ReturnType;
import org.springframework.data.redis.core.script.DigestUtils;

/**
 * A script that is sent by its digest, and in full where Redis does not know it. All Lua
 * of this project runs through here.
 */
final class RedisScript {

	private final byte[] source;

	private final String digest;

	RedisScript(String file) {
		this.source = read(file);
		this.digest = DigestUtils.sha1DigestAsHex(new String(this.source, StandardCharsets.UTF_8));
	}

	private static byte[] read(String file) {
		try (InputStream in = RedisScript.class.getResourceAsStream(file)) {
			return Objects.requireNonNull(in, file).readAllBytes();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	List<String> run(RedisConnection connection, List<byte[]> keys, List<byte[]> arguments) {
		return strings(runRaw(connection, keys, arguments));
	}

	List<String> run(RedisConnection connection, int keys, byte[][] keysAndArguments) {
		return strings(eval(connection, keys, keysAndArguments));
	}

	/**
	 * Run the script where what it returns may be any bytes.
	 * @param connection the connection
	 * @param keys its KEYS
	 * @param arguments its ARGV
	 * @return the elements of its reply
	 */
	List<byte[]> runRaw(RedisConnection connection, List<byte[]> keys, List<byte[]> arguments) {
		List<byte[]> all = new ArrayList<>(keys);
		all.addAll(arguments);
		return bytes(eval(connection, keys.size(), all.toArray(byte[][]::new)));
	}

	private List<?> eval(RedisConnection connection, int keys, byte[][] keysAndArguments) {
		try {
			return Objects.requireNonNull(connection.scriptingCommands()
				.<List<?>>evalSha(this.digest, ReturnType.MULTI, keys, keysAndArguments));
		}
		catch (RuntimeException ex) {
			if (!RedisTrouble.isNoScript(ex)) {
				throw ex;
			}
			return Objects.requireNonNull(connection.scriptingCommands()
				.<List<?>>eval(this.source, ReturnType.MULTI, keys, keysAndArguments));
		}
	}

	private static List<String> strings(List<?> reply) {
		List<String> result = new ArrayList<>(reply.size());
		for (Object element : reply) {
			result.add((element instanceof byte[] bytes) ? new String(bytes, StandardCharsets.UTF_8)
					: String.valueOf(element));
		}
		return result;
	}

	private static List<byte[]> bytes(List<?> reply) {
		List<byte[]> result = new ArrayList<>(reply.size());
		for (Object element : reply) {
			result.add((element instanceof byte[] bytes) ? bytes
					: String.valueOf(element).getBytes(StandardCharsets.UTF_8));
		}
		return result;
	}

}
