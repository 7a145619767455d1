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

package io.github.mqttredis.sample.launcher.page;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import io.github.mqttredis.sample.Topics;
import io.github.mqttredis.sample.launcher.Daemons;
import io.github.mqttredis.sample.launcher.DeliveryObserver;
import io.github.mqttredis.sample.launcher.GatewayClient;
import io.github.mqttredis.sample.launcher.GatewaySettings;
import io.github.mqttredis.sample.launcher.Switch;
import io.github.mqttredis.sample.launcher.page.Rates.Rate;
import io.github.mqttredis.sample.launcher.page.State.Point;
import io.github.mqttredis.sample.launcher.page.State.StoredRecord;
import io.github.mqttredis.sample.launcher.page.StoredSession.Content;
import io.github.mqttredis.sample.launcher.page.Tally.Counts;
import io.github.mqttredis.session.InspectedRecord;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionUnavailableException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * The gateway at work: publishes, looks twice a second at Redis, the gateways and what is
 * delivered, and serves the page that shows it.
 *
 * @since 0.1.0
 */
public final class LivePage implements AutoCloseable {

	private static final Duration PERIOD = Duration.ofMillis(500);

	private static final int SHOWN_RECORDS = 8;

	private static final int POINTS = 120;

	private final JsonMapper json = new JsonMapper();

	private final Tally tally = new Tally();

	private final Journal journal = new Journal();

	private final List<Point> history = new ArrayList<>();

	private final Rates rates = new Rates();

	private final Story story = new Story();

	private final StoredSession session;

	private final Gateways gateways;

	private final Publisher publisher;

	private final Actions actions;

	private final DeliveryObserver observer;

	private final PageServer server;

	private final Servers servers;

	private final Map<String, String> states = new TreeMap<>();

	private volatile @Nullable GatewayClient accepting;

	private volatile @Nullable State last;

	private boolean redisAnswered = true;

	/**
	 * Create the page.
	 * @param settings with what gateways are started
	 * @param observer sees what is delivered
	 * @param servers Redis and the broker
	 * @param port the port of the page
	 */
	public LivePage(GatewaySettings settings, DeliveryObserver observer, Servers servers, int port) {
		this.servers = servers;
		this.observer = observer;
		this.session = new StoredSession(servers.connectionFactory(), servers.keyPrefix(), servers.sessionId());
		this.gateways = new Gateways(settings, this.session, this.journal, this::killed);
		this.publisher = new Publisher(() -> this.accepting, this.tally);
		this.actions = new Actions(this.publisher, this.gateways, servers, this.journal);
		this.server = new PageServer(port, this.actions::run);
	}

	/**
	 * Start the gateway and begin to show what it does.
	 */
	public void start() {
		this.observer.start(Topics.TELEMETRY, (id, qos) -> this.tally.delivered(id));
		this.gateways.startFirst();
		this.publisher.start();
		this.server.start();
		Daemons.start("page", () -> {
			while (!Thread.currentThread().isInterrupted()) {
				tick();
				LockSupport.parkNanos(PERIOD.toNanos());
			}
		});
	}

	/**
	 * Return where the page is.
	 * @return the address
	 */
	public String uri() {
		return this.server.uri();
	}

	/**
	 * Return where the health of the gateway is to be seen.
	 * @return the address
	 */
	public String healthUri() {
		return this.gateways.members().get(0).gateway().client().healthUri();
	}

	/**
	 * Look after gateways that have ended, and return a line that says how things stand.
	 * @return the line
	 */
	public String check() {
		this.gateways.check();
		State state = this.last;
		Long inRedis = (state != null) ? state.inRedis() : Long.valueOf(0);
		Counts counts = this.tally.counts(System.nanoTime());
		return "published %d   in Redis %s   delivered %d".formatted(counts.published(),
				(inRedis != null) ? inRedis : "? (Redis does not answer)", counts.delivered());
	}

