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

import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

/**
 * Has something to tell Redis now and then, one command at a time. Says so to the
 * {@link IoLoop}, which asks for the command when it sends those of all.
 */
abstract class Speaker {

	/** Whether this waits for the next round, among those whom somebody waits for. */
	final AtomicBoolean urgent = new AtomicBoolean();

	/** Whether this waits for a round, behind those. */
	final AtomicBoolean idle = new AtomicBoolean();

	/** Whether this becomes one of those before long. */
	final AtomicBoolean lingering = new AtomicBoolean();

	/** Whether a command is under way. Used in turn only. */
	boolean underWay;

	/** Whether this was to be asked while that was so. Used in turn only. */
	boolean askedMeanwhile;

	/**
	 * Return what to send next. Called in turn, and not while a command is under way.
	 * @return the command, {@code null} if there is nothing to send now
	 */
	abstract @Nullable Exchange<?> next();

	/** Ask to be asked again a little later: something failed that should not. */
	abstract void again();

}
