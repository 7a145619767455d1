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

package io.github.mqttredis.paho;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The tokens of waiting messages, by number: each for as long as somebody else has it, or
 * it is to tell a listener.
 * <p>
 * Not thread-safe: guarded by the lock of the {@link OfflineQueue}.
 *
 * @param <T> a token
 */
final class KnownTokens<T extends OfflineQueue.Waiting<?>> {

	private final Map<Long, Known<T>> tokens = new HashMap<>();

	private final ReferenceQueue<T> forgotten = new ReferenceQueue<>();

	void put(long number, T token) {
		for (Reference<? extends T> gone = this.forgotten.poll(); gone != null; gone = this.forgotten.poll()) {
			this.tokens.remove(((Known<?>) gone).number);
		}
		Known<T> known = new Known<>(number, token, this.forgotten);
		this.tokens.put(number, known);
		token.keepForListener(known::keep);
	}

	@Nullable T get(long number) {
		Known<T> known = this.tokens.get(number);
		return (known != null) ? known.get() : null;
	}

	@Nullable T remove(long number) {
		Known<T> known = this.tokens.remove(number);
		return (known != null) ? known.get() : null;
	}

	private static final class Known<T extends OfflineQueue.Waiting<?>> extends WeakReference<T> {

		private final long number;

		/** Set by whoever gives the token a listener, and by nobody else. */
		@SuppressWarnings("unused")
		private volatile @Nullable T listened;

		Known(long number, T token, ReferenceQueue<? super T> forgotten) {
			super(token, forgotten);
			this.number = number;
		}

		void keep() {
			this.listened = get();
		}

	}

}
