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

package io.github.mqttredis.ownership;

import java.util.List;
import java.util.Scanner;

import io.github.mqttredis.actuate.MqttPersistenceHealthIndicator;
import io.github.mqttredis.paho.v3.PersistentMqttAsyncClient;
import io.github.mqttredis.paho.v3.SessionMqttClientPersistence;
import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.testing.Application;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.RedisClient;
import org.eclipse.paho.client.mqttv3.MqttException;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * A process that owns a session, does what it reads from its standard input, and answers
 * every line with one of its own.
 */
public final class OwnerProcess {

	/** Marks the lines that are answers. */
	static final String ANSWER = "answer: ";

	private final RedisSessionStore store;

	private final PersistentMqttAsyncClient client;

	private final String clientId;

	private OwnerProcess(int redisPort, String brokerUri, String clientId, StoreSettings settings)
			throws MqttException {
		LettuceConnectionFactory factory = RedisClient.lettuce(redisPort);
		this.clientId = clientId;
		this.store = new RedisSessionStore(factory, settings);
		this.store.start();
		this.client = new PersistentMqttAsyncClient(brokerUri, clientId,
				new SessionMqttClientPersistence(this.store, "broker"));
	}

	/**
	 * Run.
	 * @param args Redis' port, the broker's URI, the client id, and how long the lease
	 * lasts in milliseconds
	 */
	public static void main(String[] args) throws Exception {
		StoreSettings settings = new StoreSettings("test", Application.SETTINGS.writeTimeout(),
				Load.millis(Long.parseLong(args[3])), Application.SETTINGS.acquireTimeout());
		OwnerProcess process = new OwnerProcess(Integer.parseInt(args[0]), args[1], args[2], settings);
		answer("opened");
		try (Scanner commands = new Scanner(System.in)) {
			while (commands.hasNextLine()) {
				answer(process.run(commands.nextLine().split(" ")));
			}
		}
		Runtime.getRuntime().halt(0);
	}

	private static void answer(String text) {
		System.out.println(ANSWER + text);
		System.out.flush();
	}

	private String run(String[] command) {
		try {
			switch (command[0]) {
				case "connect" -> this.client.connect(Application.options()).waitForCompletion(Await.MILLIS);
				case "publish" -> this.client.publish("test/" + this.clientId, command[1].getBytes(),
						Integer.parseInt(command[2]), false);
				case "state" -> {
					return this.store.sessions().get(0).state().toString();
				}
				case "health" -> {
					return new MqttPersistenceHealthIndicator(this.store, false,
							MqttPersistenceHealthIndicator.LINK_AWAY, List::of, List::of)
						.health()
						.toString();
				}
				case "stop" -> this.store.stop();
				default -> {
					return "unknown command";
				}
			}
			return "done";
		}
		catch (MqttException ex) {
			return "failed with " + ex.getReasonCode() + " " + ex.getMessage();
		}
	}

}
