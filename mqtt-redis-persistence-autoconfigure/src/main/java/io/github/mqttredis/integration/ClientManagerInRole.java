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

package io.github.mqttredis.integration;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.integration.leader.event.AbstractLeaderEvent;
import org.springframework.integration.leader.event.OnGrantedEvent;
import org.springframework.integration.leader.event.OnRevokedEvent;
import org.springframework.integration.mqtt.core.AbstractMqttClientManager;
import org.springframework.integration.support.SmartLifecycleRoleController;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * A client manager that {@link SmartLifecycleRoleController} starts and stops. Starting
 * may wait for the former leader to release the session, and for the broker. That is too
 * long for the thread that reports the leadership, because the same thread also keeps it.
 * So the start runs on its own thread, and is repeated if it fails, which the controller
 * does not do.
 *
 * @since 0.1.0
 */
public final class ClientManagerInRole implements SmartLifecycle, ApplicationListener<AbstractLeaderEvent> {

	private static final Log logger = LogFactory.getLog(ClientManagerInRole.class);

	private static final Duration PAUSE = Duration.ofSeconds(1);

	/** How long the end of the application waits for the end of its leadership. */
	private static final Duration FAREWELL = Duration.ofSeconds(2);

	private final AbstractMqttClientManager<?, ?> manager;

	private final String role;

	private volatile CountDownLatch leading = new CountDownLatch(0);

	/** One thread, which starts and stops in the order in which that was asked for. */
	private final ThreadPoolExecutor executor;

	private volatile boolean running;

	/** Since the role was granted. */
	private volatile boolean started;

	/** Why the manager could not be started yet. */
	private volatile @Nullable String failure;

	private @Nullable Future<?> starting;

	public ClientManagerInRole(AbstractMqttClientManager<?, ?> manager, String role,
			SmartLifecycleRoleController roles) {
		this.role = role;
		this.manager = manager;
		CustomizableThreadFactory threads = new CustomizableThreadFactory("mqtt-client-role-");
		threads.setDaemon(true);
		this.executor = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
		this.executor.allowCoreThreadTimeOut(true);
		roles.addLifecycleToRole(role, this);
	}

	public String getClientId() {
		return this.manager.getClientId();
	}

	public boolean isStarted() {
		return this.started;
	}

	public @Nullable String getFailure() {
		return this.failure;
	}

	@Override
	public synchronized void start() {
		if (!this.running) {
			this.running = true;
			try {
				this.starting = this.executor.submit(this::startUntilItWorks);
			}
			catch (Error ex) {
				// There is no thread now: whoever starts it can try again.
				this.running = false;
				throw ex;
			}
		}
	}

	private void startUntilItWorks() {
		try {
			while (this.running && !attempt()) {
				TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
			}
		}
		catch (InterruptedException ex) {
			// Stopped.
			Thread.currentThread().interrupt();
		}
	}

	private boolean attempt() {
		try {
			this.manager.start();
			this.started = true;
			this.failure = null;
			return true;
		}
		catch (RuntimeException | Error ex) {
			if (this.running) {
				this.failure = (ex.getCause() != null) ? ex.getCause().getMessage() : ex.getMessage();
				logger.warn("MQTT client manager '" + this.manager.getBeanName() + "' could not be started. It is tried"
						+ " again every " + PAUSE.toSeconds() + " s as long as its role is granted: " + this.failure);
			}
			return false;
		}
	}

	/**
	 * Stop the manager, which gives its session back, and wait until that is done. Who
	 * interrupts the waiting does not interrupt the stopping: a leader is told so that it
	 * is none any more.
	 */
	@Override
	public void stop() {
		Future<?> stopping;
		synchronized (this) {
			this.running = false;
			if (this.starting != null) {
				this.starting.cancel(true);
			}
			stopping = this.executor.submit(this::stopManager);
		}
		try {
			stopping.get();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException ex) {
			logger.error(this + " could not be stopped", ex.getCause());
		}
	}

	/**
	 * Stop with the application. A leader gives up its leadership on a thread of its own:
	 * without waiting for that, Redis would be closed meanwhile, and the next leader
	 * would wait until the lock of this one has ended.
	 */
	@Override
	public void stop(Runnable callback) {
		stop();
		try {
			if (!this.leading.await(FAREWELL.toMillis(), TimeUnit.MILLISECONDS)) {
				logger.debug(this + " has stopped, and its role is not revoked");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		callback.run();
	}

	@Override
	public void onApplicationEvent(AbstractLeaderEvent event) {
		if (!this.role.equals(event.getRole())) {
			return;
		}
		if (event instanceof OnGrantedEvent) {
			this.leading = new CountDownLatch(1);
		}
		else if (event instanceof OnRevokedEvent) {
			this.leading.countDown();
		}
	}

	private void stopManager() {
		this.manager.stop();
		this.started = false;
		this.failure = null;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public boolean isAutoStartup() {
		return false;
	}

	/**
	 * Return a phase that ends before that of Spring Data's connection factories, 0
	 * unless the application sets it: over them a leader may have to give up its lock.
	 */
	@Override
	public int getPhase() {
		return 1;
	}

	@Override
	public String toString() {
		return "MQTT client manager '" + this.manager.getBeanName() + "'";
	}

}
