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

package io.github.mqttredis.actuate;

import java.util.ArrayList;
import java.util.List;

import io.github.mqttredis.session.SessionEvent;
import io.github.mqttredis.session.SessionListener;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.SmartLifecycle;

/**
 * Publishes {@link SessionEvent}s as application events. Those of clients that are made
 * before the application has started are published once its listeners are there.
 *
 * @since 0.1.0
 */
public final class SessionEventPublisher implements SessionListener, SmartLifecycle {

	private final ApplicationEventPublisher publisher;

	private final int phase;

	private final Object lock = new Object();

	/** What waits for the start; {@code null} while running. */
	private @Nullable List<SessionEvent> early = new ArrayList<>();

	/**
	 * Create a publisher.
	 * @param publisher the application context
	 * @param phase when to start: after the store, before all that speaks MQTT
	 */
	public SessionEventPublisher(ApplicationEventPublisher publisher, int phase) {
		this.publisher = publisher;
		this.phase = phase;
	}

	@Override
	public int getPhase() {
		return this.phase;
	}

	@Override
	public void onEvent(SessionEvent event) {
		synchronized (this.lock) {
			if (this.early != null) {
				this.early.add(event);
				return;
			}
		}
		this.publisher.publishEvent(event);
	}

	@Override
	public void start() {
		synchronized (this.lock) {
			if (this.early != null) {
				// What happens now waits, so that events keep their order.
				this.early.forEach(this.publisher::publishEvent);
			}
			this.early = null;
		}
	}

	/** Nobody is told any more what happens: listeners are about to end. */
	@Override
	public void stop() {
		synchronized (this.lock) {
			this.early = new ArrayList<>();
		}
	}

	@Override
	public boolean isRunning() {
		synchronized (this.lock) {
			return this.early == null;
		}
	}

}
