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

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.testing.Await;
import redis.clients.jedis.Jedis;

/**
 * Broken sessions: the suite has to notice each of them.
 */
enum Mutant {

	/**
	 * A record is dropped before the broker has acknowledged the message.
	 */
	REMOVE_BEFORE_ACKNOWLEDGE {

		@Override
		Changed change(Surroundings surroundings) {
			return new Changed() {

				@Override
				public void put(Session session, String key, byte[] value) throws SessionException {
					session.put(key, value);
					session.remove(key);
				}

			};
		}

	},

	/**
	 * A record is acknowledged first and stored with the next write, after its packet was
	 * sent.
	 */
	PUT_AFTER_SEND {

		@Override
		Changed change(Surroundings surroundings) {
			return new Changed() {

				private final Map<String, byte[]> deferred = new LinkedHashMap<>();

				@Override
				public synchronized void put(Session session, String key, byte[] value) throws SessionException {
					flush(session);
					this.deferred.put(key, value);
				}

				@Override
				public synchronized void remove(Session session, String key) throws SessionException {
					flush(session);
					session.remove(key);
				}

				private void flush(Session session) throws SessionException {
					for (Map.Entry<String, byte[]> record : this.deferred.entrySet()) {
						session.put(record.getKey(), record.getValue());
					}
					this.deferred.clear();
				}

			};
		}

	},

	/**
	 * The removal of sc-N overtakes the one of s-N.
	 */
	NO_ORDER {

		@Override
		Changed change(Surroundings surroundings) {
			return new Changed() {

				private String overtaken = "";

				@Override
				public synchronized void remove(Session session, String key) throws SessionException {
					if (key.startsWith("s-")) {
						this.overtaken = key;
						return;
					}
					session.remove(key);
					if (key.startsWith("sc-")) {
						String hash = surroundings.hash(session.id().clientId());
						try (Jedis jedis = surroundings.jedis()) {
							Await.until("the removal has overtaken", () -> !jedis.hexists(hash, key));
						}
					}
					else if (!this.overtaken.isEmpty()) {
						session.remove(this.overtaken);
						this.overtaken = "";
					}
				}

			};
		}

	};

	abstract Changed change(Surroundings surroundings);

	UnaryOperator<Session> in(Surroundings surroundings) {
		return (session) -> {
			Changed changed = change(surroundings);
			Map<String, byte[]> put = new ConcurrentHashMap<>();
			return (Session) Proxy.newProxyInstance(Session.class.getClassLoader(), new Class<?>[] { Session.class },
					(proxy, method, arguments) -> call(changed, put, session, method, arguments));
		};
	}

	private static Object call(Changed changed, Map<String, byte[]> put, Session session, Method method,
			Object[] arguments) throws Throwable {
		switch (method.getName()) {
			case "put" -> {
				put.put((String) arguments[0], (byte[]) arguments[1]);
				changed.put(session, (String) arguments[0], (byte[]) arguments[1]);
			}
			case "remove" -> {
				put.remove((String) arguments[0]);
				changed.remove(session, (String) arguments[0]);
			}
			case "get" -> {
				// What is broken does not know it.
				byte[] record = session.get((String) arguments[0]);
				return (record != null) ? record : put.get((String) arguments[0]);
			}
			default -> {
				try {
					return method.invoke(session, arguments);
				}
				catch (InvocationTargetException ex) {
					throw ex.getCause();
				}
			}
		}
		return null;
	}

	/**
	 * What a mutant does otherwise.
	 */
	interface Changed {

		default void put(Session session, String key, byte[] value) throws SessionException {
			session.put(key, value);
		}

		default void remove(Session session, String key) throws SessionException {
			session.remove(key);
		}

	}

}
