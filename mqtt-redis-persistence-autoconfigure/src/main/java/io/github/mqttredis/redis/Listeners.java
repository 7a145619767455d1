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

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

import io.github.mqttredis.session.EventQueue;
import io.github.mqttredis.session.SessionActivity;
import io.github.mqttredis.session.SessionEvent;
import io.github.mqttredis.session.SessionListener;
import io.github.mqttredis.session.Unfailing;

/**
 * Calls those who want to know that Redis is back, or how sessions change, on threads of
 * their own: what they do must not hold up what is shipped.
 */
final class Listeners implements AutoCloseable {

	private static final Duration AGAIN = Duration.ofMillis(250);

	private static final int TIMES = 40;

	private final ScheduledThreadPoolExecutor executor = executor("mqtt-redis-listeners");

	/** Apart from the above: an application takes what time it likes for an event. */
	private final EventQueue events;

	Listeners(List<SessionListener> sessionListeners) {
		this.events = new EventQueue(sessionListeners, RedisSessionStore.logger::warn, Listeners::unexpected);
	}

	/**
	 * Make a thread that starts with its first task.
	 * @param name the thread's name
	 * @return the executor; what comes after its end is discarded, because nobody is left
	 * who waits for it
	 */
	static ScheduledThreadPoolExecutor executor(String name) {
		ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, (task) -> daemon(task, name),
				new ThreadPoolExecutor.DiscardPolicy());
		executor.setRemoveOnCancelPolicy(true);
		return executor;
	}

	static Thread daemon(Runnable task, String name) {
		Thread thread = new Thread(task, name);
		thread.setDaemon(true);
		return thread;
	}

	/**
	 * Keep a defect, or an {@link Error}, from ending a thread and what it does again.
	 * @param task a task
	 * @return the task, which never throws
	 */
	static Runnable guarded(Runnable task) {
		return () -> run(task);
	}

	/**
	 * Run a task that must not end its caller.
	 * @param task the task
	 * @return whether it ended well; if not, the log says why
	 */
	static boolean run(Runnable task) {
		return Unfailing.run(task, Listeners::unexpected);
	}

	static void unexpected(Throwable failure) {
		Unfailing.log(() -> RedisSessionStore.logger.error("Unexpected failure in " + Thread.currentThread().getName(),
				failure));
	}

	/**
	 * Call a listener, again a little later while it returns false or fails.
	 * @param listener the listener
	 */
	void tell(BooleanSupplier listener) {
		tell(listener, TIMES, Duration.ZERO);
	}

	private void tell(BooleanSupplier listener, int times, Duration delay) {
		// Guarded as well: there may be no thread for it now. It is called once there is
		// one.
		run(() -> this.executor.schedule(() -> {
			AtomicBoolean heard = new AtomicBoolean();
			run(() -> heard.set(listener.getAsBoolean()));
			if (!heard.get() && times > 1) {
				tell(listener, times - 1, AGAIN);
			}
		}, delay.toMillis(), TimeUnit.MILLISECONDS));
	}

	/**
	 * Tell an event, after those that were told before.
	 * @param event the event
	 * @param activity where it is counted if it has to be dropped
	 */
	void tell(SessionEvent event, SessionActivity activity) {
		this.events.tell(event, activity);
	}

	/** End; what has happened is still told. */
	@Override
	public void close() {
		this.executor.shutdownNow();
		this.events.close();
	}

}
