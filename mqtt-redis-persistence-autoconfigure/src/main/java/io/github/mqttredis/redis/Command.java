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

import java.util.List;
import java.util.function.Function;

/**
 * A script with its keys and arguments, which can be sent together with others.
 *
 * @param <T> the type of the answer
 * @param script the script
 * @param keys how many of the arguments are keys; all of them lie in one slot
 * @param arguments the keys and the arguments
 * @param bytes how much is sent or read, for as far as it matters
 * @param reader makes the answer of the reply
 */
record Command<T>(RedisScript script, int keys, byte[][] arguments, long bytes, Function<List<?>, T> reader) {

	/**
	 * Return whether this takes long, and longer than any other command may wait for.
	 * @return whether it moves many bytes
	 */
	boolean isLarge() {
		return !RedisLink.extraTime(this.bytes).isZero();
	}

}
