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

package io.github.mqttredis.offline;

import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.SharedServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The offline buffer of Paho 3, with Artemis.
 */
@Tag("thorough")
class ArtemisV3OfflineBufferTests extends AbstractOfflineBufferTests {

	@SharedServer
	private static ArtemisBroker broker;

	@Override
	String broker() {
		return broker.uri();
	}

	@Override
	Process process(int redisPort, String brokerUri) {
		return new V3Process(redisPort, brokerUri);
	}

	@Override
	String version() {
		return "v3";
	}

	@Test
	void whenALiveMessageFindsNoRoomThenThoseBehindItOnItsTopicWaitAsWell() throws Exception {
		assertThatLiveMessagesBehindOneWithoutRoomWaitAsWell();
	}

}
