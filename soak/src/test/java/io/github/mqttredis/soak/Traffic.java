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

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * All messages of an episode: those that the application publishes, as the soak's own
 * subscriber gets them straight from the broker, and commands to the application.
 */
final class Traffic implements AutoCloseable {

	/** How many messages of a client may be without an answer. */
	private static final int OUTSTANDING = 20;

	/**
	 * How often a client publishes poison, if there is any: seldom enough that it sets
	 * one message aside, which takes some links, before the next one comes.
	 */
	private static final int SECONDS_TO_POISON = 20;

	private static final int TICK_MILLIS = 20;

	private final Settings settings;

	private final Journal journal;

	private final Random random;

	private final Map<String, Message> messages = new ConcurrentHashMap<>();

	private final Map<String, Command> commands = new ConcurrentHashMap<>();

	private final Map<String, Integer> numbers = new LinkedHashMap<>();

	/** Of a client that is given messages: those without an answer. */
	private final Map<String, Map<String, Message>> outstanding = new ConcurrentHashMap<>();

	private final List<String> strangers = new ArrayList<>();

	private final AtomicLong arrivals = new AtomicLong();

	private final BrokerClient client;

	private volatile AppProcess target;

	private volatile boolean probing;

	private volatile boolean closed;

	private Thread publisher;

	Traffic(Settings settings, Journal journal, long seed, String brokerUri) {
		this.settings = settings;
		this.journal = journal;
		this.random = Schedule.random(seed, 3);
		// Artemis forgets a PUBREL that it still owes when it stops, and its packet id
		// would then be in the way of a later message.
		int qos = (settings.broker() == Settings.Broker.ARTEMIS) ? 1 : 2;
		this.client = new BrokerClient(brokerUri, "soak", "up/#", qos, new Listener());
	}

	void start() {
		this.publisher = new Thread(this::publish, "publisher");
		this.publisher.setDaemon(true);
		this.publisher.start();
	}

	/**
	 * Have a process publish from now on, in place of the one before.
	 * @param process the process, {@code null} for none
	 * @param probing whether it is no owner any more, and its messages show that
	 */
	void to(AppProcess process, boolean probing) {
		this.probing = probing;
		this.target = process;
	}

	private void publish() {
		double due = 0;
		while (!this.closed) {
			due += this.settings.rate() * TICK_MILLIS / 1000.0;
			AppProcess process = this.target;
			for (; due >= 1; due--) {
				if (process != null && process.isAlive() && process.started() > 0) {
					this.settings.clients().forEach((name) -> publish(name, process));
				}
			}
			try {
				TimeUnit.MILLISECONDS.sleep(TICK_MILLIS);
			}
			catch (InterruptedException ex) {
				return;
			}
		}
	}

	private void publish(String name, AppProcess process) {
		Map<String, Message> waiting = this.outstanding.computeIfAbsent(name + " " + process,
				(key) -> new ConcurrentHashMap<>());
		if (waiting.size() >= OUTSTANDING) {
			return;
		}
		int number = this.numbers.merge(name, 1, Integer::sum);
		boolean poison = this.settings.poison() && this.random.nextInt(SECONDS_TO_POISON * this.settings.rate()) == 0;
		int topic = this.random.nextInt(3);
		Message message = new Message(name, number, 1 + this.random.nextInt(2), topic == 2, size(poison),
				"up/" + name + "/" + topic, process, this.journal.now(), poison, this.probing);
		this.messages.put(message.id(), message);
		waiting.put(message.id(), message);
		process.publish(message);
		if (this.random.nextInt(5) == 0) {
			command(name, number, this.random.nextInt(1, 3));
		}
	}

	private int size(boolean poison) {
		if (poison) {
			return Settings.POISON_BYTES;
		}
		return switch (this.random.nextInt(100)) {
			case 0 -> this.settings.poison() ? Settings.PACKET_LIMIT * 9 / 10 : 300_000;
			case 1, 2, 3 -> 5000 + this.random.nextInt(10_000);
			default -> 20 + this.random.nextInt(400);
		};
	}

