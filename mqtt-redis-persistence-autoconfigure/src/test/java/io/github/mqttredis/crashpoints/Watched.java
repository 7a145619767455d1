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

package io.github.mqttredis.crashpoints;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import io.github.mqttredis.crashpoints.CrashSwitch.Call;
import io.github.mqttredis.crashpoints.CrashSwitch.DeadProcessError;
import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.session.MessageQueue;
import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.RecordKind;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionStore;

import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.RedisSystemException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Wraps what a process uses so that its calls pass the {@link CrashSwitch}: the store and
 * its sessions, and the connection to Redis. Made of proxies, so that a new method of an
 * interface is a new point and no compile error.
 */
final class Watched {

	/** Where {@code write.lua} has the mark that it expects: after its keys. */
	private static final int EXPECTED = 5;

	/** Where it has the number of records to put, and behind it those of the queue. */
	private static final int PUTS = EXPECTED + 8;

	/** Where the records begin. */
	private static final int RECORDS = PUTS + 3;

	/** What it has of each message that is put in the queue; the record is the last. */
	private static final int MESSAGE = 5;

	private static final List<String> SCRIPTS = List.of("acquire", "confirm", "quarantine", "queue", "release",
			"write");

	/**
	 * Calls that change nothing and are not counted, because they come at any time.
	 */
	private static final Set<String> UNCOUNTED = Set.of("id", "status", "wakeWaiters", "happened", "toString",
			"hashCode", "equals", "sessions", "ping", "isClosed", "isQueueing", "isPipelined", "isSubscribed",
			"getNativeConnection");

	private final CrashSwitch life;

	private final Fault fault;

	private final Consumer<byte[]> stored;

	/**
	 * The fault lasts until a call has failed by it.
	 */
	private volatile boolean faultActive;

	private volatile boolean refusesAll;

	private final Map<String, String> scripts = new HashMap<>();

	/**
	 * Create what watches.
	 * @param life what the calls pass
	 * @param fault what Redis does
	 * @param stored told of each record that Redis has stored
	 */
	Watched(CrashSwitch life, Fault fault, Consumer<byte[]> stored) {
		this.life = life;
		this.fault = fault;
		this.stored = stored;
		for (String script : SCRIPTS) {
			this.scripts.put(sha1(script(script)), script);
		}
	}