	private void tick() {
		Content content = null;
		List<StoredRecord> records = List.of();
		long inRedis = 0;
		try {
			content = this.session.content();
			List<StoredRecord> inFlight = parse(content.inFlight());
			List<StoredRecord> waiting = parse(content.oldest());
			// A message of QoS 2 may have two records.
			inRedis = content.waiting() + inFlight.stream().mapToInt(StoredRecord::packetId).distinct().count();
			this.tally.stored(readings(inFlight), System.nanoTime());
			this.tally.stored(readings(waiting), System.nanoTime());
			if (this.tally.isInDoubt(System.nanoTime())) {
				this.tally.stored(readings(parse(this.session.all())), System.nanoTime());
			}
			records = Stream.concat(inFlight.stream().sorted(StoredRecord.OLDEST_FIRST), waiting.stream())
				.limit(SHOWN_RECORDS)
				.toList();
			choose(content.owner());
		}
		catch (SessionUnavailableException ex) {
			content = null;
			this.tally.redisIsAway(System.nanoTime());
		}
		redisAnswers(content != null);
		publish(records, (content != null) ? inRedis : null, content);
	}

	private List<StoredRecord> parse(List<InspectedRecord> records) {
		Instant now = Instant.now();
		return records.stream()
			.map((record) -> StoredRecord.of(record, this.json, now))
			.filter(Objects::nonNull)
			.toList();
	}

	private static List<String> readings(List<StoredRecord> records) {
		return records.stream().map(StoredRecord::reading).filter(Objects::nonNull).toList();
	}

	/** The gateway is dead: whatever is in Redis and did not arrive is there only. */
	private void killed() {
		try {
			this.story.killed(this.tally.undelivered(readings(parse(this.session.all()))));
		}
		catch (SessionUnavailableException ex) {
			this.journal.add("Redis does not answer: nobody can tell what it holds");
		}
	}

	private void choose(long owner) {
		Member member = this.gateways.owner(owner);
		if (member != null) {
			this.accepting = (member.phase() == Member.Phase.RUNNING) ? member.gateway().client() : null;
		}
	}

	private void redisAnswers(boolean answers) {
		if (answers != this.redisAnswered) {
			this.redisAnswered = answers;
			this.journal.add(answers ? "Redis answers again" : "Redis does not answer");
		}
	}

	private void publish(List<StoredRecord> records, @Nullable Long inRedis, @Nullable Content content) {
		long now = System.nanoTime();
		long owner = (content != null) ? content.owner() : 0;
		Counts counts = this.tally.counts(now);
		Rate rate = this.rates.add(counts, now);
		this.history.add(new Point(rate.published(), rate.delivered(), inRedis));
		if (this.history.size() > POINTS) {
			this.history.remove(0);
		}
		Map<String, Boolean> can = new TreeMap<>(this.actions.available());
		Switch broker = this.servers.broker();
		List<Member.View> gateways = this.gateways.members().stream().map((member) -> member.view(owner)).toList();
		gateways.forEach(this::noteChange);
		Story.View told = (broker != null) ? this.story.look(broker.isOn(), counts.published(), this.tally::undelivered)
				: null;
		State state = new State(counts, inRedis, (content != null) ? content.waiting() : 0, records, gateways,
				inRedis != null, (broker != null) ? broker.isOn() : null, this.gateways.handover(),
				this.journal.entries(), can, this.gateways.labels(owner), told, List.copyOf(this.history));
		this.last = state;
		this.server.show(this.json.writeValueAsString(state));
	}

	private void noteChange(Member.View gateway) {
		String before = this.states.put(gateway.name(), gateway.state());
		if (before != null && !before.equals(gateway.state())) {
			this.journal.add("%s: %s", gateway.name(), gateway.state());
		}
	}

	@Override
	public void close() {
		this.publisher.close();
		this.server.close();
		this.gateways.close();
		this.session.close();
	}

	/**
	 * Redis and the broker.
	 *
	 * @param connectionFactory leads to Redis
	 * @param keyPrefix what all keys in Redis start with
	 * @param sessionId the gateway's session
	 * @param redis turns Redis off, {@code null} if it is not the launcher's
	 * @param broker turns the broker off, {@code null} if it is not the launcher's
	 */
	public record Servers(RedisConnectionFactory connectionFactory, String keyPrefix, SessionId sessionId,
			@Nullable Switch redis, @Nullable Switch broker) {

	}

}
