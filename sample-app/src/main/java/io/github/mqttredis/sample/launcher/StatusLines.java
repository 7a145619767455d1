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

import java.util.concurrent.atomic.LongAdder;

import org.springframework.dao.DataAccessException;

/**
 * Prints once a second what is published, in flight and delivered.
 */
class StatusLines {

	private final Gateway gateway;

	private final InflightReader inflight;

	private final LongAdder delivered = new LongAdder();

	StatusLines(Gateway gateway, InflightReader inflight) {
		this.gateway = gateway;
		this.inflight = inflight;
	}

	void delivered() {
		this.delivered.increment();
	}

	void print() {
		System.out.printf("published %d   in flight %s   delivered %d%n", this.gateway.client().published(), inRedis(),
				this.delivered.sum());
	}

	private String inRedis() {
		try {
			return Long.toString(this.inflight.count());
		}
		catch (DataAccessException ex) {
			return "? (Redis does not answer)";
		}
	}

}
