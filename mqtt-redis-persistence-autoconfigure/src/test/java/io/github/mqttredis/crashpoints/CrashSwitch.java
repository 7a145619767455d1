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

package io.github.mqttredis.crashpoints;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.mqttredis.crashpoints.CrashPoint.Phase;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Load;

/**
 * Life and death of one process. Everything that the process does to its session, to
 * Redis or to what the application sees passes here. At the chosen point the calling
 * thread parks; from then on every thread that passes parks too, before it has any
 * effect.
 */
final class CrashSwitch {

	private static final Duration STORING = Load.seconds(5);

	private final CrashPoint target;

	private final Runnable onDeath;

	private final Map<String, Integer> counts = new HashMap<>();

	private final List<Call> calls = new ArrayList<>();

	private final CountDownLatch died = new CountDownLatch(1);

	private final CountDownLatch released = new CountDownLatch(1);

	private int commandsUnderWay;

	private int busy;

	private boolean dead;

	private String killer = "";

	/**
	 * Create a switch.
	 * @param target where to die
	 * @param onDeath what death does: cuts the sockets, or halts the JVM
	 */
	CrashSwitch(CrashPoint target, Runnable onDeath) {
		this.target = target;
		this.onDeath = onDeath;
	}

	/**
	 * A thread of the process begins a call.
	 * @param name the kind of call
	 * @param key the record that it writes, empty if it writes none
	 * @return the call
	 */
	Call enter(String name, String key) {
		Call call;
		boolean hit;
		synchronized (this) {
			if (this.dead) {
				call = null;
				hit = false;
			}
			else {
				call = new Call(name, this.counts.merge(name, 1, Integer::sum), key);
				this.calls.add(call);
				hit = isHit(Phase.BEFORE, call);
			}
		}
		if (call == null || hit) {
			die(hit);
		}
		return call;
	}

	/**
	 * A thread of the process has done a call.
	 * @param call the call
	 */
	void leave(Call call) {
		if (matches(Phase.AFTER_STORED, call)) {
			awaitStored(call);
			passThrough(Phase.AFTER_STORED, List.of(call));
		}
		passThrough(Phase.AFTER, List.of(call));
	}

	private synchronized void awaitStored(Call call) {
		long deadline = System.nanoTime() + STORING.toNanos();
		while (!call.stored && !this.dead && System.nanoTime() < deadline) {
			try {
				wait(STORING.toMillis());
			}
			catch (InterruptedException ex) {
				// The one who interrupts wants Paho's thread to end, which it does by
				// dying.
			}
		}
	}

	/**
	 * A thread of the process does what no point is at.
	 */
	void pass() {
		passThrough(Phase.AFTER, List.of());
	}

	private void passThrough(Phase phase, Collection<Call> passing) {
		boolean gone;
		boolean hit = false;
		synchronized (this) {
			gone = this.dead;
			if (!gone) {
				for (Call call : passing) {
					hit = hit || isHit(phase, call);
				}
			}
		}
		if (gone || hit) {
			die(hit);
		}
	}

	private boolean matches(Phase phase, Call call) {
		return this.target.phase() == phase && this.target.call().equals(call.name)
				&& this.target.ordinal() == call.ordinal;
	}

	private boolean isHit(Phase phase, Call call) {
		boolean hit = matches(phase, call);
		if (hit) {
			this.dead = true;
			this.killer = Thread.currentThread().getName();
		}
		return hit;
	}

	/**
	 * Note which calls a batch carries.
	 * @param puts the keys that it puts
	 * @param removes the keys that it removes
	 * @param clear whether it removes all
	 * @return the calls that this batch makes effective
	 */
	synchronized Set<Call> carried(Collection<String> puts, Collection<String> removes, boolean clear) {
		Set<Call> result = new LinkedHashSet<>();
		if (clear) {
			carry("clear", "", result);
		}
		puts.forEach((key) -> carry("put", key, result));
		removes.forEach((key) -> carry("remove", key, result));
		return result;
	}

	/**
	 * The last write of a key stands for those before it, which were coalesced with it.
	 */
	private void carry(String operation, String key, Set<Call> result) {
		int last = this.calls.size() - 1;
		while (last >= 0 && !(this.calls.get(last).key.equals(key) && this.calls.get(last).name.startsWith(operation)
				&& !this.calls.get(last).carried)) {
			last--;
		}
		for (int i = 0; i <= last; i++) {
			Call call = this.calls.get(i);
			if (call.isWrite() && call.key.equals(key) && !call.carried) {
				call.carried = true;
				result.add(call);
			}
		}
	}

