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

package io.github.mqttredis.session;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionHandler;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.github.mqttredis.session.SessionActivity.Event;

/**
 * Passes events to listeners, one after another, on a separate thread. The number of
 * waiting events is limited, so that slow listeners do not fill the heap.
 *
 * @since 0.1.0
 */
public final class EventQueue implements AutoCloseable {

	/** Far more than happens while a listener does something ordinary. */
	public static final int SIZE = 1000;

	private final ThreadPoolExecutor executor = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS,
			new ArrayBlockingQueue<>(SIZE), EventQueue::daemon, makeRoom());

	private final List<SessionListener> listeners;

	private final Consumer<String> warnings;

	private final Consumer<Throwable> failures;

	/** Whether events were dropped since all were told; the log has one line for it. */
	private volatile boolean behind;

	/**
	 * Create a queue, whose thread starts with the first event.
	 * @param listeners told of each event
	 * @param warnings takes what is for the log
	 * @param failures takes what a listener throws
	 */
	public EventQueue(List<SessionListener> listeners, Consumer<String> warnings, Consumer<Throwable> failures) {
		this.listeners = List.copyOf(listeners);
		this.warnings = warnings;
		this.failures = failures;
	}

	private static Thread daemon(Runnable task) {
		Thread thread = new Thread(task, "mqtt-redis-events");
		thread.setDaemon(true);
		return thread;
	}

	/**
	 * Tell an event, after those that were told before. Never fails, because the session
	 * that it is of has to go on.
	 * @param event the event
	 * @param activity where it is counted if it has to be dropped
	 */
	public void tell(SessionEvent event, SessionActivity activity) {
		if (!this.listeners.isEmpty() && !run(() -> this.executor.execute(new Telling(event, activity)))) {
			activity.happened(Event.EVENT_DROPPED, 1);
		}
	}

	private boolean run(Runnable task) {
		try {
			task.run();
			return true;
		}
		catch (RuntimeException | Error ex) {
			this.failures.accept(ex);
			return false;
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
			this.warnings.accept("A listener for events of MQTT sessions is too slow: " + SIZE
					+ " events wait, and the oldest are dropped. Make the listener asynchronous, for example "
					+ "with @Async");
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
			queue.listeners.forEach((listener) -> queue.run(() -> listener.onEvent(this.event)));
			if (queue.executor.getQueue().isEmpty()) {
				queue.behind = false;
			}
		}

	}

}
