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

import java.util.LinkedHashMap;
import java.util.Map;

import io.micrometer.observation.Observation;
import io.micrometer.tracing.handler.TracingObservationHandler.TracingContext;
import io.micrometer.tracing.propagation.Propagator;

/**
 * The trace of an observation as it travels with a message. Needs Micrometer Tracing.
 *
 * @since 0.1.0
 */
public final class TraceHeaders {

	private final Propagator propagator;

	/**
	 * Create an instance.
	 * @param propagator writes the trace, in the format of the application
	 */
	public TraceHeaders(Propagator propagator) {
		this.propagator = propagator;
	}

	/**
	 * Return the headers of an observation.
	 * @param observation what is known of it
	 * @return the headers by name, empty if it is not traced
	 */
	Map<String, String> of(Observation.ContextView observation) {
		Map<String, String> headers = new LinkedHashMap<>();
		TracingContext tracing = observation.get(TracingContext.class);
		if (tracing != null && tracing.getSpan() != null) {
			this.propagator.inject(tracing.getSpan().context(), headers, (carrier, name, value) -> {
				if (carrier != null) {
					carrier.put(name, value);
				}
			});
		}
		return headers;
	}

}
