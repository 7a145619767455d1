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

package io.github.mqttredis.paho;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.mqttredis.observation.MicrometerMessageObserver;
import io.github.mqttredis.testing.Await;
import io.micrometer.observation.ObservationHandler.FirstMatchingCompositeObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingReceiverTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingSenderTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelPropagator;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.micrometer.tracing.propagation.Propagator;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;

/**
 * The spans of one process, as Micrometer Tracing makes them with OpenTelemetry.
 */
final class Spans implements SpanProcessor {

	private final List<Span> started = new CopyOnWriteArrayList<>();

	private final List<Span> ended = new CopyOnWriteArrayList<>();

	private final ObservationRegistry registry = ObservationRegistry.create();

	private final OtelPropagator propagator;

	Spans() {
		SdkTracerProvider provider = SdkTracerProvider.builder().addSpanProcessor(this).build();
		Tracer otel = provider.get("test");
		OtelTracer tracer = new OtelTracer(otel, new OtelCurrentTraceContext(), (event) -> {
		});
		this.propagator = new OtelPropagator(ContextPropagators.create(W3CTraceContextPropagator.getInstance()), otel);
		this.registry.observationConfig()
			.observationHandler(new FirstMatchingCompositeObservationHandler(
					new PropagatingSenderTracingObservationHandler<>(tracer, this.propagator),
					new PropagatingReceiverTracingObservationHandler<>(tracer, this.propagator),
					new DefaultTracingObservationHandler(tracer)));
	}

	ObservationRegistry registry() {
		return this.registry;
	}

	Propagator propagator() {
		return this.propagator;
	}

	MessageObserver observer() {
		return new MicrometerMessageObserver(this.registry, null);
	}

	@Override
	public void onStart(Context parent, ReadWriteSpan span) {
		this.started.add(Span.of(span));
	}

	@Override
	public boolean isStartRequired() {
		return true;
	}

	@Override
	public void onEnd(ReadableSpan span) {
		this.ended.add(Span.of(span));
	}

	@Override
	public boolean isEndRequired() {
		return true;
	}

	List<Span> started() {
		return this.started;
	}

	/** Wait for the end of the only span of a name. */
	Span ended(String name) {
		Await.until("a span " + name + " has ended", () -> !named(this.ended, name).isEmpty());
		List<Span> found = named(this.ended, name);
		if (found.size() > 1) {
			throw new AssertionError(found);
		}
		return found.get(0);
	}

	List<Span> allEnded(String name) {
		return named(this.ended, name);
	}

	private static List<Span> named(List<Span> spans, String name) {
		return spans.stream().filter((span) -> span.name().equals(name)).toList();
	}

	/**
	 * A span.
	 */
	record Span(String name, SpanKind kind, String trace, String id, String parent, String outcome, String topic) {

		private static Span of(ReadableSpan span) {
			return new Span(span.getName(), span.getKind(), span.getSpanContext().getTraceId(),
					span.getSpanContext().getSpanId(), span.getParentSpanContext().getSpanId(),
					String.valueOf(span.getAttribute(AttributeKey.stringKey("mqtt.outcome"))),
					String.valueOf(span.getAttribute(AttributeKey.stringKey("mqtt.topic"))));
		}

		static Span parse(String text) {
			String[] parts = text.split(",");
			return new Span(parts[0], SpanKind.valueOf(parts[1]), parts[2], parts[3], parts[4], "", "");
		}

		String format() {
			return String.join(",", this.name, this.kind.name(), this.trace, this.id, this.parent);
		}

	}

}
