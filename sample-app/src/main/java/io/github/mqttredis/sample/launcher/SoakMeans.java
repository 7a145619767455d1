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

package io.github.mqttredis.sample.launcher;

import java.time.Duration;

import io.github.mqttredis.sample.launcher.demo.SoakFault;
import io.github.mqttredis.sample.launcher.demo.SoakFault.Means;

/**
 * How the faults of a soak are made and healed.
 */
final class SoakMeans {

	/** Once there and back is less than a time-out, and more than a lease has time. */
	private static final Duration REDIS_LATENCY = Duration.ofMillis(400);

	private static final Duration BROKER_LATENCY = Duration.ofSeconds(2);

	private final Gateway gateway;

	private final EmbeddedRedis redis;

	private final SlowLink redisLink;

	private final EmbeddedBroker broker;

	private final SlowLink brokerLink;

	SoakMeans(Gateway gateway, EmbeddedRedis redis, SlowLink redisLink, EmbeddedBroker broker, SlowLink brokerLink) {
		this.gateway = gateway;
		this.redis = redis;
		this.redisLink = redisLink;
		this.broker = broker;
		this.brokerLink = brokerLink;
	}

	Means of(SoakFault fault) {
		return switch (fault) {
			case GATEWAY_KILLED -> new Means(this.gateway::kill, this.gateway::startSilent);
			case GATEWAY_PAUSED -> new Means(() -> this.gateway.signal("STOP"), () -> this.gateway.signal("CONT"));
			// The other faults go on while it stops.
			case GATEWAY_STOPPED -> new Means(() -> this.gateway.signal("TERM"), this::stopAndStart);
			case REDIS_KILLED -> new Means(this.redis::kill, this.redis::on);
			case REDIS_PAUSED -> new Means(() -> this.redis.signal("STOP"), () -> this.redis.signal("CONT"));
			case REDIS_SLOW -> slow(this.redisLink, REDIS_LATENCY, Duration.ZERO);
			case BROKER_OFF -> new Means(this.broker::off, this.broker::on);
			case BROKER_SLOW -> slow(this.brokerLink, BROKER_LATENCY, LauncherConfiguration.LATENCY);
		};
	}

	private void stopAndStart() {
		this.gateway.stop();
		this.gateway.startSilent();
	}

	private static Means slow(SlowLink link, Duration latency, Duration usual) {
		return new Means(() -> link.setLatency(latency), () -> link.setLatency(usual));
	}

}
