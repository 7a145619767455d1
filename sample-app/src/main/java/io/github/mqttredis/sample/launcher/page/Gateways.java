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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

import io.github.mqttredis.sample.launcher.Daemons;
import io.github.mqttredis.sample.launcher.Gateway;
import io.github.mqttredis.sample.launcher.GatewaySettings;
import io.github.mqttredis.sample.launcher.LauncherException;
import io.github.mqttredis.sample.launcher.Ports;
import io.github.mqttredis.sample.launcher.page.HandoverWatch.Handover;
import io.github.mqttredis.sample.launcher.page.Member.Phase;
import io.github.mqttredis.session.SessionUnavailableException;
import org.jspecify.annotations.Nullable;

/**
 * The gateway, a second one with the same client id, and how the session goes from one to
 * the other.
 */
class Gateways implements AutoCloseable {

	private static final Duration RETRY = Duration.ofSeconds(2);

	/** A standby waits as long as it has to. */
	private static final Duration STANDBY = Duration.ofDays(1);

	private final GatewaySettings settings;

	private final StoredSession session;

	private final Journal journal;

	/** The first, then the second. */
	private final List<Member> members = new CopyOnWriteArrayList<>();

	private final AtomicBoolean busy = new AtomicBoolean();

	private volatile int started;

	private final HandoverWatch handovers;

	private final Runnable afterKill;

	private volatile boolean closed;

	/**
	 * Create the gateways, none of which is started.
	 * @param settings with what they are started
	 * @param session the session that they share
	 * @param journal takes what happened
	 * @param afterKill runs when a gateway is dead, before another one has its session
	 */
	Gateways(GatewaySettings settings, StoredSession session, Journal journal, Runnable afterKill) {
		this.afterKill = afterKill;
		this.settings = settings;
		this.session = session;
		this.journal = journal;
		this.handovers = new HandoverWatch(this::owner, journal);
	}

	List<Member> members() {
		return List.copyOf(this.members);
	}

	@Nullable Handover handover() {
		return this.handovers.last();
	}

	/**
	 * Start the first gateway and wait until it answers.
	 */
	void startFirst() {
		Member first = add();
		first.gateway().start();
		running(first);
	}

	private synchronized Member add(String... more) {
		boolean usual = this.members.stream().allMatch((member) -> member.port() != this.settings.port());
		int port = usual ? this.settings.port() : Ports.free();
		this.started++;
		Member member = new Member(name(this.started), port, new Gateway(this.settings.with(port, more)));
		this.members.add(member);
		return member;
	}

	private void running(Member member) {
		member.enter(Phase.RUNNING);
		Member owner = owner();
		// With a role it is ready before it has the session.
		this.journal.add("%s (process %d) is ready and %s", member.name(), member.gateway().pid(),
				(owner == null || owner.equals(member)) ? "owns the session" : "stands by");
	}

	/**
	 * Look after gateways that ended although nobody here asked for it.
	 */
	void check() {
		for (Member member : this.members) {
			if (member.phase() != Phase.RUNNING || member.gateway().isAlive()) {
				continue;
			}
			if (!member.gateway().wasKilled()) {
				throw new LauncherException("The gateway has ended");
			}
			if (this.busy.compareAndSet(false, true)) {
				this.journal.add("%s was killed from outside", member.name());
				member.enter(Phase.RESTARTING);
				inBackground(() -> restart(member));
			}
		}
	}

	boolean canKill() {
		return !this.busy.get() && this.members.stream().anyMatch((member) -> member.phase() == Phase.RUNNING);
	}

	/**
	 * Name the gateways on the buttons that are about one of them.
	 * @param owner the id of the process that owns the session, 0 if nobody does
	 * @return the text of buttons, by the name of their action
	 */
	Map<String, String> labels(long owner) {
		Map<String, String> labels = new TreeMap<>();
		Member victim = victim(owner(owner));
		List<Member> all = members();
		labels.put("kill", "kill -9 " + ((victim != null) ? victim.name() : "the gateway"));
		labels.put("stop-first", "Stop " + (all.isEmpty() ? "the first gateway" : all.get(0).name()));
		// The second has its name already, once it is there.
		String second = (all.size() == 2) ? all.get(1).name() : name(this.started + 1);
		labels.put("second-wait", "Start " + second + ", which waits");
		labels.put("second-takeover", "Start " + second + ", which takes over");
		return labels;
	}

	private static String name(int number) {
		return "Gateway " + number;
	}

