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
import java.util.function.Supplier;

import io.github.mqttredis.paho.MessageObserver;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Makes a Micrometer {@link Observation} of each message. Tracing handlers write the
 * trace into the headers of a message, and read it from there, in their configured
 * format: by default that of the W3C.
 *
 * @since 0.1.0
 */
public final class MicrometerMessageObserver implements MessageObserver {

	private static final MqttObservationConvention DEFAULT = new DefaultMqttObservationConvention();

	private final ObservationRegistry registry;

	private final @Nullable MqttObservationConvention convention;

	private final @Nullable TraceHeaders headers;

	/**
	 * Create an observer that leaves the trace of its sender to a received message.
	 * @param registry knows the handlers
	 * @param convention the application's own convention, {@code null} for the default
	 */
	public MicrometerMessageObserver(ObservationRegistry registry, @Nullable MqttObservationConvention convention) {
		this(registry, convention, null);
	}

	/**
	 * Create an observer.
	 * @param registry knows the handlers
	 * @param convention the application's own convention, {@code null} for the default
	 * @param headers the trace with which a received message goes on to the application,
	 * {@code null} for that of its sender
	 */
	public MicrometerMessageObserver(ObservationRegistry registry, @Nullable MqttObservationConvention convention,
			@Nullable TraceHeaders headers) {
		this.registry = registry;
		this.convention = convention;
		this.headers = headers;
	}

	@Override
	public Observed publish(Message message, Map<String, String> headers) {
		return start(() -> new MqttMessageContext.Sender(message, headers));
	}

	@Override
	public Observed deliver(Message message, Map<String, String> headers) {
		return start(() -> new MqttMessageContext.Receiver(MqttObservation.DELIVER, message, headers));
	}

	@Override
	public Observed receive(Message message, Map<String, String> headers) {
		return start(() -> new MqttMessageContext.Receiver(MqttObservation.RECEIVE, message, headers));
	}

	private Observed start(Supplier<Observation.Context> context) {
		Observation observation = Observation.createNotStarted(this.convention, DEFAULT, context, this.registry);
		try {
			observation.start();
		}
		catch (RuntimeException | Error ex) {
			// Handlers that it was started with want it to be stopped.
			new ObservedMessage(observation, this.headers).stop(Outcome.FAILED, ex);
			throw ex;
		}
		return new ObservedMessage(observation, this.headers);
	}

	private record ObservedMessage(Observation observation, @Nullable TraceHeaders trace) implements Observed {

		@Override
		public Runnable openScope() {
			return this.observation.openScope()::close;
		}

		@Override
		public Map<String, String> headers() {
			return (this.trace != null) ? this.trace.of(this.observation.getContextView()) : Map.of();
		}

		@Override
		public void stop(Outcome outcome, @Nullable Throwable error) {
			if (this.observation.getContext() instanceof MqttMessageContext context) {
				context.setOutcome(outcome);
			}
			try {
				if (error != null) {
					this.observation.error(error);
				}
			}
			finally {
				this.observation.stop();
			}
		}

	}

}
