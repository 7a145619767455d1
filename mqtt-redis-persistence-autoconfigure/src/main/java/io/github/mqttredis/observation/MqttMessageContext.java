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

import java.util.Map;

import io.github.mqttredis.paho.MessageObserver.Message;
import io.github.mqttredis.paho.MessageObserver.Outcome;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.ReceiverContext;
import io.micrometer.observation.transport.SenderContext;
import org.jspecify.annotations.Nullable;

/**
 * The context of an observed message: a {@link Sender} or a {@link Receiver}, which carry
 * the trace as Micrometer's handlers write and read it.
 *
 * @since 0.1.0
 */
public interface MqttMessageContext {

	/**
	 * Return which observation it is.
	 * @return the observation
	 */
	MqttObservation getObservation();

	/**
	 * Return the message.
	 * @return the message
	 */
	Message getMessage();

	/**
	 * Return what has become of the message.
	 * @return the outcome, {@code null} as long as that is open
	 */
	@Nullable Outcome getOutcome();

	/**
	 * Note what has become of the message.
	 * @param outcome the outcome
	 */
	void setOutcome(Outcome outcome);

	/**
	 * Of {@link MqttObservation#PUBLISH}.
	 */
	final class Sender extends SenderContext<Map<String, String>> implements MqttMessageContext {

		private final Message message;

		private @Nullable Outcome outcome;

		Sender(Message message, Map<String, String> headers) {
			super((carrier, name, value) -> {
				if (carrier != null) {
					carrier.put(name, value);
				}
			}, Kind.PRODUCER);
			setCarrier(headers);
			this.message = message;
			setName(MqttObservation.PUBLISH.getName());
			setContextualName(MqttObservation.PUBLISH.getContextualName());
		}

		@Override
		public MqttObservation getObservation() {
			return MqttObservation.PUBLISH;
		}

		@Override
		public Message getMessage() {
			return this.message;
		}

		@Override
		public @Nullable Outcome getOutcome() {
			return this.outcome;
		}

		@Override
		public void setOutcome(Outcome outcome) {
			this.outcome = outcome;
		}

	}

	/**
	 * Of {@link MqttObservation#RECEIVE}, and of {@link MqttObservation#DELIVER}, which
	 * takes up what another process, or this one, has published.
	 */
	final class Receiver extends ReceiverContext<Map<String, String>> implements MqttMessageContext {

		private final MqttObservation observation;

		private final Message message;

		private @Nullable Outcome outcome;

		Receiver(MqttObservation observation, Message message, Map<String, String> headers) {
			super(Map::get, (observation == MqttObservation.DELIVER) ? Kind.PRODUCER : Kind.CONSUMER);
			setCarrier(headers);
			this.observation = observation;
			this.message = message;
			setName(observation.getName());
			setContextualName(observation.getContextualName());
		}

		@Override
		public MqttObservation getObservation() {
			return this.observation;
		}

		@Override
		public Message getMessage() {
			return this.message;
		}

		@Override
		public @Nullable Outcome getOutcome() {
			return this.outcome;
		}

		@Override
		public void setOutcome(Outcome outcome) {
			this.outcome = outcome;
		}

	}

}
