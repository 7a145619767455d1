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

package io.github.mqttredis.soak;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.soak.Fault.Kind;

/**
 * Broken stores, each of which the soak has to notice. A mutant is one of the store's
 * scripts with a change, in a directory that comes first on the class path of the
 * application: the store itself has no switch for it.
 */
enum Mutant {

	/**
	 * Records stay that are to be removed, and are not counted either.
	 */
	DROPPED_REMOVAL("write.lua", Set.of(Kind.APPLICATION_KILLED),
			"  redis.call('HDEL', KEYS[1], unpack(ARGV, removes))",
			"  for i = removes, #ARGV do redis.call('INCRBY', KEYS[1] .. ':dropped',"
					+ " redis.call('HEXISTS', KEYS[1], ARGV[i])) end",
			"return {mark, redis.call('HLEN', KEYS[1]), waiting}",
			"return {mark, redis.call('HLEN', KEYS[1])"
					+ " - tonumber(redis.call('GET', KEYS[1] .. ':dropped') or '0'), waiting}"),

	/**
	 * A session is taken although its owner lives.
	 */
	UNCHECKED_LEASE("acquire.lua", Set.of(Kind.WAITED_FOR), "if holder and holder ~= ARGV[1] and not replaced then",
			"if false then"),

	/**
	 * A batch is applied whatever has become of the session.
	 */
	UNCHECKED_MARK("write.lua", Set.of(Kind.TAKEN_OVER, Kind.OVERSLEPT), "if mark ~= ARGV[1] then",
			"mark = ARGV[1]\nif false then");

	private final String script;

	private final Set<Kind> faults;

	private final String[] changes;

	Mutant(String script, Set<Kind> faults, String... changes) {
		this.script = script;
		this.faults = EnumSet.copyOf(faults);
		this.changes = changes;
	}

	/** The faults that show it soon. */
	Set<Kind> faults() {
		return this.faults;
	}

	/**
	 * Return a class path with this mutant on it.
	 * @param directory where the changed script goes
	 * @return the class path of this JVM, behind that directory
	 */
	String classPath(Path directory) {
		try (InputStream original = RedisSessionStore.class.getResourceAsStream(this.script)) {
			String text = new String(original.readAllBytes(), StandardCharsets.UTF_8);
			for (int i = 0; i < this.changes.length; i += 2) {
				if (!text.contains(this.changes[i])) {
					throw new IllegalStateException(this.script + " has no " + this.changes[i]);
				}
				text = text.replace(this.changes[i], this.changes[i + 1]);
			}
			Path changed = directory.resolve(RedisSessionStore.class.getPackageName().replace('.', '/'))
				.resolve(this.script);
			Files.createDirectories(changed.getParent());
			Files.writeString(changed, text);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return directory + File.pathSeparator + System.getProperty("java.class.path");
	}

}
