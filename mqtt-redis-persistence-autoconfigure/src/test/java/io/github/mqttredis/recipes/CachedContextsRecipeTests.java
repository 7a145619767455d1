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

import io.github.mqttredis.session.SessionStore;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two contexts that Spring keeps at the same time.
 */
// tag::example[]
@SpringBootTest(classes = Gateway.class, properties = { "mqtt.persistence.store=memory",
		"mqtt.client.client-id=gateway-${random.uuid}", "mqtt.client.server-uris=tcp://localhost:1" })
class CachedContextsRecipeTests {

	@Test
	void whenTheFirstContextRunsThenItOwnsItsSession(@Autowired SessionStore sessions) {
		assertThat(sessions.sessions()).singleElement()
			.extracting((session) -> session.state().name())
			.isEqualTo("OWNER");
	}

	@Nested
	@TestPropertySource(properties = "spring.application.name=another")
	class WithOtherProperties {

		@Test
		void whenAnotherContextRunsThenItOwnsASessionOfItsOwn(@Autowired SessionStore sessions) {
			assertThat(sessions.sessions()).singleElement()
				.extracting((session) -> session.state().name())
				.isEqualTo("OWNER");
		}

	}

}
// end::example[]
