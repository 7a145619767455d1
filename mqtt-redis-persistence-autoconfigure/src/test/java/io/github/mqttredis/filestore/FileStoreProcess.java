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

package io.github.mqttredis.filestore;

import io.github.mqttredis.testing.Application;
import io.github.mqttredis.testing.Await;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.persist.MqttDefaultFilePersistence;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;

/**
 * An application as it was before: a Paho client with Paho's file store, which publishes
 * until it is killed.
 */
public final class FileStoreProcess {

	/** Stands in front of a payload whose publish has returned. */
	static final String PUBLISHED = "published: ";

	private FileStoreProcess() {
	}

	/**
	 * Run.
	 * @param args the version of MQTT, the broker's URI, the directory, and how many
	 * messages to publish
	 */
	public static void main(String[] args) throws Exception {
		int messages = Integer.parseInt(args[3]);
		Publish publish = "3".equals(args[0]) ? v3(args[1], args[2]) : v5(args[1], args[2]);
		for (int i = 0; i < messages; i++) {
			int qos = 1 + i % 2;
			String payload = "qos" + qos + "-" + i;
			publish.run(payload.getBytes(), qos);
			System.out.println(PUBLISHED + payload);
			System.out.flush();
		}
		Thread.currentThread().join();
	}

	private static Publish v3(String uri, String directory) throws Exception {
		MqttAsyncClient client = new MqttAsyncClient(uri, "gateway", new MqttDefaultFilePersistence(directory));
		client.connect(Application.options()).waitForCompletion(Await.MILLIS);
		return (payload, qos) -> client.publish("moved", payload, qos, false);
	}

	private static Publish v5(String uri, String directory) throws Exception {
		var client = new org.eclipse.paho.mqttv5.client.MqttAsyncClient(uri, "gateway",
				new org.eclipse.paho.mqttv5.client.persist.MqttDefaultFilePersistence(directory));
		MqttConnectionOptions options = new MqttConnectionOptions();
		options.setCleanStart(false);
		options.setSessionExpiryInterval(3600L);
		client.connect(options).waitForCompletion(Await.MILLIS);
		return (payload, qos) -> client.publish("moved", payload, qos, false);
	}

	/**
	 * Publishes.
	 */
	private interface Publish {

		void run(byte[] payload, int qos) throws Exception;

	}

}