	/** A command to the application, straight to the broker. */
	private void command(String name, int number, int qos) {
		String id = name + "/c" + number + "/q" + qos;
		Command command = new Command(id, qos, this.journal.now());
		this.commands.put(id, command);
		boolean taken = this.client.publish("down/" + name, (id + SoakApplication.END).getBytes(), qos,
				() -> command.acknowledged = this.journal.now());
		if (!taken) {
			this.commands.remove(id);
		}
	}

	void accepted(String id) {
		Message message = this.messages.get(id);
		message.accepted(this.journal.now());
		answered(message);
	}

	void refused(String id, String reason) {
		Message message = this.messages.get(id);
		message.refused(this.journal.now(), reason);
		answered(message);
	}

	private void answered(Message message) {
		this.outstanding.get(message.client + " " + message.process).remove(message.id());
	}

	/**
	 * Note that a command was received.
	 * @param process who says so
	 * @param begun when its callback began
	 * @param words the client and the command
	 */
	void got(AppProcess process, long begun, String... words) {
		String name = words[0];
		String id = words[1];
		Command command = this.commands.get(id);
		if (command == null || !id.startsWith(name + "/")) {
			synchronized (this.strangers) {
				this.strangers.add(process + " got " + id + " as " + name);
			}
			return;
		}
		command.got(new Reception(process, begun, this.journal.now()));
	}

	/** Stop publishing. */
	void end() throws InterruptedException {
		this.closed = true;
		this.publisher.join();
	}

	Collection<Message> messages() {
		return this.messages.values();
	}

	Collection<Command> commands() {
		return this.commands.values();
	}

	List<String> strangers() {
		synchronized (this.strangers) {
			return List.copyOf(this.strangers);
		}
	}

	@Override
	public void close() {
		this.closed = true;
		this.client.close();
	}

	/**
	 * A command to the application.
	 */
	static final class Command {

		final String id;

		final int qos;

		final long issued;

		/** When the broker had taken it, 0 if it is not known to have. */
		volatile long acknowledged;

		private final List<Reception> receptions = new ArrayList<>();

		Command(String id, int qos, long issued) {
			this.id = id;
			this.qos = qos;
			this.issued = issued;
		}

		/** Who is to receive it. */
		String client() {
			return this.id.substring(0, this.id.indexOf('/'));
		}

		synchronized void got(Reception reception) {
			this.receptions.add(reception);
		}

		synchronized List<Reception> receptions() {
			return List.copyOf(this.receptions);
		}

		@Override
		public String toString() {
			return "command " + this.id + " of " + this.issued + ", at the broker at " + this.acknowledged
					+ ", received " + receptions();
		}

	}

	/**
	 * A reception of a command.
	 *
	 * @param process who received it
	 * @param begun when its callback began
	 * @param at when it said so
	 */
	record Reception(AppProcess process, long begun, long at) {

		@Override
		public String toString() {
			return "by " + this.process + " from " + this.begun + " to " + this.at;
		}

	}

	private final class Listener implements BrokerClient.Listener {

		@Override
		public void connected(boolean sessionPresent) {
			Traffic.this.journal.note("the soak's own client is connected"
					+ (sessionPresent ? "" : ", and the broker has no session of it"));
		}

		@Override
		public void failed(Throwable reason) {
			Traffic.this.journal.note("the soak's own client has failed: " + reason);
		}

		@Override
		public void arrived(String topic, byte[] received) {
			String payload = new String(received);
			int end = payload.indexOf(SoakApplication.END);
			String id = (end < 0) ? payload : payload.substring(0, end);
			Message message = Traffic.this.messages.get(id);
			if (message == null || message.size != Math.max(payload.length(), message.id().length() + 1)
					|| !topic.equals(message.topic)) {
				synchronized (Traffic.this.strangers) {
					Traffic.this.strangers.add("delivered " + id + " on " + topic + ", " + payload.length() + " bytes");
				}
				return;
			}
			message.delivered(Traffic.this.journal.now(), Traffic.this.arrivals.incrementAndGet());
		}

	}

}
