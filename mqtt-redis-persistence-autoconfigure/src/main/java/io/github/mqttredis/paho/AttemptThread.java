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

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.github.mqttredis.session.Unfailing;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The thread on which all clients begin to connect again. It ends when there is nothing
 * to do, and is no daemon: all of Paho's threads are made by the one that connects, and
 * would be daemons as well, and an application that has no other threads would end.
 */
final class AttemptThread implements Reconnection.Timer {

	static final AttemptThread INSTANCE = new AttemptThread();

	private static final Log logger = LogFactory.getLog(AttemptThread.class);

	private static final long IDLE_MILLIS = 1000;

	private final ScheduledThreadPoolExecutor executor;

	AttemptThread() {
		this.executor = new ScheduledThreadPoolExecutor(1, (task) -> {
			Thread thread = new Thread(task, "mqtt-reconnect");
			thread.setDaemon(false);
			// It would keep the class loader of whoever came first.
			thread.setContextClassLoader(null);
			return thread;
		});
		this.executor.setKeepAliveTime(IDLE_MILLIS, TimeUnit.MILLISECONDS);
		this.executor.allowCoreThreadTimeOut(true);
	}

	/**
	 * {@inheritDoc}
	 * @throws OutOfMemoryError if there is no thread for it; nothing is done later then
	 */
	@Override
	public Runnable after(long millis, Runnable task) {
		// First, or the task would wait for a thread that somebody else needs.
		this.executor.prestartCoreThread();
		return (Runnable) this.executor.schedule(() -> Unfailing.run(task, AttemptThread::unexpected), millis,
				TimeUnit.MILLISECONDS);
	}

	private static void unexpected(Throwable failure) {
		logger.error("Unexpected failure in " + Thread.currentThread().getName(), failure);
	}

	@Override
	public void cancel(@Nullable Runnable waiting) {
		if (waiting != null) {
			this.executor.remove(waiting);
		}
	}

}
