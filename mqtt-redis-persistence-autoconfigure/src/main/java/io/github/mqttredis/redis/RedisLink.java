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
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

import io.github.mqttredis.redis.Speaker.Command;
import io.github.mqttredis.redis.Speaker.Exchange;
import io.github.mqttredis.redis.Speaker.Exchange.Answer;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisClusterNode;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * The store's own connection to Redis. Used in turn ({@link IoLoop}) only.
 */
final class RedisLink {

	private static final long LARGE_BYTES = 8L * 1024 * 1024;

	private static final long SLOWEST_BYTES_PER_SECOND = 4L * 1024 * 1024;

	private final RedisConnectionFactory source;

	private final Duration timeout;

	private final Duration extra;

	private @Nullable RedisConnectionFactory factory;

	private @Nullable RedisConnection connection;

	private Pipelines.@Nullable Sender sender;

	/** Which connection this is. */
	private int number;

	/** The node of a Cluster that answered last, and is asked first. */
	private @Nullable RedisClusterNode alive;

	RedisLink(RedisConnectionFactory source, Duration timeout) {
		this(source, timeout, Duration.ZERO);
	}

	private RedisLink(RedisConnectionFactory source, Duration timeout, Duration extra) {
		this.source = source;
		this.timeout = timeout;
		this.extra = extra;
	}

	/**
	 * Run a command, connecting first if necessary.
	 * @param <T> the type of the answer
	 * @param command the command
	 * @return the answer
	 * @throws RedisTrouble if Redis did not answer, or not as asked
	 */
	<T> T run(Function<RedisConnection, T> command) throws RedisTrouble {
		try {
			return command.apply(connection());
		}
		catch (RuntimeException | Error ex) {
			throw trouble(ex);
		}
	}

	private static RedisTrouble trouble(Throwable failure) {
		if (failure instanceof Error) {
			// Whether Redis was asked is unknown, and the next attempt may go well: this
			// one may have found no memory, or no thread for a new connection.
			Listeners.unexpected(failure);
		}
		return RedisTrouble.of(failure);
	}

	/**
	 * Run a command, and run it once more over a new connection if this one broke: it may
	 * have broken long ago, when nobody looked, and one that breaks while it is made does
	 * not say why. Redis may have closed it right behind the refusal of a password; the
	 * second one says it, or works.
	 * @param <T> the type of the answer
	 * @param command the command, which may reach Redis twice
	 * @return the answer
	 * @throws RedisTrouble if Redis did not answer, or not as asked
	 */
	<T> T runAgainIfBroken(Function<RedisConnection, T> command) throws RedisTrouble {
		try {
			return run(command);
		}
		catch (RedisTrouble trouble) {
			if (trouble.kind() != RedisTrouble.Kind.NO_ANSWER && !trouble.wrongServer()) {
				throw trouble;
			}
			reset();
			if (trouble.isTimeout()) {
				throw trouble;
			}
			return run(command);
		}
	}

	/**
	 * Run the first command of all. That loads and starts a Redis client, which may take
	 * longer than the time-out by itself on a slow or busy machine; the second attempt
	 * finds it there.
	 * @param <T> the type of the answer
	 * @param command the command, which may reach Redis twice
	 * @return the answer
	 * @throws RedisTrouble if Redis did not answer, or not as asked
	 */
	<T> T runFirst(Function<RedisConnection, T> command) throws RedisTrouble {
		try {
			return runAgainIfBroken(command);
		}
		catch (RedisTrouble trouble) {
			if (!trouble.isTimeout()) {
				throw trouble;
			}
			reset();
			return run(command);
		}
	}

	/**
	 * Send commands together, connecting first if necessary. Each is replied to.
	 * @param trip the commands
	 */
	void send(RoundTrip trip) {
		long bytes = trip.exchanges().stream().mapToLong((exchange) -> exchange.command().bytes()).sum();
		Duration patience = this.timeout.plusMillis(bytes * 1000 / SLOWEST_BYTES_PER_SECOND);
		trip.begin(this.number, patience);
		boolean connected = false;
		try {
			Pipelines.Sender over = sender();
			connected = true;
			trip.cancel(over.send(trip.exchanges().stream().<Command<?>>map(Exchange::command).toList(), patience,
					trip::reply));
		}
		catch (RuntimeException | Error ex) {
			trip.fail(ex, connected);
		}
	}

	static Answer answer(Exchange<?> exchange, Object reply, boolean sent) {
		try {
			return (reply instanceof Throwable failure) ? exchange.failed(trouble(failure), sent)
					: exchange.read((List<?>) reply);
		}
		catch (RuntimeException | Error ex) {
			return exchange.failed(trouble(ex), sent);
		}
	}

	/**
	 * Send a command that moves many bytes, which takes its time: over a connection of
	 * its own, whose time-out is the longer for it.
	 * @param exchange the command
	 * @return the answer
	 */
	Answer sendLarge(Exchange<?> exchange) {
		RedisLink patient = new RedisLink(this.source, this.timeout, extraTime(exchange.command().bytes()));
		try {
			// That no connection can be made is not the command's fault.
			patient.ping();
			List<Answer> answers = new ArrayList<>();
			RoundTrip trip = new RoundTrip(List.of(exchange), (same, answer) -> answers.add(answer),
					Thread.currentThread());
			patient.send(trip);
			if (!trip.await(trip.timeout())) {
				trip.expire();
			}
			return answers.get(0);
		}
		catch (RedisTrouble trouble) {
			return exchange.failed(trouble, false);
		}
		finally {
			patient.close();
		}
	}

	// Clusters

