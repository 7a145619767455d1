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

import io.github.mqttredis.testing.ArtemisBroker;

/**
 * The crash points, against Artemis.
 */
class ArtemisCrashPointTests extends AbstractCrashPointTests {

	private ArtemisBroker broker;

	@Override
	Variant variant() {
		return Variant.V3;
	}

	@Override
	Surroundings startSurroundings(int redisPort) throws Exception {
		this.broker = ArtemisBroker.start();
		return new Surroundings(redisPort, this.broker.uri(), variant()).withNewPacketIds();
	}

	@Override
	void stopBroker() {
		this.broker.close();
	}

	@Override
	boolean killsJvm() {
		return true;
	}

	@Override
	Slice slice() {
		return new Slice(5, 1, 3);
	}

}
