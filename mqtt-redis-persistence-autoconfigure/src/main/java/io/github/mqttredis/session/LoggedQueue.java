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

import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

import io.github.mqttredis.session.WriteLog.Appended;
import io.github.mqttredis.session.WriteLog.QueueSize;
import org.jspecify.annotations.Nullable;

/**
 * A queue that a session's {@link WriteLog} stores.
 *
 * @since 0.1.0
 */
public abstract class LoggedQueue implements MessageQueue {

	private final WriteLog log;

	/**
	 * Create the queue of a session.
	 * @param log what the session writes
	 */
	protected LoggedQueue(WriteLog log) {
		this.log = log;
	}

	/**
	 * Write to the session, if that is still allowed.
	 * @param <T> the type of what comes of it
	 * @param what what is done, for the exception
	 * @param change writes; told what to ask whether it may
	 * @return what it returns
	 * @throws SessionException if it is not allowed, or returns {@code null}
	 */
	protected abstract <T> T write(String what, Change<T> change) throws SessionException;

	/**
	 * Write to the session what nobody waits for, if that is still allowed.
	 * @param change writes
	 */
	protected abstract void write(Consumer<WriteLog> change);

	/**
	 * Return whether {@link #awaitStored} waits for a message that is appended now.
	 * @return whether who appends it is told what becomes of it
	 */
	protected abstract boolean isAwaited();

	@Override
	public Appended append(byte[] record, long lifetime) throws SessionException {
		boolean awaited = isAwaited();
		return write("store a message", (held) -> this.log.queue(null, record, lifetime, awaited, held));
	}

	@Override
	public void adopt(RecordKey buffered, byte[] record) throws SessionException {
		write("store a message", (held) -> this.log.queue(buffered, record, 0, false, held));
	}

	@Override
	public void hand(QueuedMessage message, String key, byte[] record) throws SessionException {
		write("store " + key, (held) -> this.log.hand(message, RecordKey.require(key), record, held) ? message : null);
	}

	@Override
	public void handed() {
		write(WriteLog::handed);
	}

	@Override
	public void takeBack() {
		write(WriteLog::takeBack);
	}

	@Override
	public void remove(long number) {
		write((writes) -> writes.remove(RecordKey.queued(number)));
	}

	@Override
	public @Nullable QueuedMessage first() {
		return this.log.firstOfQueue();
	}

	@Override
	public QueuedMessage get(int index) {
		return this.log.read((records) -> records.queue().at(index));
	}

	@Override
	public QueueSize size() {
		return this.log.queueSize();
	}

	@Override
	public long now() {
		return this.log.clock().now();
	}

	/**
	 * A change of a session.
	 *
	 * @param <T> the type of what comes of it
	 */
	@FunctionalInterface
	protected interface Change<T> extends Function<BooleanSupplier, @Nullable T> {

	}

}