	/**
	 * Return whether there are several servers, of which one may answer while another one
	 * does not.
	 * @return whether this is connected to a Cluster
	 */
	boolean isCluster() {
		return this.connection instanceof RedisClusterConnection;
	}

	/**
	 * Ask Redis for a sign of life; of a Cluster any of its masters.
	 * @throws RedisTrouble if there is none
	 */
	void ping() throws RedisTrouble {
		run((connected) -> {
			if (connected instanceof RedisClusterConnection cluster) {
				pingAny(cluster);
			}
			else {
				connected.ping();
			}
			return true;
		});
	}

	private void pingAny(RedisClusterConnection cluster) {
		List<RedisClusterNode> nodes = new ArrayList<>();
		cluster.clusterGetNodes().forEach((node) -> {
			if (node.isMaster()) {
				nodes.add(node.equals(this.alive) ? 0 : nodes.size(), node);
			}
		});
		RuntimeException failure = new IllegalStateException("no known master");
		for (RedisClusterNode node : nodes) {
			try {
				cluster.ping(node);
				this.alive = node;
				return;
			}
			catch (RuntimeException ex) {
				failure = ex;
			}
		}
		throw failure;
	}

	/**
	 * Return another link to the same Redis, which is connected, and has looked at a
	 * Cluster anew. Unlike anything else here, this may be called without the turn.
	 * @return the link
	 * @throws RedisTrouble if Redis does not answer
	 */
	RedisLink another() throws RedisTrouble {
		RedisLink other = new RedisLink(this.source, this.timeout, this.extra);
		boolean connected = false;
		try {
			other.ping();
			connected = true;
			return other;
		}
		finally {
			if (!connected) {
				other.close();
			}
		}
	}

	/**
	 * Take over another link's connection, and leave it this one's: what was sent over
	 * that may still be answered.
	 * @param other the other link
	 */
	void swap(RedisLink other) {
		RedisConnectionFactory ownFactory = this.factory;
		RedisConnection own = this.connection;
		Pipelines.Sender ownSender = this.sender;
		this.factory = other.factory;
		this.connection = other.connection;
		this.sender = other.sender;
		this.alive = other.alive;
		this.number++;
		other.factory = ownFactory;
		other.connection = own;
		other.sender = ownSender;
	}

	/**
	 * Return which connection this is.
	 * @return a number, another one for each
	 */
	int number() {
		return this.number;
	}

	/**
	 * Return how much longer than a small one a command with many bytes may take.
	 * @param bytes how many bytes
	 * @return the time, zero if there are few
	 */
	static Duration extraTime(long bytes) {
		return (bytes < LARGE_BYTES) ? Duration.ZERO : Duration.ofSeconds(bytes / SLOWEST_BYTES_PER_SECOND);
	}

	private Pipelines.Sender sender() {
		RedisConnection connected = connection();
		Pipelines.Sender current = this.sender;
		if (current == null) {
			current = Pipelines.over(connected, this.factory != this.source);
			this.sender = current;
		}
		return current;
	}

	private RedisConnection connection() {
		if (this.factory == null) {
			this.factory = OwnConnectionFactory.derive(this.source, this.timeout, this.extra);
		}
		if (this.connection == null) {
			this.connection = this.factory.getConnection();
		}
		if (this.connection == null) {
			throw new MockedException(this.source.getClass());
		}
		return this.connection;
	}

	/**
	 * Return whether Redis did not answer because the application has none: a test has
	 * put a mock in the place of the connection factory.
	 * @param trouble what happened
	 * @return whether that is why
	 */
	static boolean isMocked(Throwable trouble) {
		return Stream.iterate(trouble, (ex) -> ex != null, Throwable::getCause)
			.anyMatch(MockedException.class::isInstance);
	}

	/**
	 * Return whether there is a connection.
	 * @return whether a command needs no new one
	 */
	boolean isConnected() {
		return this.connection != null;
	}

	/**
	 * Forget the connection: the next command makes a new one. A connection whose command
	 * took too long may be half-open, and would never recover by itself.
	 */
	void reset() {
		closeConnection();
		if (this.factory != null && this.factory != this.source) {
			try {
				if (!OwnConnectionFactory.reset(this.factory)) {
					close();
				}
			}
			catch (RuntimeException ex) {
				RedisSessionStore.logger.debug("Could not reset the connection to Redis", ex);
			}
		}
	}

	private void closeConnection() {
		RedisConnection closing = this.connection;
		this.connection = null;
		this.number++;
		Pipelines.Sender ended = this.sender;
		this.sender = null;
		if (closing == null) {
			return;
		}
		Runnable close = () -> {
			try {
				closing.close();
			}
			catch (RuntimeException ex) {
				RedisSessionStore.logger.debug("Could not close a broken connection to Redis", ex);
			}
		};
		if (ended != null) {
			ended.close(close);
		}
		else {
			close.run();
		}
	}

	void close() {
		closeConnection();
		RedisConnectionFactory closing = this.factory;
		this.factory = null;
		if (closing != this.source && closing instanceof DisposableBean disposable) {
			try {
				disposable.destroy();
			}
			catch (Exception ex) {
				RedisSessionStore.logger.debug("Could not close the connection to Redis", ex);
			}
		}
	}

	/**
	 * Return where this connects to.
	 * @return host and port, for messages
	 */
	String describe() {
		return OwnConnectionFactory.describe(this.source);
	}

	/**
	 * A connection factory gave no connection.
	 */
	private static final class MockedException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		MockedException(Class<?> type) {
			super("The " + type.getSimpleName() + " returns no connection, as a mock does");
		}

	}

}
