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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.github.mqttredis.session.SessionActivity;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The machine may sleep, and somebody may set the time of day.
 */
class LeaseClockTests {

	private static final Duration TTL = Duration.ofMinutes(10);

	private final AtomicLong timeOfDay = new AtomicLong(TimeUnit.DAYS.toMillis(365));

	private final LeaseClock clock = new LeaseClock(TTL, new SessionActivity(), this.timeOfDay::get);

	LeaseClockTests() {
		this.clock.taken(this.clock.now());
	}

	@Test
	void whenTheMachineSleepsThenTheLeaseRunsOut() {
		assertThat(this.clock.isDue()).isFalse();
		this.timeOfDay.addAndGet(TTL.toMillis() / 2);
		assertThat(this.clock.isDue()).isTrue();
		assertThat(this.clock.remaining()).isEqualTo(TTL.dividedBy(2));
		this.timeOfDay.addAndGet(TTL.toMillis());
		assertThat(this.clock.remaining()).isZero();
		this.clock.renewed(this.clock.now());
		assertThat(this.clock.remaining()).isGreaterThan(TTL.dividedBy(2));
	}

	@Test
	void whenTheTimeOfDayIsSetBackThenTheLeaseIsNoLonger() {
		this.timeOfDay.addAndGet(-TimeUnit.DAYS.toMillis(1));
		assertThat(this.clock.remaining()).isLessThanOrEqualTo(TTL).isGreaterThan(TTL.dividedBy(2));
	}

}
