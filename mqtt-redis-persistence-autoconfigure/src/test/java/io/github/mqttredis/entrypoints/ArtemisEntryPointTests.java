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

package io.github.mqttredis.entrypoints;

import io.github.mqttredis.testing.ArtemisBroker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/**
 * The examples with Artemis.
 */
@Tag("thorough")
class ArtemisEntryPointTests extends AbstractEntryPointTests {

	private ArtemisBroker broker;

	@BeforeEach
	void startBroker() {
		this.broker = ArtemisBroker.start();
	}

	@AfterEach
	void stopBroker() {
		this.broker.close();
	}

	@Override
	protected String broker() {
		return this.broker.uri();
	}

	/**
	 * Artemis forgets that its PUBREL was not answered where the client comes back while
	 * its old link still looks open, as it does here.
	 */
	@Override
	protected int stuckQos() {
		return 1;
	}

}