	private @Nullable Member victim(@Nullable Member owner) {
		return (owner != null && owner.phase() == Phase.RUNNING) ? owner
				: this.members.stream().filter((member) -> member.phase() == Phase.RUNNING).findFirst().orElse(null);
	}

	/**
	 * Kill the owner with SIGKILL. A standby takes over; without one it is started again.
	 */
	void kill() {
		Member killed = victim(owner());
		if (killed == null) {
			throw new LauncherException("No gateway runs");
		}
		alone(() -> {
			this.journal.add("kill -9 %d: %s is gone", killed.gateway().pid(), killed.name());
			if (hasStandby()) {
				killed.enter(Phase.STOPPING);
				this.handovers.handOver(killed, () -> {
					killed.gateway().kill();
					this.afterKill.run();
				});
				this.members.remove(killed);
			}
			else {
				killed.enter(Phase.RESTARTING);
				killed.gateway().kill();
				this.afterKill.run();
				restart(killed);
			}
		});
	}

	private void restart(Member member) {
		long begin = System.nanoTime();
		while (!this.closed) {
			try {
				member.gateway().start();
				member.enter(Phase.RUNNING);
				this.journal.add("%s is back as process %d, %.1f s after the kill, with what Redis kept", member.name(),
						member.gateway().pid(), (System.nanoTime() - begin) / 1e9);
				return;
			}
			catch (LauncherException ex) {
				if (!this.closed) {
					this.journal.add("%s could not start; trying again", member.name());
					LockSupport.parkNanos(RETRY.toNanos());
				}
			}
		}
	}

	boolean canStartSecond() {
		return !this.busy.get() && this.members.size() == 1 && this.members.get(0).phase() == Phase.RUNNING;
	}

	/**
	 * Start a second gateway with the same client id.
	 * @param takeOver whether it takes the session at once; otherwise it waits for it
	 */
	void startSecond(boolean takeOver) {
		alone(() -> {
			Member first = this.members.get(0);
			Member second = takeOver ? add("--mqtt.persistence.lease.on-conflict=takeover")
					: add("--mqtt.persistence.lease.on-conflict=wait", "--mqtt.persistence.lease.acquire-timeout=1d");
			this.journal.add("%s starts with the same client id, to %s", second.name(),
					takeOver ? "take the session over" : "wait until it can have the session");
			if (takeOver) {
				this.handovers.handOver(first, () -> standBy(second));
			}
			else {
				Daemons.start("standby", () -> standBy(second));
			}
		});
	}

	private void standBy(Member member) {
		try {
			member.gateway().start(STANDBY);
			running(member);
		}
		catch (LauncherException ex) {
			this.members.remove(member);
			if (member.phase() != Phase.STOPPING && !this.closed) {
				this.journal.add("%s has ended before it had the session", member.name());
			}
		}
	}

	private boolean hasStandby() {
		return this.members.size() == 2;
	}

	boolean canStopFirst() {
		return !this.busy.get() && this.members.size() == 2;
	}

	/**
	 * Ask the first gateway to end, as a rolling update does.
	 */
	void stopFirst() {
		alone(() -> {
			Member first = this.members.get(0);
			boolean owns = first.equals(owner());
			first.enter(Phase.STOPPING);
			this.journal.add("%s is asked to end", first.name());
			if (owns) {
				this.handovers.handOver(first, first.gateway()::stop);
			}
			else {
				first.gateway().stop();
			}
			this.members.remove(first);
			this.journal.add("%s has ended", first.name());
		});
	}

	/**
	 * Return the gateway that the lease in Redis names.
	 * @return the gateway, {@code null} if there is none or Redis does not answer
	 */
	@Nullable Member owner() {
		try {
			return owner(this.session.owner());
		}
		catch (SessionUnavailableException ex) {
			return null;
		}
	}

	@Nullable Member owner(long pid) {
		return this.members.stream()
			.filter((member) -> pid != 0 && member.gateway().pid() == pid)
			.findFirst()
			.orElse(null);
	}

	private void alone(Runnable task) {
		if (!this.busy.compareAndSet(false, true)) {
			throw new LauncherException("The gateways are busy with what was asked before");
		}
		inBackground(task);
	}

	private void inBackground(Runnable task) {
		Daemons.start("gateways", () -> {
			try {
				task.run();
			}
			finally {
				this.busy.set(false);
			}
		});
	}

	@Override
	public void close() {
		this.closed = true;
		this.handovers.close();
		this.members.forEach((member) -> member.gateway().close());
	}

}
