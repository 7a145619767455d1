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

package io.github.mqttredis.observation;

import java.util.Locale;

import io.github.mqttredis.observation.MqttObservation.HighCardinality;
import io.github.mqttredis.observation.MqttObservation.LowCardinality;
import io.github.mqttredis.paho.MessageObserver.Message;
import io.github.mqttredis.paho.MessageObserver.Outcome;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;

/**
 * The keys of {@link MqttObservation}.
 *
 * @since 0.1.0
 */
public class DefaultMqttObservationConvention implements MqttObservationConvention {

	@Override
	public KeyValues lowCardinality(MqttMessageContext context) {
		Message message = context.getMessage();
		Outcome outcome = context.getOutcome();
		return KeyValues.of(LowCardinality.CLIENT_ID.withValue(message.clientId()),
				LowCardinality.QOS.withValue(Integer.toString(message.qos())),
				LowCardinality.VERSION.withValue(message.version().suffix()), LowCardinality.OUTCOME
					.withValue((outcome != null) ? outcome.name().toLowerCase(Locale.ROOT) : KeyValue.NONE_VALUE));
	}

	@Override
	public KeyValues highCardinality(MqttMessageContext context) {
		return KeyValues.of(HighCardinality.TOPIC.withValue(context.getMessage().topic()));
	}

}
