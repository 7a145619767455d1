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

import java.util.function.UnaryOperator;

/**
 * What a process does until it dies. A payload ends in its QoS.
 */
enum Scenario {

	QOS_1_PUBLISH("QoS 1 publish") {

		@Override
		void run(AppProcess app) throws Exception {
			app.create();
			app.connect();
			app.publish("a1");
			app.awaitQuiet();
			app.publish("b1");
			app.publish("c1");
			app.awaitQuiet();
		}

	},

	QOS_2_PUBLISH("QoS 2 publish") {

		@Override
		void run(AppProcess app) throws Exception {
			app.create();
			app.connect();
			app.publish("a2");
			app.awaitQuiet();
			app.publish("b2");
			app.publish("c2");
			app.awaitQuiet();
		}

	},

	QOS_2_RECEIVE("QoS 2 receive") {

		@Override
		void run(AppProcess app) throws Exception {
			app.create();
			app.connect();
			app.subscribe();
			app.feed("x2");
			app.awaitQuiet();
			app.feed("y2");
			app.feed("z2");
			app.awaitQuiet();
		}

	},

	BUFFERED_PUBLISH("offline-buffered publish") {

		@Override
		void run(AppProcess app) throws Exception {
			app.create();
			app.buffer();
			app.publish("a2");
			app.publish("b1");
			app.publish("c2");
			app.connect();
			app.awaitQuiet();
		}

	},

	BUFFERED_WHILE_LOST("offline-buffered publish after a lost connection") {

		@Override
		void run(AppProcess app) throws Exception {
			app.create();
			app.buffer();
			app.connect();
			app.publish("a2");
			app.awaitQuiet();
			app.cut();
			app.publish("b2");
			app.publish("c1");
			app.reconnect();
			app.awaitQuiet();
		}

	},

	RESTORE("restart while restoring") {

		@Override
		void prepare(Surroundings surroundings, String clientId, Ledger ledger) throws Exception {
			AppProcess app = AppProcess.of(surroundings, clientId, ledger, CrashPoint.NONE, Fault.NONE,
					UnaryOperator.identity());
			app.create();
			app.connect();
			app.subscribe();
			// A callback that does not end keeps r-N, and all that Paho would remove.
			app.hangInCallback();
			surroundings.feed(clientId, "x2", 2, ledger);
			app.awaitHanging();
			app.publish("a2");
			app.awaitRecord("sc-2");
			app.holdAnswers();
			app.publish("b1");
			app.publish("c2");
			app.awaitRecord("s-4");
			Trial.die(surroundings, clientId, ledger, app);
		}

		@Override
		void run(AppProcess app) throws Exception {
			app.create();
			app.connect();
			app.subscribe();
			app.feed("y2");
			app.awaitQuiet();
		}

	},

	RESTORE_BUFFERED("restart while restoring an offline buffer") {

		@Override
		void prepare(Surroundings surroundings, String clientId, Ledger ledger) throws Exception {
			AppProcess app = AppProcess.of(surroundings, clientId, ledger, CrashPoint.NONE, Fault.NONE,
					UnaryOperator.identity());
			app.create();
			app.buffer();
			app.publish("a2");
			app.publish("b2");
			app.publish("c1");
			app.awaitQueued(3);
			Trial.die(surroundings, clientId, ledger, app);
		}

		@Override
		void run(AppProcess app) throws Exception {
			app.create();
			app.connect();
			app.awaitQuiet();
		}

	},

	LINK_LOST_PUBLISHING("connection lost and restored, publishing") {

		@Override
		void run(AppProcess app) throws Exception {
			app.create();
			app.connect();
			app.holdAnswers();
			app.publish("a2");
			app.publish("b1");
			app.cut();
			app.reconnect();
			app.publish("c2");
			app.awaitQuiet();
		}

	},

