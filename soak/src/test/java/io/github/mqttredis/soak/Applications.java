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

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.github.mqttredis.soak.Fault.Kind;
import io.github.mqttredis.testing.Load;

/**
 * The processes of an episode: as a rule one, which is started again whenever it has
 * ended.
 */
final class Applications implements AutoCloseable {

	/** How long a former owner is still told to publish. */
	private static final long PROBE_MILLIS = 2000;

	private final Settings settings;

	private final World world;

	private final Traffic traffic;

	private final Journal journal;

	private final List<AppProcess> all = new CopyOnWriteArrayList<>();

	private final List<String> problems = new CopyOnWriteArrayList<>();

	/** Processes that wait for a session, with those that own it. */
	private final List<AppProcess[]> waiting = new CopyOnWriteArrayList<>();

	private volatile AppProcess main;

	/** Until when nothing may die, because only the application has what Redis lost. */
	private volatile long spared;

	private volatile boolean busy;

	Applications(Settings settings, World world, Traffic traffic) {
		this.settings = settings;
		this.world = world;
		this.traffic = traffic;
		this.journal = world.journal();
	}

	private AppProcess spawn(boolean takeover) {
		AppProcess process = new AppProcess("app-" + (this.all.size() + 1), this.settings, takeover, this.world,
				this.traffic);
		this.all.add(process);
		return process;
	}

	/** Start the first one. */
	void start() {
		this.main = spawn(false);
		this.traffic.to(this.main, false);
	}

	AppProcess main() {
		return this.main;
	}

	List<AppProcess> all() {
		return this.all;
	}

	List<String> problems() {
		return this.problems;
	}

	/** Start another one if the last one has ended. */
	void supervise() {
		if (!this.main.isAlive()) {
			if (!this.main.isGiven()) {
				this.main.died(this.journal.note(this.main + " has ended by itself"));
			}
			start();
		}
	}

	/**
	 * Have nothing die until Redis has been well for long enough to be told what it lost.
	 * @return whether there is an application that has it all
	 */
	synchronized boolean spare() {
		AppProcess process = this.main;
		long now = this.journal.now();
		boolean ready = !this.busy && process.isAlive() && process.started() > 0 && !process.isAsleep()
				&& this.world.redisTroubles().wellFor(Math.max(process.started(), now - 2000), 2000) <= now;
		if (ready) {
			this.spared = now;
		}
		return ready;
	}

	private synchronized boolean begin() {
		long needed = (Settings.LEASE_SECONDS + 3 * Settings.WRITE_TIMEOUT_SECONDS) * 1000L;
		this.busy = this.spared == 0 || this.world.redisTroubles().wellFor(this.spared, needed) < this.journal.now();
		return this.busy;
	}

	/**
	 * Do what a fault says.
	 * @param fault the fault
	 * @return whether it was done
	 */
	boolean strike(Fault fault) throws InterruptedException {
		if (!await(this::begin, 30)) {
			return false;
		}
		try {
			supervise();
			AppProcess process = this.main;
			if (!process.isAlive() || (fault.kind() != Kind.APPLICATION_KILLED && !isReady(process))) {
				return false;
			}
			strike(fault, process);
			return true;
		}
		finally {
			this.busy = false;
		}
	}

	private boolean isReady(AppProcess process) throws InterruptedException {
		return await(() -> process.started() > 0 || !process.isAlive(), 30) && process.isAlive();
	}

	private void strike(Fault fault, AppProcess process) throws InterruptedException {
		switch (fault.kind()) {
			case APPLICATION_KILLED -> {
				process.kill();
				TimeUnit.MILLISECONDS.sleep(fault.millis());
				start();
			}
			case APPLICATION_PAUSED -> {
				process.sleep();
				TimeUnit.MILLISECONDS.sleep(fault.millis());
				process.wake();
			}
			case APPLICATION_STOPPED -> {
				stop(process);
				TimeUnit.MILLISECONDS.sleep(fault.millis());
				start();
			}
			case CONTEXT_PAUSED -> {
				process.pauseContext();
				TimeUnit.MILLISECONDS.sleep(fault.millis());
				process.resumeContext();
			}
			case TAKEN_OVER -> takeOver(fault, process);
			case WAITED_FOR -> waitFor(fault, process);
			case OVERSLEPT -> oversleep(fault, process);
			default -> throw new IllegalArgumentException(fault.toString());
		}
	}

	private void stop(AppProcess process) {
		if (!process.stop()) {
			this.problems.add(process + " did not stop in time");
			process.kill();
		}
	}

	private void takeOver(Fault fault, AppProcess former) throws InterruptedException {
		AppProcess next = spawn(true);
		// From now on it may be fenced at any time.
		former.succeeded(next.spawned);
		await(() -> next.started() > 0 || !next.isAlive(), 60);
		succeed(fault, former, next);
	}

	private void succeed(Fault fault, AppProcess former, AppProcess next) throws InterruptedException {
		if (next.started() > 0) {
			// It does not know yet.
			this.traffic.to(former, true);
			TimeUnit.MILLISECONDS.sleep(Math.min(PROBE_MILLIS, fault.millis()));
		}
		this.main = next;
		end(fault, former);
		this.traffic.to(next, false);
	}

	private void end(Fault fault, AppProcess former) {
		if (fault.parameter() % 2 == 0) {
			former.kill();
		}
		else {
			stop(former);
		}
	}

	private void waitFor(Fault fault, AppProcess former) throws InterruptedException {
		AppProcess next = spawn(false);
		this.waiting.add(new AppProcess[] { former, next });
		await(() -> next.hasWaited() || next.started() > 0 || !next.isAlive(), 60);
		await(() -> next.started() > 0 || !next.isAlive(), fault.millis());
		if (next.started() > 0) {
			former.died(next.spawned);
		}
		this.main = next;
		end(fault, former);
		await(() -> next.started() > 0 || !next.isAlive(), 30);
		this.traffic.to(next, false);
	}

	private void oversleep(Fault fault, AppProcess former) throws InterruptedException {
		former.succeeded(this.journal.now());
		former.sleep();
		AppProcess next = spawn(false);
		await(() -> next.started() > 0 || !next.isAlive(), 30);
		former.wake();
		succeed(fault, former, next);
	}

	/** Owners that live and were not in trouble, and were not waited for. */
	List<AppProcess[]> waiting() {
		return this.waiting;
	}

	private boolean await(BooleanSupplier condition, long limit) throws InterruptedException {
		// Short times are the fault's own, long ones are limits.
		long millis = (limit < 100) ? Load.seconds(limit).toMillis() : limit;
		long deadline = this.journal.now() + millis;
		while (!condition.getAsBoolean()) {
			if (this.journal.now() > deadline) {
				return false;
			}
			TimeUnit.MILLISECONDS.sleep(20);
		}
		return true;
	}

	@Override
	public void close() {
		List<AppProcess> processes = new ArrayList<>(this.all);
		processes.forEach(AppProcess::close);
	}

}
