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

package io.github.mqttredis.redis;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionHandler;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.github.mqttredis.session.SessionActivity;
import io.github.mqttredis.session.SessionActivity.Event;
import io.github.mqttredis.session.SessionEvent;
import io.github.mqttredis.session.SessionListener;

/**
 * Tells events to listeners, one after another, on a thread of its own. Keeps no more of
 * them than fit: the application's listeners take what time they like, and its heap must
 * not pay for it.
 */
final class EventQueue implements AutoCloseable {

	/** Far more than happens while a listener does something ordinary. */
	static final int SIZE = 1000;

	private final ThreadPoolExecutor executor = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS,
			new ArrayBlockingQueue<>(SIZE), (task) -> Listeners.daemon(task, "mqtt-redis-events"), makeRoom());

	private final List<SessionListener> listeners;

	/** Whether events were dropped since all were told; the log has one line for it. */
	private volatile boolean behind;

	EventQueue(List<SessionListener> listeners) {
		this.listeners = List.copyOf(listeners);
	}

	/**
	 * Tell an event, after those that were told before. Never fails, because the session
	 * that it is of has to go on.
	 * @param event the event
	 * @param activity where it is counted if it has to be dropped
	 */
	void tell(SessionEvent event, SessionActivity activity) {
		if (!this.listeners.isEmpty() && !Listeners.run(() -> this.executor.execute(new Telling(event, activity)))) {
			activity.happened(Event.EVENT_DROPPED, 1);
		}
	}

	/** Drops the oldest event: the newest says how a session stands. */
	private RejectedExecutionHandler makeRoom() {
		return (task, executor) -> {
			if (executor.isShutdown()) {
				return;
			}
			if (executor.getQueue().poll() instanceof Telling oldest) {
				dropped(oldest);
			}
			executor.execute(task);
		};
	}

	private void dropped(Telling telling) {
		telling.activity().happened(Event.EVENT_DROPPED, 1);
		if (!this.behind) {
			this.behind = true;
			RedisSessionStore.logger.warn("A listener to events of MQTT sessions does not keep up: " + SIZE
					+ " events wait, and the oldest are dropped. Let it hand on what takes time");
		}
	}

	/** End; what waits is still told. */
	@Override
	public void close() {
		this.executor.shutdown();
	}

	/**
	 * What is told to all listeners.
	 */
	private final class Telling implements Runnable {

		private final SessionEvent event;

		private final SessionActivity activity;

		Telling(SessionEvent event, SessionActivity activity) {
			this.event = event;
			this.activity = activity;
		}

		SessionActivity activity() {
			return this.activity;
		}

		@Override
		public void run() {
			EventQueue queue = EventQueue.this;
			queue.listeners.forEach((listener) -> Listeners.guarded(() -> listener.onEvent(this.event)).run());
			if (queue.executor.getQueue().isEmpty()) {
				queue.behind = false;
			}
		}

	}

}
