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

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * When the I/O thread ships a session: one task at a time for each reason, however often
 * it is asked for.
 */
final class ShipSchedule {

	/** How long a removal waits for company. */
	private static final Duration LINGER = Duration.ofMillis(2);

	private static final Duration RETRY = Duration.ofMillis(250);

	private final IoLoop io;

	private final SessionShipper shipper;

	private final AtomicBoolean next = new AtomicBoolean();

	private final AtomicBoolean lingering = new AtomicBoolean();

	private final AtomicBoolean retrying = new AtomicBoolean();

	ShipSchedule(IoLoop io, SessionShipper shipper) {
		this.io = io;
		this.shipper = shipper;
	}

	/**
	 * Ship what was appended as soon as the I/O thread can.
	 */
	void soonest() {
		plan(this.next, this.io::execute);
	}

	/**
	 * Ship what was appended, on the calling thread if the I/O thread is idle.
	 */
	void now() {
		this.io.tryHere(this.shipper::shipHere);
		if (this.shipper.isAwaited()) {
			soonest();
		}
	}

	/**
	 * Ship what was appended before long, if nothing else makes it go sooner: nobody
	 * waits for a removal, and most go with the record that is put next.
	 */
	void soon() {
		if (!this.next.get()) {
			later(this.lingering, LINGER);
		}
	}

	/**
	 * Try again in a while.
	 */
	void again() {
		again(RETRY);
	}

	void again(Duration pause) {
		later(this.retrying, pause);
	}

	private void later(AtomicBoolean planned, Duration delay) {
		plan(planned, (task) -> this.io.later(task, delay));
	}

	private void plan(AtomicBoolean planned, Consumer<Runnable> executor) {
		if (planned.get() || !planned.compareAndSet(false, true)) {
			return;
		}
		boolean accepted = false;
		try {
			executor.accept(() -> ship(planned));
			accepted = true;
		}
		finally {
			if (!accepted) {
				// No memory, or no thread, for it: whoever asks next plans it anew.
				planned.set(false);
			}
		}
	}

	private void ship(AtomicBoolean planned) {
		// First, so that what is appended from here on is shipped by the next task.
		planned.set(false);
		if (!Listeners.run(this.shipper::shipNow)) {
			again();
		}
	}

}
