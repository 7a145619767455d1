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

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

import io.github.mqttredis.sample.launcher.LauncherException;
import io.github.mqttredis.sample.launcher.Switch;
import org.jspecify.annotations.Nullable;

/**
 * What the buttons of the page do, by name.
 */
class Actions {

	private final Map<String, Action> actions = new LinkedHashMap<>();

	private final Journal journal;

	Actions(Publisher publisher, Gateways gateways, LivePage.Servers servers, Journal journal) {
		this.journal = journal;
		for (int qos = 1; qos <= 2; qos++) {
			addPublish(publisher, 100, qos);
			addPublish(publisher, 1000, qos);
		}
		addPublish(publisher, 10_000, 1);
		addSwitch("broker", "The broker", servers.broker());
		addSwitch("redis", "Redis", servers.redis());
		add("kill", gateways::canKill, gateways::kill);
		add("second-wait", gateways::canStartSecond, () -> gateways.startSecond(false));
		add("second-takeover", gateways::canStartSecond, () -> gateways.startSecond(true));
		add("stop-first", gateways::canStopFirst, gateways::stopFirst);
	}

	private void addPublish(Publisher publisher, int count, int qos) {
		add("publish-%d-%d".formatted(count, qos), () -> true, () -> {
			this.journal.add("Publishing %d readings of QoS %d", count, qos);
			publisher.publish(count, qos);
		});
	}

	private void addSwitch(String name, String server, @Nullable Switch target) {
		if (target == null) {
			// It is not the launcher's.
			return;
		}
		add(name + "-off", target::isOn, () -> {
			target.off();
			this.journal.add("%s is off", server);
		});
		add(name + "-on", () -> !target.isOn(), () -> {
			target.on();
			this.journal.add("%s is on", server);
		});
	}

	private void add(String name, BooleanSupplier available, Runnable task) {
		this.actions.put(name, new Action(available, task));
	}

	/**
	 * Return the actions and whether each may be asked for now.
	 * @return availability by name
	 */
	Map<String, Boolean> available() {
		Map<String, Boolean> available = new LinkedHashMap<>();
		this.actions.forEach((name, action) -> available.put(name, action.available().getAsBoolean()));
		return available;
	}

	/**
	 * Do what a button stands for.
	 * @param name the name of the action
	 * @return what came of it
	 */
	Outcome run(String name) {
		Action action = this.actions.get(name);
		if (action == null) {
			return Outcome.UNKNOWN;
		}
		if (!action.available().getAsBoolean()) {
			return Outcome.NOT_NOW;
		}
		try {
			action.task().run();
			return Outcome.DONE;
		}
		catch (LauncherException ex) {
			this.journal.add("%s", String.valueOf(ex.getMessage()));
			return Outcome.NOT_NOW;
		}
	}

	/**
	 * What came of an action.
	 */
	enum Outcome {

		/** It is done or under way. */
		DONE,

		/** It cannot be done as things stand. */
		NOT_NOW,

		/** There is no such action. */
		UNKNOWN

	}

	/**
	 * An action.
	 *
	 * @param available whether it may be asked for now
	 * @param task what it does
	 */
	private record Action(BooleanSupplier available, Runnable task) {

	}

}
