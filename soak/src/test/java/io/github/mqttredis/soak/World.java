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

package io.github.mqttredis.soak;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.MachineClock;
import io.github.mqttredis.testing.MosquittoBroker;
import io.github.mqttredis.testing.RedisSentinels;
import io.github.mqttredis.testing.RedisServer;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * The servers of an episode, and what is wrong with them.
 */
final class World implements AutoCloseable {

	private static final int ATTEMPTS = 10;

	private final Journal journal;

	private final String classPath;

	private final Path directory;

	/** {@code null} if there are Sentinels. */
	private final RedisServer alone;

	/** {@code null} if there is but one Redis. */
	private final RedisSentinels sentinels;

	/** {@code null} if it is that of this machine. */
	private final MachineClock clock;

	private final Broker broker;

	/** When Redis, or the way to it, was not well. */
	private final Troubles redisTroubles = new Troubles();

	/** When the broker, or the way to it, was not well. */
	private final Troubles brokerTroubles = new Troubles();

	private final List<Long> dataLosses = new CopyOnWriteArrayList<>();

	private final List<Long> brokerForgot = new CopyOnWriteArrayList<>();

	World(Settings settings, Journal journal, String classPath, Path directory) {
		this.journal = journal;
		this.classPath = classPath;
		this.directory = directory;
		this.clock = (settings.redis() == Settings.Redis.CLOCK) ? new MachineClock(directory) : null;
		this.sentinels = (settings.redis() == Settings.Redis.SENTINEL) ? RedisSentinels.start() : null;
		this.alone = (this.sentinels == null) ? RedisServer.start(this.clock, "--appendonly", "yes", "--appendfsync",
				"no", "--enable-debug-command", "yes") : null;
		this.broker = (settings.broker() == Settings.Broker.MOSQUITTO) ? new Mosquitto(settings, directory)
				: new Artemis();
	}

	Journal journal() {
		return this.journal;
	}

	String classPath() {
		return this.classPath;
	}

	/** Where the output of the applications and of mosquitto goes. */
	Path directory() {
		return this.directory;
	}

	int redisPort() {
		return redis().port();
	}

	/**
	 * Return what Spring Boot is told of Redis.
	 * @param link the port of a link to it
	 * @return the arguments
	 */
	List<String> redisArguments(int link) {
		return (this.sentinels != null) ? this.sentinels.arguments()
				: List.of("--spring.data.redis.host=127.0.0.1", "--spring.data.redis.port=" + link);
	}

	/** Set the clock that Redis sees. */
	void set(Duration ahead) {
		this.clock.set(ahead);
	}

	String brokerUri() {
		return this.broker.uri();
	}

	/** Redis, the present master if there are several. */
	RedisServer redis() {
		return (this.sentinels != null) ? this.sentinels.master("") : this.alone;
	}

	/**
	 * Have Sentinels make another master.
	 * @param killed whether the present one is killed, not paused
	 * @param millis how long it stays away then
	 */
	void failOver(boolean killed, long millis) throws InterruptedException {
		RedisServer master = redis();
		if (killed) {
			master.kill();
		}
		else {
			master.pause();
		}
		try {
			Await.until("there is another master", Load.seconds(60), () -> redis() != master);
			TimeUnit.MILLISECONDS.sleep(millis);
		}
		finally {
			if (killed) {
				master.restart();
			}
			else {
				master.resume();
			}
		}
		redis().awaitReplicas(2);
	}

	Broker broker() {
		return this.broker;
	}

	Troubles redisTroubles() {
		return this.redisTroubles;
	}

	Troubles brokerTroubles() {
		return this.brokerTroubles;
	}

	/** Note that Redis has lost all that it had. */
	void lostData() {
		this.dataLosses.add(this.journal.now());
	}

	List<Long> dataLosses() {
		return this.dataLosses;
	}

	/** Note that the broker has lost all that it had. */
	void brokerForgets() {
		this.brokerForgot.add(this.journal.now());
	}

	/**
	 * Return when the broker has lost what it had acknowledged, and who had subscribed.
	 * @return the times
	 */
	List<Long> brokerForgot() {
		return this.brokerForgot;
	}

	<T> T ask(Function<Jedis, T> command) {
		return redis().ask(command);
	}