	void beforeBatch(Collection<Call> batch) {
		synchronized (this) {
			this.busy++;
		}
		passThrough(Phase.BEFORE_BATCH, batch);
	}

	void afterBatch(Collection<Call> batch) {
		synchronized (this) {
			batch.forEach((call) -> call.stored = true);
		}
		passThrough(Phase.AFTER_BATCH, batch);
		synchronized (this) {
			this.busy--;
		}
	}

	/**
	 * Return whether the points of a batch are not all passed yet.
	 */
	synchronized boolean isShipping() {
		return this.busy > 0;
	}

	/**
	 * A command goes to Redis, unless the process is dead.
	 */
	void commandBegins() {
		boolean alive;
		synchronized (this) {
			alive = !this.dead;
			if (alive) {
				this.commandsUnderWay++;
			}
		}
		if (!alive) {
			die(false);
		}
	}

	synchronized void commandEnds() {
		this.commandsUnderWay--;
	}

	/**
	 * Do something that shows outside, unless the process is dead.
	 * @param effect what to do
	 */
	void effect(Runnable effect) {
		boolean gone;
		synchronized (this) {
			gone = this.dead;
			if (!gone) {
				effect.run();
			}
		}
		if (gone) {
			die(false);
		}
	}

	private void die(boolean first) {
		if (first) {
			this.onDeath.run();
			this.died.countDown();
		}
		boolean interrupted = false;
		while (true) {
			try {
				this.released.await();
				break;
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
		throw new DeadProcessError();
	}

	/**
	 * Die now, from outside. Does nothing to the dead.
	 */
	void kill() {
		synchronized (this) {
			if (this.dead) {
				return;
			}
			this.dead = true;
		}
		this.onDeath.run();
		this.died.countDown();
	}

	boolean awaitDeath(long millis) throws InterruptedException {
		return this.died.await(millis, TimeUnit.MILLISECONDS);
	}

	/**
	 * Wait until Redis has answered everything that the process sent before it died.
	 */
	void awaitCommands() {
		Await.until("Redis has answered what the process sent", () -> commandsUnderWay() == 0);
	}

	private synchronized int commandsUnderWay() {
		return this.commandsUnderWay;
	}

	/**
	 * Let the parked threads unwind. Whatever they try on their way is refused.
	 */
	void release() {
		this.released.countDown();
	}

	synchronized boolean isDead() {
		return this.dead;
	}

	synchronized String killer() {
		return this.killer;
	}

	/**
	 * Return the points of the calls up to now.
	 * @return the points in the order of the calls
	 */
	synchronized List<CrashPoint> points() {
		List<CrashPoint> result = new ArrayList<>();
		for (Call call : this.calls) {
			result.add(new CrashPoint(Phase.BEFORE, call.name, call.ordinal));
			result.add(new CrashPoint(Phase.AFTER, call.name, call.ordinal));
			if (call.carried) {
				result.add(new CrashPoint(Phase.BEFORE_BATCH, call.name, call.ordinal));
				result.add(new CrashPoint(Phase.AFTER_BATCH, call.name, call.ordinal));
				result.add(new CrashPoint(Phase.AFTER_STORED, call.name, call.ordinal));
			}
		}
		return result;
	}

	@Override
	public synchronized String toString() {
		return this.calls.toString();
	}

	/**
	 * A call that the process made.
	 */
	static final class Call {

		private final String name;

		private final int ordinal;

		private final String key;

		private boolean carried;

		private boolean stored;

		private Call(String name, int ordinal, String key) {
			this.name = name;
			this.ordinal = ordinal;
			this.key = key;
		}

		String name() {
			return this.name;
		}

		int ordinal() {
			return this.ordinal;
		}

		private boolean isWrite() {
			return this.name.startsWith("put") || this.name.startsWith("remove") || "clear".equals(this.name);
		}

		@Override
		public String toString() {
			return this.name + " #" + this.ordinal + (this.key.isEmpty() ? "" : " " + this.key);
		}

	}

	/**
	 * Thrown to threads of a dead process when its remains are put away.
	 */
	static final class DeadProcessError extends Error {

		private static final long serialVersionUID = 1L;

		DeadProcessError() {
			super("This process is dead", null, false, false);
		}

	}

}
