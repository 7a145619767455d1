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

import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.junit.jupiter.api.Test;
import org.mockito.Answers;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.support.GenericMessage;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.BDDMockito.then;

/**
 * A test whose client manager is a mock.
 */
// tag::example[]
@SpringBootTest(classes = Gateway.class, properties = "mqtt.persistence.store=memory")
@DirtiesContext
class MockedManagerRecipeTests {

	// The handler asks the manager for its options when it is made.
	@MockitoBean(answers = Answers.RETURNS_DEEP_STUBS)
	private Mqttv3ClientManager mqtt;

	@Autowired
	@Qualifier("telemetry")
	private MessageChannel telemetry;

	@Test
	void whenAReadingIsSentThenItIsPublished() throws Exception {
		this.telemetry.send(new GenericMessage<>("21.5"));
		then(this.mqtt.getClient()).should().publish(eq("telemetry"), any(MqttMessage.class), any(), any());
	}

}
// end::example[]
