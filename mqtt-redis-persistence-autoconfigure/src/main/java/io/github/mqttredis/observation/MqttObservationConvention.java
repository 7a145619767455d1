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

import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * Defines the keys and values of message observations. A bean of this type replaces the
 * default. The names are those of {@link MqttObservation}, unless {@link #getName()}
 * returns another.
 *
 * @since 0.1.0
 */
public interface MqttObservationConvention extends ObservationConvention<Observation.Context> {

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context instanceof MqttMessageContext;
	}

	@Override
	default KeyValues getLowCardinalityKeyValues(Observation.Context context) {
		return lowCardinality((MqttMessageContext) context);
	}

	@Override
	default KeyValues getHighCardinalityKeyValues(Observation.Context context) {
		return highCardinality((MqttMessageContext) context);
	}

	/**
	 * Return keys of few values. Asked at the start, and again at the end.
	 * @param context what is known of the message
	 * @return the keys with their values
	 */
	KeyValues lowCardinality(MqttMessageContext context);

	/**
	 * Return keys of many values, which meters do not get.
	 * @param context what is known of the message
	 * @return the keys with their values
	 */
	KeyValues highCardinality(MqttMessageContext context);

}
