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

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

import io.github.mqttredis.crashpoints.CrashSwitch.DeadProcessError;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Load;
import redis.clients.jedis.Jedis;

/**
 * One run of a scenario: a process that dies at a point, and what its successor makes of
 * what it left.
 */
final class Trial {

	private static final AtomicInteger NUMBER = new AtomicInteger();

	private static final ExecutorService GRAVEDIGGERS = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "gravedigger");
		thread.setDaemon(true);
		return thread;
	});

	private static final Queue<Future<?>> BURIALS = new ConcurrentLinkedQueue<>();

	private static final String UNSETTLED = "the successor does not become quiet";

	private final Surroundings surroundings;

	private final Scenario scenario;

	private final CrashPoint point;

	private final String clientId;

	private final Ledger ledger;

	Trial(Surroundings surroundings, Scenario scenario, CrashPoint point) {
		this(surroundings, scenario, point, "app" + NUMBER.incrementAndGet(), new Ledger());
	}

	Trial(Surroundings surroundings, Scenario scenario, CrashPoint point, String clientId, Ledger ledger) {
		this.surroundings = surroundings;
		this.scenario = scenario;
		this.point = point;
		this.clientId = clientId;
		this.ledger = ledger;
	}

	/**
	 * Find out which points a scenario has: those of two runs that nothing ends.
	 * @param surroundings where to run
	 * @param scenario the scenario
	 * @return the points
	 */
	static List<CrashPoint> points(Surroundings surroundings, Scenario scenario) throws Exception {
		List<CrashPoint> result = null;
		for (int i = 0; i < 2; i++) {
			List<CrashPoint> points = new ArrayList<>();
			Verdict verdict = new Trial(surroundings, scenario, CrashPoint.NONE).run(UnaryOperator.identity(), points);
			if (!verdict.isGood()) {
				throw new IllegalStateException(scenario + " fails without a crash: " + verdict);
			}
			if (result == null) {
				result = points;
			}
			else {
				result.retainAll(points);
			}
		}
		return result;
	}

	Verdict run() throws Exception {
		return run(UnaryOperator.identity(), new ArrayList<>());
	}

	Verdict run(UnaryOperator<Session> mutation) throws Exception {
		return run(mutation, new ArrayList<>());
	}

	private Verdict run(UnaryOperator<Session> mutation, List<CrashPoint> points) throws Exception {
		this.scenario.prepare(this.surroundings, this.clientId, this.ledger);
		AppProcess app = AppProcess.of(this.surroundings, this.clientId, this.ledger, this.point, this.scenario.fault(),
				mutation);
		CountDownLatch ended = new CountDownLatch(1);
		Thread thread = new Thread(() -> {
			runScenario(app);
			ended.countDown();
		}, "app");
		thread.setDaemon(true);
		thread.start();
		while (!app.life().awaitDeath(1) && ended.getCount() > 0) {
			// The one or the other comes: what the application waits for has a deadline.
			Thread.onSpinWait();
		}
		if (this.point != CrashPoint.NONE) {
			// Threads of the process may still have a last call to make.
			app.life().awaitDeath(1000);
		}
		points.addAll(app.life().points());
		boolean reached = app.life().isDead();
		String story = "killed in " + app.life().killer() + " after " + app.life();
		Map<String, String> left = die(this.surroundings, this.clientId, this.ledger, app);
		return judge(reached, left, story);
	}

	/**
	 * Run in a JVM of its own, which halts at the point.
	 * @return the verdict, which must be the same
	 */
	Verdict runInChild() throws Exception {
		this.scenario.prepare(this.surroundings, this.clientId, this.ledger);
		ChildProcess child = new ChildProcess(this.surroundings, this.clientId, this.ledger, this.scenario.name(),
				this.point.format());
		int code = child.awaitEnd();
		return judge(code == CrashPointChild.DIED, remains(this.surroundings, this.clientId), child.toString());
	}

	private void runScenario(AppProcess app) {
		try {
			this.scenario.run(app);
		}
		catch (DeadProcessError ex) {
			// It died as it should.
		}
		catch (Exception | Error ex) {
			if (!app.life().isDead()) {
				this.ledger.failed(ex.toString());
			}
		}
	}

	/**
	 * Kill a process that is not dead yet, and wait until nothing of it is under way.
	 * @return the records that it left
	 */
	static Map<String, String> die(Surroundings surroundings, String clientId, Ledger ledger, AppProcess app)
			throws InterruptedException {
		app.life().kill();
		app.life().awaitCommands();
		Await.until("nothing is fed any more", () -> !ledger.isFeeding());
		bury(app);
		return remains(surroundings, clientId);
	}

	private static void bury(AppProcess app) {
		BURIALS.add(GRAVEDIGGERS.submit(() -> {
			app.bury();
			GRAVEDIGGERS.execute(app::forget);
		}));
	}

	/**
	 * Wait until the dead processes use Redis no more, and log what other tests of this
	 * JVM would read.
	 */
	static void awaitBurials() throws Exception {
		for (Future<?> burial = BURIALS.poll(); burial != null; burial = BURIALS.poll()) {
			burial.get(Await.MILLIS, TimeUnit.MILLISECONDS);
		}
	}

	/**
	 * Drop the lease of a dead process, so that its successor need not wait.
	 * @return the records that it left
	 */
	static Map<String, String> remains(Surroundings surroundings, String clientId) {
		try (Jedis jedis = surroundings.jedis()) {
			byte[] hash = surroundings.hash(clientId).getBytes(StandardCharsets.UTF_8);
			jedis.del(surroundings.hash(clientId) + ":lease");
			Map<String, String> result = new TreeMap<>();
			jedis.hgetAll(hash)
				.forEach((key, value) -> result.put(new String(key, StandardCharsets.UTF_8),
						new String(value, StandardCharsets.ISO_8859_1)));
			return result;
		}
	}

	/**
	 * Start a successor and check what came of all messages.
	 * @param reached whether the process died where it should
	 * @param left the records that it left
	 * @param story what happened
	 * @return the verdict
	 */
	Verdict judge(boolean reached, Map<String, String> left, String story) {
		List<String> violations = new ArrayList<>(this.ledger.failures());
		AppProcess successor = AppProcess.of(this.surroundings, this.clientId, this.ledger, CrashPoint.NONE, Fault.NONE,
				UnaryOperator.identity());
		try {
			successor.create();
			successor.expectOrphans(Permitted.orphans(this.point, left, this.surroundings.hasNewPacketIds()));
			successor.connect();
			if (this.scenario.receives()) {
				successor.subscribe();
				// Artemis sends a PUBREL that is due only when it next has a message of
				// QoS 2 for the client.
				successor.feed("nudge2");
			}
			settle(successor, violations);
			// What was sent before these has arrived when these have.
			successor.publish("end2");
			settle(successor, violations);
			// The broker has it, and delivers it at once if it ever does.
			successor.await("the last message is delivered", Load.seconds(3),
					() -> this.surroundings.seen(this.clientId).containsKey("end2"));
			if (this.scenario.receives()) {
				successor.feed("last2");
			}
			settle(successor, violations);
		}
		catch (Exception ex) {
			violations.add("successor: " + ex);
		}
		Checks checks = new Checks(this.ledger, this.surroundings.seen(this.clientId), "out/" + this.clientId,
				this.surroundings.link(this.clientId).recorded(), left, this.surroundings.variant().durability(),
				Permitted.repeatsAt(this.point), this.surroundings.hasNewPacketIds());
		violations.addAll(checks.violations());
		String all = story + "\nleft " + left.keySet() + "; returned " + this.ledger.returned() + ", delivered "
				+ this.surroundings.seen(this.clientId) + "; fed " + this.ledger.fed() + ", received "
				+ this.ledger.received() + "; successor " + successor.life();
		bury(successor);
		this.surroundings.unlink(this.clientId);
		return new Verdict(reached, violations, all);
	}

	private static void settle(AppProcess successor, List<String> violations) throws Exception {
		if (!violations.contains(UNSETTLED) && !successor.becomesQuiet()) {
			violations.add(UNSETTLED);
			if (successor.packetIdsInUse() > 0) {
				violations.add("packet ids leaked: " + successor.packetIdsInUse());
			}
			successor.records().stream().sorted().map((key) -> "record left: " + key).forEach(violations::add);
		}
	}

}
