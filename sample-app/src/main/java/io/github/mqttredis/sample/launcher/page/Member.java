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

import java.util.Iterator;
import java.util.Locale;

import io.github.mqttredis.sample.launcher.Gateway;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One of the gateways that share a client id.
 */
final class Member {

	private final String name;

	private final int port;

	private final Gateway gateway;

	private volatile Phase phase = Phase.STARTING;

	Member(String name, int port, Gateway gateway) {
		this.name = name;
		this.port = port;
		this.gateway = gateway;
	}

	String name() {
		return this.name;
	}

	int port() {
		return this.port;
	}

	Gateway gateway() {
		return this.gateway;
	}

	Phase phase() {
		return this.phase;
	}

	void enter(Phase next) {
		this.phase = next;
	}

	/**
	 * Describe the gateway, in its own words where it can be asked.
	 * @param owner the id of the process that owns the session, 0 if nobody does or that
	 * is unknown
	 * @return how it stands
	 */
	View view(long owner) {
		long pid = this.gateway.pid();
		boolean owns = owner != 0 && owner == pid;
		if (this.phase != Phase.RUNNING || !this.gateway.isAlive()) {
			boolean waits = this.phase == Phase.STARTING && owner != 0 && !owns;
			return new View(this.name, this.port, pid, owns,
					waits ? "waiting for the lease" : this.phase.name().toLowerCase(Locale.ROOT), "none", null);
		}
		JsonNode health = this.gateway.client().sessionHealth();
		Iterator<JsonNode> clients = health.path("details").path("clients").iterator();
		JsonNode client = clients.hasNext() ? clients.next() : health.path("none");
		return new View(this.name, this.port, pid, owns, client.path("state").asString("unknown"),
				health.path("status").asString("no answer"), Link.of(client.path("link")));
	}

	/**
	 * Where a gateway stands in its life.
	 */
	enum Phase {

		/** Its process starts, or waits for the session. */
		STARTING,

		/** It was ready, and nobody has ended it. */
		RUNNING,

		/** It was killed and is started again. */
		RESTARTING,

		/** It was asked to end. */
		STOPPING

	}

	/**
	 * What is shown of a gateway.
	 *
	 * @param name its name
	 * @param port the port of its HTTP endpoints
	 * @param pid the id of its process
	 * @param owner whether the lease in Redis names this process
	 * @param state the state of its client
	 * @param health the health of its session
	 * @param link the link of its client, {@code null} if that is unknown
	 */
	record View(String name, int port, long pid, boolean owner, String state, String health, @Nullable Link link) {

	}

	/**
	 * What is shown of a client's link to the broker.
	 *
	 * @param state connected, away or closed
	 * @param since since when, in ISO 8601
	 * @param reason why it is away, {@code null} if it is not
	 */
	record Link(String state, String since, @Nullable String reason) {

		static @Nullable Link of(JsonNode link) {
			if (link.isMissingNode()) {
				return null;
			}
			String state = link.path("state").asString("unknown");
			return new Link(state, link.path("since").asString(""),
					state.equals("away") ? link.path("lastFailure").asString(null) : null);
		}

	}

}