	LINK_LOST_RECEIVING("connection lost and restored, receiving") {

		@Override
		void run(AppProcess app) throws Exception {
			app.create();
			app.connect();
			app.subscribe();
			app.cut();
			app.feed("x2");
			app.feed("y2");
			app.reconnect();
			app.subscribe();
			app.awaitQuiet();
		}

	},

	REFUSED_SENT("failed put of s-N: refused", new Fault("put SENT", 2, Fault.Kind.OUT_OF_MEMORY)) {

		@Override
		void run(AppProcess app) throws Exception {
			failingPublish(app);
		}

	},

	UNANSWERED_SENT("failed put of s-N: answer lost", new Fault("put SENT", 2, Fault.Kind.ANSWER_LOST)) {

		@Override
		void run(AppProcess app) throws Exception {
			failingPublish(app);
		}

	},

	REFUSED_PUBREL("failed put of sc-N: refused", new Fault("put PUBREL", 1, Fault.Kind.OUT_OF_MEMORY)) {

		@Override
		void run(AppProcess app) throws Exception {
			failingPubrel(app);
		}

	},

	UNANSWERED_PUBREL("failed put of sc-N: batch lost", new Fault("put PUBREL", 1, Fault.Kind.BATCH_LOST)) {

		@Override
		void run(AppProcess app) throws Exception {
			failingPubrel(app);
		}

	},

	REFUSED_RECEIVED("failed put of r-N: refused", new Fault("put RECEIVED", 1, Fault.Kind.OUT_OF_MEMORY)) {

		@Override
		void run(AppProcess app) throws Exception {
			app.create();
			app.connect();
			app.subscribe();
			app.feed("x2");
			app.awaitLost();
			app.reconnect();
			app.subscribe();
			app.awaitQuiet();
			app.feed("y2");
			app.awaitQuiet();
		}

	},

	UNANSWERED_FLUSH("failed put of s-N while the offline buffer is flushed",
			new Fault("put SENT", 1, Fault.Kind.BATCH_LOST)) {

		@Override
		void run(AppProcess app) throws Exception {
			app.create();
			app.buffer();
			app.publish("a2");
			app.publish("b2");
			app.connect();
			app.awaitLost();
			app.reconnect();
			app.awaitQuiet();
		}

	},

	IDS_WRAP("packet ids wrapping") {

		@Override
		void run(AppProcess app) throws Exception {
			app.create();
			app.lastPacketId(65_533);
			app.connect();
			app.holdAnswers();
			app.publish("a2");
			app.publish("b1");
			app.publish("c2");
			app.publish("d1");
			app.releaseAnswers();
			app.awaitQuiet();
		}

	};

	private final String title;

	private final Fault fault;

	Scenario(String title) {
		this(title, Fault.NONE);
	}

	Scenario(String title, Fault fault) {
		this.title = title;
		this.fault = fault;
	}

	private static void failingPublish(AppProcess app) throws Exception {
		app.create();
		app.connect();
		app.publish("a2");
		app.awaitQuiet();
		app.tryToPublish("b2");
		app.publishAtLast("c2");
		app.awaitQuietAgain();
	}

	private static void failingPubrel(AppProcess app) throws Exception {
		app.create();
		app.connect();
		app.publish("a2");
		app.awaitLost();
		app.reconnect();
		app.publishAtLast("b2");
		app.awaitQuietAgain();
	}

	Fault fault() {
		return this.fault;
	}

	/**
	 * Return whether the application is sent messages.
	 * @return whether it subscribes
	 */
	boolean receives() {
		return this == QOS_2_RECEIVE || this == LINK_LOST_RECEIVING || this == REFUSED_RECEIVED || this == RESTORE;
	}

	/**
	 * Bring about what the process finds that is watched.
	 */
	void prepare(Surroundings surroundings, String clientId, Ledger ledger) throws Exception {
	}

	abstract void run(AppProcess app) throws Exception;

	@Override
	public String toString() {
		return this.title;
	}

}
