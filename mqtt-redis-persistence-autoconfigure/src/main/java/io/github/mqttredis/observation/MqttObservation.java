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

import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.docs.ObservationDocumentation;

/**
 * The observations of messages.
 *
 * @since 0.1.0
 */
public enum MqttObservation implements ObservationDocumentation {

	/**
	 * A message from {@code publish} until the broker has acknowledged it, it waits in
	 * the offline buffer, or it was refused.
	 */
	PUBLISH("mqtt.publish", "mqtt publish"),

	/**
	 * A message that was stored by a process that died, or while the broker was away:
	 * from when it is sent until the broker has acknowledged it. Its parent is the
	 * observation in which the message was published.
	 */
	DELIVER("mqtt.deliver", "mqtt deliver"),

	/**
	 * A message from its arrival until the application has handled it, or acknowledged it
	 * manually. A QoS 2 message arrives when the broker releases it.
	 */
	RECEIVE("mqtt.receive", "mqtt receive");

	private final String name;

	private final String contextualName;

	MqttObservation(String name, String contextualName) {
		this.name = name;
		this.contextualName = contextualName;
	}

	@Override
	public String getName() {
		return this.name;
	}

	@Override
	public String getContextualName() {
		return this.contextualName;
	}

	@Override
	public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
		return DefaultMqttObservationConvention.class;
	}

	@Override
	public KeyName[] getLowCardinalityKeyNames() {
		return LowCardinality.values();
	}

	@Override
	public KeyName[] getHighCardinalityKeyNames() {
		return HighCardinality.values();
	}

	@Override
	public String getPrefix() {
		return "mqtt";
	}

	/**
	 * Keys with few values.
	 */
	public enum LowCardinality implements KeyName {

		/**
		 * The client's id.
		 */
		CLIENT_ID("mqtt.client.id"),

		/**
		 * The quality of service: 0, 1 or 2.
		 */
		QOS("mqtt.qos"),

		/**
		 * The version of MQTT: v3 or v5.
		 */
		VERSION("mqtt.version"),

		/**
		 * The outcome of the message: acknowledged, sent (QoS 0), stored, handled, or
		 * failed; none while it is open.
		 */
		OUTCOME("mqtt.outcome");

		private final String key;

		LowCardinality(String key) {
			this.key = key;
		}

		@Override
		public String asString() {
			return this.key;
		}

	}

	/**
	 * Keys with many values.
	 */
	public enum HighCardinality implements KeyName {

		/**
		 * The message's topic.
		 */
		TOPIC("mqtt.topic");

		private final String key;

		HighCardinality(String key) {
			this.key = key;
		}

		@Override
		public String asString() {
			return this.key;
		}

	}

}
