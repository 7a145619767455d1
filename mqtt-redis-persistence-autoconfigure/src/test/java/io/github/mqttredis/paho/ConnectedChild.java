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

package io.github.mqttredis.paho;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.testing.Application;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.ChildJvm;
import io.github.mqttredis.testing.RedisClient;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * A JVM that has a client and nothing else that would keep it alive.
 */
public final class ConnectedChild implements AutoCloseable {

	private final Process process;

	private ConnectedChild(Process process) {
		this.process = process;
	}

	/**
	 * Connect, publish, and have the client closed when the standard input ends.
	 * @param args the version, Redis' port, the broker's URI, and the client id
	 */
	public static void main(String[] args) throws Exception {
		LettuceConnectionFactory factory = RedisClient.lettuce(Integer.parseInt(args[1]));
		RedisSessionStore store = new RedisSessionStore(factory, Application.SETTINGS);
		store.start();
		PahoClient client = PahoClient.connect(args[0], store, args[2], args[3]);
		client.publish("test/connected", args[3], 1);
		Thread closing = new Thread(() -> {
			try {
				System.in.transferTo(System.out);
				client.disconnect();
				client.close();
				store.stop();
				factory.destroy();
			}
			catch (Exception ex) {
				ex.printStackTrace();
			}
		});
		closing.setDaemon(true);
		closing.start();
	}

	static ConnectedChild start(String version, int redisPort, String brokerUri, String clientId) throws IOException {
		List<String> command = ChildJvm.command("-Xmx96m", ConnectedChild.class.getName(), version,
				Integer.toString(redisPort), brokerUri, clientId);
		return new ConnectedChild(new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.INHERIT)
			.start());
	}

	boolean isAlive() {
		return this.process.isAlive();
	}

	/** Have the client disconnected and closed. */
	void closeClient() throws IOException {
		this.process.getOutputStream().close();
	}

	/**
	 * Wait until the JVM has ended by itself.
	 * @return whether it has
	 */
	boolean awaitEnd() throws InterruptedException {
		return this.process.waitFor(Await.MILLIS, TimeUnit.MILLISECONDS);
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

}
