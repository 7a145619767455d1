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

package io.github.mqttredis.testing;

import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The thread on which Paho connects a client.
 */
public final class ConnectThread {

	private ConnectThread() {
	}

	/**
	 * Return whether a client's attempt to connect waits for the callback thread, in Paho
	 * or in our code.
	 * @param clientId whose attempt
	 * @return whether it does
	 */
	public static boolean waitsForCallback(String clientId) {
		return isIn(clientId, (frame) -> frame.getClassName().endsWith(".CommsCallback")
				|| frame.getMethodName().equals("awaitCallback"));
	}

	/**
	 * Return whether a client's attempt to connect waits for Redis to confirm the lease.
	 * @param clientId whose attempt
	 * @return whether it does
	 */
	public static boolean waitsForRedis(String clientId) {
		return isIn(clientId, (frame) -> frame.getMethodName().equals("confirmOwned"));
	}

	private static boolean isIn(String clientId, Predicate<StackTraceElement> wanted) {
		return Thread.getAllStackTraces()
			.entrySet()
			.stream()
			.filter((thread) -> isOf(clientId, thread.getKey()))
			.map(Map.Entry::getValue)
			.flatMap(Stream::of)
			.anyMatch(wanted);
	}

	/**
	 * Return whether an attempt to connect a client is under way.
	 * @param clientId whose attempt
	 * @return whether it is
	 */
	public static boolean exists(String clientId) {
		return Thread.getAllStackTraces().keySet().stream().anyMatch((thread) -> isOf(clientId, thread));
	}

	private static boolean isOf(String clientId, Thread thread) {
		return thread.getName().equals("MQTT Con: " + clientId);
	}

}
