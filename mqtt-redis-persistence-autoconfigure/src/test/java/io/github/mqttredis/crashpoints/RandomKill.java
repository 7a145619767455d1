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

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.mqttredis.crashpoints.CrashPoint.Phase;
import io.github.mqttredis.testing.Await;
import org.eclipse.paho.client.mqttv3.MqttException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A JVM that publishes and receives as fast as it can until it is killed.
 */
final class RandomKill {

	/**
	 * Where it dies is not known, so it may be anywhere: also where most is permitted.
	 */
	private static final CrashPoint ANYWHERE = new CrashPoint(Phase.AFTER, "callback", 1);

	private final Surroundings surroundings;

	private final String clientId;

	private final int millis;

	private final Ledger ledger = new Ledger();

	private final AtomicBoolean stopped = new AtomicBoolean();

	RandomKill(Surroundings surroundings, String clientId, int millis) {
		this.surroundings = surroundings;
		this.clientId = clientId;
		this.millis = millis;
	}

	Verdict run() throws Exception {
		ChildProcess child = new ChildProcess(this.surroundings, this.clientId, this.ledger, "load", "m");
		child.awaitReady();
		if (!this.ledger.failures().isEmpty()) {
			return new Verdict(false, this.ledger.failures(), child.toString());
		}
		Thread feeder = new Thread(this::feed, "feeder");
		feeder.start();
		TimeUnit.MILLISECONDS.sleep(this.millis);
		child.kill();
		child.awaitEnd();
		this.stopped.set(true);
		feeder.join(Await.MILLIS);
		assertThat(feeder.isAlive()).as("the broker is fed").isFalse();
		Map<String, String> left = Trial.remains(this.surroundings, this.clientId);
		return new Trial(this.surroundings, Scenario.QOS_2_RECEIVE, ANYWHERE, this.clientId, this.ledger).judge(true,
				left, child.toString());
	}

	private void feed() {
		for (int i = 0; !this.stopped.get(); i++) {
			try {
				this.surroundings.feed(this.clientId, "f-" + i + "-2", 2, this.ledger);
			}
			catch (MqttException ex) {
				this.ledger.failed("feeder: " + ex);
				return;
			}
		}
	}

}
