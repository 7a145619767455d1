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

package io.github.mqttredis.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/**
 * Matches where the client manager shall speak MQTT 5: the application says so, or has
 * only Paho 5.
 */
class OnMqtt5ManagerCondition extends SpringBootCondition {

	private static final String VERSION = "mqtt.client.version";

	private static final String PAHO_3 = "org.eclipse.paho.client.mqttv3.MqttAsyncClient";

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConditionMessage.Builder message = ConditionMessage.forCondition("MQTT 5 client manager");
		String version = context.getEnvironment().getProperty(VERSION);
		if (StringUtils.hasText(version)) {
			return new ConditionOutcome("5".equals(version.trim()), message.because(VERSION + " is " + version));
		}
		boolean paho3 = ClassUtils.isPresent(PAHO_3, context.getClassLoader());
		return new ConditionOutcome(!paho3, message.because(paho3 ? "Paho 3 is there" : "only Paho 5 is there"));
	}

}
