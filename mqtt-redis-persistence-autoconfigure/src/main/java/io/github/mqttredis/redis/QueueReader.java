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

import java.util.concurrent.atomic.AtomicBoolean;

import io.github.mqttredis.redis.RedisScripts.QueueRead;
import io.github.mqttredis.redis.Speaker.Exchange;
import io.github.mqttredis.session.QueuePage;
import io.github.mqttredis.session.SessionUnavailableException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the messages of a session's queue from Redis, in pages. A message that is larger
 * than a page is asked for by its size, so that it may take its time and nobody else
 * waits for it ({@link Speaker.Command#isLarge()}).
 */
final class QueueReader {

	private final OwnedSession session;

	private final SessionShipper shipper;

	private final RedisScripts scripts;

	/** Whether the queue is being read ahead. */
	private final AtomicBoolean loading = new AtomicBoolean();

	QueueReader(OwnedSession session, SessionShipper shipper, RedisScripts scripts) {
		this.session = session;
		this.shipper = shipper;
		this.scripts = scripts;
	}

	/**
	 * Read the oldest messages of a session that is being opened.
	 * @return the messages
	 * @throws SessionUnavailableException if Redis did not answer, or is not as this
	 * owner left it
	 */
	QueuePage first() throws SessionUnavailableException {
		long bytes = RedisScripts.PAGE_BYTES;
		while (true) {
			QueueRead read = first(bytes);
			QueuePage page = read.page();
			if (page != null) {
				return page;
			}
			bytes = read.larger();
		}
	}

	private QueueRead first(long bytes) throws SessionUnavailableException {
		return this.shipper.ask(bytes, false,
				(request) -> request.of(this.scripts.queue(0, bytes, this.shipper.mark()), (read) -> {
					if (read.isOther()) {
						throw new IllegalStateException("MQTT session " + this.session.id() + " has changed");
					}
					return read;
				}));
	}

	/**
	 * Read messages that follow those in memory, if there is room for them.
	 * @throws SessionUnavailableException if Redis did not answer
	 */
	void load() throws SessionUnavailableException {
		long larger = RedisScripts.PAGE_BYTES;
		while (larger > 0) {
			long bytes = larger;
			larger = this.shipper.<Long>ask(bytes, true, (request) -> load(request, bytes));
		}
	}

	/** Begin to do so. */
	void loadAhead() {
		if (this.session.log().wantedOfQueue() > 0 && this.loading.compareAndSet(false, true)) {
			loadAhead(RedisScripts.PAGE_BYTES);
		}
	}

	private void loadAhead(long bytes) {
		Request<Long> request = new Request<>(this.shipper, true, (begun) -> load(begun, bytes));
		request.answer().whenComplete((larger, failure) -> {
			if (failure == null && larger > 0) {
				loadAhead(larger);
			}
			else {
				this.loading.set(false);
			}
		});
		this.shipper.add(request);
	}

	/**
	 * Read messages that follow those in memory.
	 * @param request answered with the size of the first of them, if that is larger than
	 * what was asked for, and 0 if not
	 * @param bytes how many bytes they may have together
	 * @return reads them, {@code null} if none are wanted
	 */
	private @Nullable Exchange<?> load(Request<Long> request, long bytes) {
		long from = this.session.log().wantedOfQueue();
		if (from == 0 || this.session.isUnusable()) {
			return request.done(0L);
		}
		return request.of(this.scripts.queue(from, bytes, this.shipper.mark()), (read) -> {
			QueuePage page = read.page();
			if (read.isOther()) {
				// Redis is not as we left it, which is found out before all else.
				this.shipper.confirmSoon();
			}
			else if (page != null) {
				this.session.addToQueue(page)
					.forEach((unreadable) -> this.shipper.add(new Request<Boolean>(this.shipper, true,
							(quarantined) -> this.shipper.quarantine(quarantined, unreadable))));
			}
			return read.larger();
		});
	}

}
