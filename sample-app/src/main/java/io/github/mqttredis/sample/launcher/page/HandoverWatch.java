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

package io.github.mqttredis.sample.launcher.page;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import io.github.mqttredis.sample.launcher.Await;
import io.github.mqttredis.sample.launcher.Daemons;
import io.github.mqttredis.sample.launcher.page.Member.Phase;
import org.jspecify.annotations.Nullable;

/**
 * Sees how long it takes until a session has gone from one gateway to another.
 */
class HandoverWatch implements AutoCloseable {

	private static final Duration TIMEOUT = Duration.ofSeconds(60);

	private final Supplier<@Nullable Member> owner;

	private final Journal journal;

	private volatile @Nullable Handover last;

	private volatile boolean closed;

	/**
	 * Create a watch.
	 * @param owner tells which gateway the lease in Redis names
	 * @param journal takes what happened
	 */
	HandoverWatch(Supplier<@Nullable Member> owner, Journal journal) {
		this.owner = owner;
		this.journal = journal;
	}

	@Nullable Handover last() {
		return this.last;
	}

	/**
	 * Have the session change hands, and see how long that takes.
	 * @param from who has it
	 * @param how what makes it change hands
	 */
	void handOver(Member from, Runnable how) {
		long begin = System.nanoTime();
		Daemons.start("handover", how);
		AtomicReference<@Nullable Member> found = new AtomicReference<>();
		Await.until(() -> {
			Member now = this.owner.get();
			found.set((now != null && !now.equals(from)) ? now : null);
			return this.closed || found.get() != null;
		}, TIMEOUT);
		double owned = seconds(begin);
		Member next = found.get();
		if (next == null) {
			this.journal.add("Nobody has the session after %.0f s", owned);
			return;
		}
		Await.until(() -> this.closed || next.phase() == Phase.RUNNING, TIMEOUT);
		Handover done = new Handover(from.name(), next.name(), owned, seconds(begin));
		this.last = done;
		this.journal.add("Handover from %s to %s: it owned the session after %.1f s and was ready after %.1f s",
				done.from(), done.to(), done.ownedAfter(), done.readyAfter());
	}

	private static double seconds(long begin) {
		return (System.nanoTime() - begin) / 1e9;
	}

	@Override
	public void close() {
		this.closed = true;
	}

	/**
	 * How a session went from one gateway to another.
	 *
	 * @param from who had it
	 * @param to who has it
	 * @param ownedAfter seconds until the other one owned it
	 * @param readyAfter seconds until the other one accepted readings
	 */
	record Handover(String from, String to, double ownedAfter, double readyAfter) {

	}

}