	/** When no fault is left, Redis answers, if not at once. */
	private <T> T askAgain(Function<Jedis, T> command) {
		for (int i = 1; i < ATTEMPTS; i++) {
			try {
				return ask(command);
			}
			catch (JedisConnectionException ex) {
				this.journal.note("Redis does not answer to the soak: " + ex.getMessage());
			}
		}
		return ask(command);
	}

	/**
	 * Return what Redis holds of the sessions.
	 * @return for each key its fields, messages or value, without what always stays
	 */
	Map<String, Set<String>> left() {
		return askAgain((jedis) -> {
			Map<String, Set<String>> left = new TreeMap<>();
			for (String key : jedis.keys("soak:*")) {
				switch (jedis.type(key)) {
					case "hash" -> left.put(key, new TreeSet<>(jedis.hkeys(key)));
					case "stream" -> {
						Set<String> messages = new TreeSet<>();
						jedis.xrange(key, (StreamEntryID) null, null, 20)
							.forEach((entry) -> messages.add(entry.getID().toString()));
						left.put(key, messages);
					}
					default -> {
						if (!key.endsWith(":mark") && !key.endsWith(":sessions")) {
							left.put(key, Set.of(String.valueOf(jedis.get(key))));
						}
					}
				}
			}
			return left;
		});
	}

	/**
	 * Return the payloads that are in quarantine, as far as they are told by their
	 * beginning.
	 * @return the values of all fields
	 */
	List<String> quarantined() {
		return askAgain((jedis) -> {
			List<String> values = new ArrayList<>();
			jedis.keys("soak:*:quarantine").forEach((key) -> values.addAll(jedis.hvals(key)));
			return values;
		});
	}

	/**
	 * Heal a link.
	 * @param link the link
	 */
	static void heal(FaultyLink link) {
		link.delay(Duration.ZERO);
		link.limitRequests(0);
		link.limitAnswers(0);
		link.swallow(false);
		link.release();
	}

	@Override
	public void close() {
		if (this.sentinels != null) {
			this.sentinels.servers().forEach(RedisServer::resume);
			this.sentinels.close();
		}
		else {
			this.alone.resume();
			this.alone.close();
		}
		this.broker.close();
	}

	/**
	 * A broker that keeps its sessions.
	 */
	interface Broker extends AutoCloseable {

		String uri();

		void stop();

		void kill();

		void restart();

		boolean pause();

		void resume();

		@Override
		void close();

	}

	private static final class Mosquitto implements Broker {

		private final MosquittoBroker broker;

		Mosquitto(Settings settings, Path directory) {
			this.broker = MosquittoBroker.start("persistence true", "autosave_interval 0", "log_type notice",
					"log_type error", "log_timestamp_format %H:%M:%S",
					"log_dest file " + directory.resolve("mosquitto.log").toAbsolutePath(),
					settings.poison() ? "max_packet_size " + Settings.PACKET_LIMIT : "");
		}

		@Override
		public String uri() {
			return this.broker.uri();
		}

		@Override
		public void stop() {
			this.broker.stop();
		}

		@Override
		public void kill() {
			this.broker.kill();
		}

		@Override
		public void restart() {
			this.broker.restart();
		}

		@Override
		public boolean pause() {
			this.broker.pause();
			return true;
		}

		@Override
		public void resume() {
			this.broker.resume();
		}

		@Override
		public void close() {
			this.broker.resume();
			this.broker.close();
		}

	}

	private static final class Artemis implements Broker {

		private final ArtemisBroker broker = ArtemisBroker.start();

		private boolean stopped;

		@Override
		public String uri() {
			return this.broker.uri();
		}

		@Override
		public void stop() {
			this.broker.stop();
			this.stopped = true;
		}

		/** It is in this JVM. */
		@Override
		public void kill() {
			throw new UnsupportedOperationException();
		}

		@Override
		public void restart() {
			this.broker.restart();
			this.stopped = false;
		}

		/** It is in this JVM. */
		@Override
		public boolean pause() {
			return false;
		}

		@Override
		public void resume() {
			// It was not paused.
		}

		@Override
		public void close() {
			if (this.stopped) {
				this.broker.restart();
			}
			this.broker.close();
		}

	}

}
