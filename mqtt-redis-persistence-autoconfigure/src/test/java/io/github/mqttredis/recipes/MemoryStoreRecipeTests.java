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

package io.github.mqttredis.recipes;

import io.github.mqttredis.session.SessionStatus;
import io.github.mqttredis.session.SessionStore;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.support.GenericMessage;
import org.springframework.test.annotation.DirtiesContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A test without Redis and without a broker.
 */
// tag::example[]
@SpringBootTest(classes = Gateway.class,
		properties = { "mqtt.persistence.store=memory", "mqtt.persistence.offline-buffer.enabled=true",
				"mqtt.client.client-id=gateway", "mqtt.client.server-uris=tcp://localhost:1" })
@DirtiesContext
class MemoryStoreRecipeTests {

	@Autowired
	@Qualifier("telemetry")
	private MessageChannel telemetry;

	@Autowired
	private SessionStore sessions;

	@Test
	void whenAReadingIsPublishedThenItIsKeptForTheBroker() {
		this.telemetry.send(new GenericMessage<>("21.5"));
		assertThat(this.sessions.sessions()).singleElement().extracting(SessionStatus::size).isEqualTo(1);
	}

}
// end::example[]