	static byte[] script(String name) {
		try (InputStream in = RedisSessionStore.class.getResourceAsStream(name + ".lua")) {
			return Objects.requireNonNull(in, name).readAllBytes();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static List<String> scripts() {
		return SCRIPTS;
	}

	private static String sha1(byte[] source) {
		try {
			byte[] digest = java.security.MessageDigest.getInstance("SHA-1").digest(source);
			return java.util.HexFormat.of().formatHex(digest);
		}
		catch (java.security.NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static <T> T proxy(Class<T> type, InvocationHandler handler) {
		return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, handler));
	}

	private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
		try {
			return method.invoke(target, arguments);
		}
		catch (InvocationTargetException ex) {
			throw ex.getCause();
		}
	}

	SessionStore store(SessionStore store, UnaryOperator<Session> mutation, BiConsumer<String, byte[]> arrivals) {
		return proxy(SessionStore.class, (proxy, method, arguments) -> {
			if (!"open".equals(method.getName())) {
				return invoke(store, method, arguments);
			}
			Call call = this.life.enter("open", "");
			Session session = (Session) invoke(store, method, arguments);
			this.life.leave(call);
			return session(mutation.apply(session), arrivals);
		});
	}

	private Session session(Session session, BiConsumer<String, byte[]> arrivals) {
		return proxy(Session.class, (proxy, method, arguments) -> {
			String name = method.getName();
			try {
				if (UNCOUNTED.contains(name)) {
					this.life.pass();
					return invoke(session, method, arguments);
				}
				if ("queue".equals(name)) {
					this.life.pass();
					return queue(session.queue());
				}
				if ("put".equals(name) && RecordKey.require((String) arguments[0]).kind() == RecordKind.RECEIVED) {
					arrivals.accept((String) arguments[0], (byte[]) arguments[1]);
				}
				return counted(session, method, arguments);
			}
			catch (DeadProcessError ex) {
				if (method.getReturnType() == void.class && method.getExceptionTypes().length == 0) {
					// So that Paho's threads end.
					return null;
				}
				throw ex;
			}
		});
	}

	private MessageQueue queue(MessageQueue queue) {
		return proxy(MessageQueue.class, (proxy, method, arguments) -> {
			if (Set.of("size", "now", "first", "get", "loadAhead", "toString", "hashCode", "equals")
				.contains(method.getName())) {
				this.life.pass();
				return invoke(queue, method, arguments);
			}
			Call call = switch (method.getName()) {
				case "append" -> this.life.enter("put QUEUED", queued((byte[]) arguments[0]));
				case "hand" -> this.life.enter("put SENT", (String) arguments[1]);
				case "remove" -> this.life.enter("remove QUEUED", RecordKey.queued((long) arguments[0]).toString());
				default -> this.life.enter("queue " + method.getName(), "");
			};
			try {
				return invoke(queue, method, arguments);
			}
			catch (SessionException ex) {
				this.faultActive = false;
				throw ex;
			}
			finally {
				this.life.leave(call);
			}
		});
	}

	/** Its number is known only when it is put. */
	private static String queued(byte[] record) {
		return "q@" + System.identityHashCode(record);
	}

	private Object counted(Session session, Method method, Object[] arguments) throws Throwable {
		String name = method.getName();
		String key = ("put".equals(name) || "remove".equals(name)) ? (String) arguments[0] : "";
		RecordKey parsed = RecordKey.parse(key);
		String called = switch (name) {
			case "put", "remove" -> name + " " + ((parsed != null) ? parsed.kind() : key);
			case "pause" -> "close";
			case "awaitPuts" -> "send";
			default -> name;
		};
		Call call = this.life.enter(called, key);
		try {
			return invoke(session, method, arguments);
		}
		catch (SessionException ex) {
			this.faultActive = false;
			throw ex;
		}
		finally {
			this.life.leave(call);
		}
	}

	RedisConnectionFactory redis(RedisConnectionFactory factory) {
		return proxy(RedisConnectionFactory.class, (proxy, method, arguments) -> {
			Object result = redisCall(factory, method, arguments);
			return (result instanceof RedisConnection connection) ? connection(connection) : result;
		});
	}

	private RedisConnection connection(RedisConnection connection) {
		return proxy(RedisConnection.class, (proxy, method, arguments) -> {
			if (method.getName().endsWith("Commands") && method.getParameterCount() == 0) {
				Object commands = invoke(connection, method, arguments);
				return proxy(method.getReturnType(), (inner, command, values) -> redisCall(commands, command, values));
			}
			return redisCall(connection, method, arguments);
		});
	}

	private Object redisCall(Object commands, Method method, Object[] arguments) throws Throwable {
		try {
			String name = method.getName();
			if (name.equals("evalSha") || name.equals("eval")) {
				return script(commands, method, arguments);
			}
			if (UNCOUNTED.contains(name) || name.equals("close") || name.equals("getConnection")) {
				this.life.pass();
				return invoke(commands, method, arguments);
			}
			return command(name, commands, method, arguments);
		}
		catch (DeadProcessError ex) {
			throw new RedisConnectionFailureException("This process is dead", ex);
		}
	}

	private Object command(String name, Object commands, Method method, Object[] arguments) throws Throwable {
		Call call = this.life.enter("redis " + name, "");
		try {
			return send(commands, method, arguments);
		}
		finally {
			this.life.leave(call);
		}
	}

	private Object send(Object commands, Method method, Object[] arguments) throws Throwable {
		this.life.commandBegins();
		try {
			return invoke(commands, method, arguments);
		}
		finally {
			this.life.commandEnds();
		}
	}

	private Object script(Object commands, Method method, Object[] arguments) throws Throwable {
		String script = this.scripts.get((arguments[0] instanceof byte[] source) ? sha1(source) : arguments[0]);
		if (!"write".equals(script)) {
			return command(script, commands, method, arguments);
		}
		Set<Call> batch = batch((byte[][]) arguments[3]);
		this.life.beforeBatch(batch);
		try {
			boolean hit = batch.stream().anyMatch(this.fault::hits);
			this.faultActive |= hit;
			return this.faultActive ? fail(hit, commands, method, arguments) : write(commands, method, arguments);
		}
		finally {
			this.life.afterBatch(batch);
		}
	}

	private Object write(Object commands, Method method, Object[] arguments) throws Throwable {
		Object reply = send(commands, method, arguments);
		byte[][] all = (byte[][]) arguments[3];
		if (Arrays.equals((byte[]) ((List<?>) reply).get(0), all[EXPECTED])) {
			for (int i = 0; i < number(all, PUTS); i++) {
				this.stored.accept(all[RECORDS + 2 * i + 1]);
			}
			int queued = RECORDS + 2 * number(all, PUTS);
			for (int i = 1; i <= number(all, PUTS + 1); i++) {
				this.stored.accept(all[queued + MESSAGE * i - 1]);
			}
		}
		return reply;
	}

	private Object fail(boolean hit, Object commands, Method method, Object[] arguments) throws Throwable {
		switch (this.fault.kind()) {
			case OUT_OF_MEMORY -> {
				byte[][] all = (byte[][]) arguments[3];
				boolean removesFirst = "1".equals(text(all[EXPECTED + 6]));
				// What makes room is refused by a server only that refuses all.
				this.refusesAll |= hit && removesFirst;
				if (number(all, PUTS) + number(all, PUTS + 1) == 0 || (removesFirst && !this.refusesAll)) {
					return write(commands, method, arguments);
				}
				throw new RedisSystemException("Error in execution",
						new IllegalStateException(removesFirst ? "NOREPLICAS Not enough good replicas to write."
								: "OOM command not allowed when used memory > 'maxmemory'."));
			}
			case ANSWER_LOST -> {
				this.faultActive = false;
				write(commands, method, arguments);
				throw new QueryTimeoutException("Redis command timed out");
			}
			default -> throw new QueryTimeoutException("Redis command timed out");
		}
	}

	/**
	 * Take the arguments of {@code write.lua} apart: its keys, then the ARGV that the
	 * script describes.
	 */
	private Set<Call> batch(byte[][] arguments) {
		List<String> put = new ArrayList<>();
		List<String> removed = new ArrayList<>();
		for (int i = 0; i < number(arguments, PUTS); i++) {
			put.add(text(arguments[RECORDS + 2 * i]));
		}
		int queued = RECORDS + 2 * number(arguments, PUTS);
		int dequeued = queued + MESSAGE * number(arguments, PUTS + 1);
		for (int i = queued + MESSAGE - 1; i < dequeued; i += MESSAGE) {
			put.add(queued(arguments[i]));
		}
		for (int i = dequeued; i < arguments.length; i++) {
			removed.add(((i < dequeued + number(arguments, PUTS + 2)) ? "q-" : "") + text(arguments[i]));
		}
		return this.life.carried(put, removed, "1".equals(text(arguments[EXPECTED + 5])));
	}

	private static int number(byte[][] arguments, int index) {
		return Integer.parseInt(text(arguments[index]));
	}

	private static String text(byte[] bytes) {
		return new String(bytes, StandardCharsets.UTF_8);
	}

}
