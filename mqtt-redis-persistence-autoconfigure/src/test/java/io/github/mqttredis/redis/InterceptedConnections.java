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

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisScriptingCommands;

/**
 * A connection factory whose commands can be made to fail, or to run twice.
 */
final class InterceptedConnections {

	private InterceptedConnections() {
	}

	/**
	 * Intercept what is asked of a factory's connections.
	 * @param factory the factory
	 * @param interceptor called in place of every method
	 * @return a factory to use in its place
	 */
	static RedisConnectionFactory of(RedisConnectionFactory factory, Interceptor interceptor) {
		return intercept(RedisConnectionFactory.class, factory, interceptor);
	}

	private static <T> T intercept(Class<T> type, T target, Interceptor interceptor) {
		return type.cast(Proxy.newProxyInstance(InterceptedConnections.class.getClassLoader(), new Class<?>[] { type },
				(proxy, method, arguments) -> {
					Object result = interceptor.around(method.getName(), () -> {
						try {
							return method.invoke(target, arguments);
						}
						catch (InvocationTargetException ex) {
							throw ex.getCause();
						}
					});
					if (result instanceof RedisConnection connection && method.getName().equals("getConnection")) {
						return intercept(RedisConnection.class, connection, interceptor);
					}
					return (method.getName().equals("scriptingCommands"))
							? intercept(RedisScriptingCommands.class, (RedisScriptingCommands) result, interceptor)
							: result;
				}));
	}

	/**
	 * What is done in place of a method.
	 */
	interface Interceptor {

		Object around(String method, Call call) throws Throwable;

	}

	/**
	 * The method.
	 */
	interface Call {

		Object run() throws Throwable;

	}

}
