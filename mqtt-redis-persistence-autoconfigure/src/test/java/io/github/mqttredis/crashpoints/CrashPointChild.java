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

import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;

/**
 * A process that really dies: runs a scenario and halts at a point, or publishes until it
 * is killed. Tells its parent on its standard output what the application saw.
 */
final class CrashPointChild {

	static final int DIED = 137;

	private static final String LOAD = "load";

	private static final int IN_FLIGHT = 20;

	private CrashPointChild() {
	}

	public static void main(String[] args) throws Exception {
		LoggingSystem.get(CrashPointChild.class.getClassLoader()).setLogLevel("io.github.mqttredis", LogLevel.OFF);
		Logger.getLogger("org.eclipse.paho").setLevel(Level.OFF);
		Surroundings surroundings = new Surroundings(Integer.parseInt(args[0]), args[1], Variant.valueOf(args[5]));
		Ledger ledger = new TellingLedger();
		try {
			if (LOAD.equals(args[3])) {
				publishUntilKilled(AppProcess.ofThisJvm(surroundings, args[2], ledger, CrashPoint.NONE, Fault.NONE),
						args[4]);
			}
			Scenario scenario = Scenario.valueOf(args[3]);
			AppProcess app = AppProcess.ofThisJvm(surroundings, args[2], ledger, CrashPoint.parse(args[4]),
					scenario.fault());
			scenario.run(app);
			// A last call may still come, from another thread.
			app.life().awaitDeath(1000);
			Runtime.getRuntime().halt(0);
		}
		catch (Exception ex) {
			ledger.failed(ex.toString());
			Runtime.getRuntime().halt(1);
		}
	}

	private static void publishUntilKilled(AppProcess app, String prefix) throws Exception {
		app.create();
		app.connect();
		app.subscribe();
		tell("ready", prefix);
		for (int i = 0;; i++) {
			String payload = prefix + "-" + i + "-" + (1 + i % 2);
			while (app.packetIdsInUse() >= IN_FLIGHT) {
				TimeUnit.MILLISECONDS.sleep(1);
			}
			app.publish(payload);
		}
	}

	private static synchronized void tell(String what, String payload) {
		System.out.println("@" + what + " " + payload);
		System.out.flush();
	}

	private static final class TellingLedger extends Ledger {

		@Override
		synchronized void returned(String payload) {
			super.returned(payload);
			tell("returned", payload);
		}

		@Override
		synchronized void stored(String record) {
			super.stored(record);
			if (!record.isEmpty()) {
				tell("stored", record);
			}
		}

		@Override
		synchronized void received(String payload) {
			super.received(payload);
			tell("received", payload);
		}

		@Override
		synchronized void arrived(String key, String payload) {
			super.arrived(key, payload);
			tell("arrived", key + " " + payload);
		}

		@Override
		synchronized void fed(String payload) {
			super.fed(payload);
			tell("fed", payload);
		}

		@Override
		synchronized void failed(String failure) {
			super.failed(failure);
			tell("failed", failure.replace('\n', ' '));
		}

	}

}
