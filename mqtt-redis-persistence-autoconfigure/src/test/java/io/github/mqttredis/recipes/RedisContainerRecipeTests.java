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

import com.redis.testcontainers.RedisContainer;
import io.github.mqttredis.session.SessionStore;
import org.junit.jupiter.api.Test;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.test.annotation.DirtiesContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A test with Redis in a container.
 */
@OnDocker
// tag::example[]
@SpringBootTest(classes = Gateway.class,
		properties = { "mqtt.client.client-id=gateway", "mqtt.client.server-uris=tcp://localhost:1" })
@Testcontainers
@DirtiesContext
class RedisContainerRecipeTests {

	@Container
	@ServiceConnection
	static final RedisContainer redis = new RedisContainer("redis:8.0");

	@Autowired
	private SessionStore sessions;

	@Test
	void whenTheApplicationRunsThenItsSessionIsInTheContainer() {
		assertThat(this.sessions.kind()).isEqualTo("redis");
		assertThat(this.sessions.server().isAvailable()).isTrue();
	}

}
// end::example[]
