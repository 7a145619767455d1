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
import java.util.function.Function;

import io.github.mqttredis.redis.Speaker.Command;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisScriptingCommands;
import org.springframework.data.redis.connection.ReturnType;
import org.springframework.data.redis.core.script.DigestUtils;

/**
 * A script that is sent by its digest, and in full if Redis does not know it. All Lua of
 * this project runs through here.
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

	byte[] source() {
		return this.source;
	}

	String digest() {
		return this.digest;
	}

	/**
	 * Make a command of this script.
	 * @param <T> the type of the answer
	 * @param keys its KEYS
	 * @param arguments its ARGV
	 * @param reader makes the answer of the reply
	 * @return the command
	 */
	<T> Command<T> with(List<byte[]> keys, List<byte[]> arguments, Function<List<String>, T> reader) {
		return new Command<>(this, keys.size(), concat(keys, arguments), 0, (reply) -> reader.apply(strings(reply)));
	}

	/**
	 * Make a command that moves bytes.
	 * @param <T> the type of the answer
	 * @param bytes how many
	 * @param keys its KEYS
	 * @param arguments its ARGV
	 * @param reader makes the answer of the reply
	 * @return the command
	 */
	<T> Command<T> with(long bytes, List<byte[]> keys, List<byte[]> arguments, Function<List<?>, T> reader) {
		return new Command<>(this, keys.size(), concat(keys, arguments), bytes, reader);
	}

	private static byte[][] concat(List<byte[]> keys, List<byte[]> arguments) {
		byte[][] all = keys.toArray(new byte[keys.size() + arguments.size()][]);
		for (int i = 0; i < arguments.size(); i++) {
			all[keys.size() + i] = arguments.get(i);
		}
		return all;
	}

	List<String> run(RedisConnection connection, List<byte[]> keys, List<byte[]> arguments) {
		return strings(eval(connection, keys, arguments));
	}

	/**
	 * Run the script if its reply may be any bytes.
	 * @param connection the connection
	 * @param keys its KEYS
	 * @param arguments its ARGV
	 * @return the elements of its reply
	 */
	List<byte[]> runRaw(RedisConnection connection, List<byte[]> keys, List<byte[]> arguments) {
		return bytes(eval(connection, keys, arguments));
	}

	private List<?> eval(RedisConnection connection, List<byte[]> keys, List<byte[]> arguments) {
		byte[][] all = concat(keys, arguments);
		try {
			return eval(connection, keys.size(), all, false);
		}
		catch (RuntimeException ex) {
			if (!RedisTrouble.isNoScript(ex)) {
				throw ex;
			}
			return eval(connection, keys.size(), all, true);
		}
	}

	/**
	 * Run the script.
	 * @param connection the connection
	 * @param keys how many of the arguments are keys
	 * @param arguments the keys and the arguments
	 * @param full whether to send the script and not its digest
	 * @return the reply
	 */
	List<?> eval(RedisConnection connection, int keys, byte[][] arguments, boolean full) {
		RedisScriptingCommands commands = connection.scriptingCommands();
		return Objects.requireNonNull(full ? commands.<List<?>>eval(this.source, ReturnType.MULTI, keys, arguments)
				: commands.<List<?>>evalSha(this.digest, ReturnType.MULTI, keys, arguments));
	}

	static List<String> strings(List<?> reply) {
		List<String> result = new ArrayList<>(reply.size());
		for (Object element : reply) {
			result.add((element instanceof byte[] bytes) ? new String(bytes, StandardCharsets.UTF_8)
					: String.valueOf(element));
		}
		return result;
	}

	static List<byte[]> bytes(List<?> reply) {
		List<byte[]> result = new ArrayList<>(reply.size());
		for (Object element : reply) {
			result.add((element instanceof byte[] bytes) ? bytes
					: String.valueOf(element).getBytes(StandardCharsets.UTF_8));
		}
		return result;
	}

}
