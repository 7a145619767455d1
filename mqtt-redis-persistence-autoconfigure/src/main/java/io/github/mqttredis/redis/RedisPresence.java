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
import java.util.function.BiConsumer;

import io.github.mqttredis.session.Unfailing;
import org.jspecify.annotations.Nullable;

/**
 * Whether Redis answers. Once a command was not answered Redis counts as away: nothing is
 * sent but probes, until one is answered. All but {@link #away()} is called in turn
 * ({@link IoLoop}) only.
 */
final class RedisPresence {

	private static final Duration FIRST_PROBE = Duration.ofMillis(50);

	private static final Duration SLOWEST_PROBE = Duration.ofSeconds(1);

	private final RedisLink link;

	private final BiConsumer<Runnable, Duration> later;

	private final Runnable onAway;

	private final Runnable onBack;

	/** Has another connection to a Cluster made, which others do not wait for. */
	private final Runnable connectAnew;

	private volatile @Nullable RedisTrouble away;

	RedisPresence(RedisLink link, BiConsumer<Runnable, Duration> later, Runnable onAway, Runnable onBack,
			Runnable connectAnew) {
		this.link = link;
		this.later = later;
		this.onAway = onAway;
		this.onBack = onBack;
		this.connectAnew = connectAnew;
	}

	/**
	 * Return why Redis counts as away.
	 * @return the reason, {@code null} if it does not
	 */
	@Nullable RedisTrouble away() {
		return this.away;
	}

	/**
	 * Note that Redis did not answer. A connection that broke is made anew at once; if
	 * that fails too, Redis counts as away. In a Cluster one node is not all of them: as
	 * long as any other answers, those sessions go on that are there.
	 * @param trouble what happened
	 * @param told whether sessions are told if it answers over a new connection
	 * @param othersAnswered whether something else was answered meanwhile
	 */
	void lost(RedisTrouble trouble, boolean told, boolean othersAnswered) {
		if (this.link.isCluster() && (othersAnswered || isAnyNodeThere())) {
			this.connectAnew.run();
			return;
		}
		if (trouble.isTimeout()) {
			// A second wait of the same length would be the callers' loss.
			goAway(trouble);
			return;
		}
		this.link.reset();
		try {
			this.link.ping();
			if (told) {
				this.onBack.run();
			}
		}
		catch (RedisTrouble again) {
			goAway(again);
		}
	}

	private boolean isAnyNodeThere() {
		try {
			this.link.ping();
			return true;
		}
		catch (RedisTrouble trouble) {
			return false;
		}
	}

	private void goAway(RedisTrouble trouble) {
		boolean known = this.away != null;
		this.away = trouble;
		// First of all, so that nothing can keep Redis from being probed.
		probeLater(FIRST_PROBE);
		if (!known) {
			Unfailing.log(() -> RedisSessionStore.logger.warn("Redis at " + this.link.describe()
					+ " is away; MQTT messages are not accepted until it is back: " + trouble.getMessage()));
		}
		this.onAway.run();
	}

	private void probeLater(Duration delay) {
		Unfailing.repeat(() -> this.later.accept(() -> probe(delay), delay), () -> true, Listeners::unexpected);
	}

	private void probe(Duration delay) {
		try {
			this.link.reset();
			this.link.ping();
			this.away = null;
		}
		catch (RedisTrouble trouble) {
			this.away = trouble;
		}
		finally {
			if (this.away != null) {
				Duration doubled = delay.multipliedBy(2);
				Duration next = (doubled.compareTo(SLOWEST_PROBE) > 0) ? SLOWEST_PROBE : doubled;
				probeLater(next);
			}
		}
		if (this.away == null) {
			Unfailing.log(() -> RedisSessionStore.logger.info("Redis at " + this.link.describe() + " is back"));
			this.onBack.run();
		}
	}

}
