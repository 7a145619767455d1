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

package io.github.mqttredis.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import redis.embedded.RedisExecProvider;

/**
 * Which Redis the tests run on: that of a container where Docker runs, otherwise the one
 * that comes with the build. The system property {@code test.redis} names another
 * executable; {@code test.redis.version} is how the version that answers has to begin,
 * such as {@code Redis 6.2} or {@code Valkey 8}.
 */
final class RedisExecutable {

	private static final Log logger = LogFactory.getLog(RedisExecutable.class);

	private static final Pattern VERSION = Pattern.compile("(?m)^(redis|valkey)_version:(\\S+)");

	private static final AtomicBoolean TOLD = new AtomicBoolean();

	private RedisExecutable() {
	}

	static ServerProcess start(MachineClock clock, List<String> arguments, File log) {
		boolean contained = Docker.provides(Docker.redisImage());
		List<String> command = new ArrayList<>(List.of(contained ? "redis-server" : path()));
		command.addAll(arguments);
		return contained ? Docker.start(Docker.redisImage(), command)
				: ServerProcess.local((clock != null) ? clock.command(command) : command, log);
	}

	private static String path() {
		String named = System.getProperty("test.redis");
		return (named != null) ? named : Unpacked.PATH;
	}

	/**
	 * Tell once which Redis answers, and fail if it is not the expected one.
	 * @param info what it tells of itself
	 */
	static void check(String info) {
		String version = version(info);
		String expected = System.getProperty("test.redis.version", "");
		if (!version.startsWith(expected)) {
			throw new IllegalStateException("The tests run on " + version + " instead of " + expected);
		}
		if (TOLD.compareAndSet(false, true)) {
			logger.info("The tests run on " + version + ", "
					+ (Docker.provides(Docker.redisImage()) ? "in containers of " + Docker.redisImage() : path()));
		}
	}

	/** Valkey names the version of the Redis that it stands in for as well. */
	private static String version(String info) {
		String version = "an unknown server";
		Matcher matcher = VERSION.matcher(info);
		while (matcher.find()) {
			boolean valkey = matcher.group(1).equals("valkey");
			if (valkey || !version.startsWith("Valkey")) {
				version = (valkey ? "Valkey " : "Redis ") + matcher.group(2);
			}
		}
		return version;
	}

	/**
	 * The executable that comes with a test dependency, unpacked once: it is large.
	 */
	private static final class Unpacked {

		private static final String PATH = unpack();

		private static String unpack() {
			try {
				return RedisExecProvider.defaultProvider().get().getPath();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
