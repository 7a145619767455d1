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

import java.util.Map;

import io.github.mqttredis.session.MqttVersion;
import org.jspecify.annotations.Nullable;

/**
 * Observes messages, to measure and trace them. Many threads call it at once; none of
 * them holds a lock of Paho or of this library. Exceptions that it throws are logged and
 * affect no message.
 *
 * @since 0.1.0
 */
public interface MessageObserver {

	/**
	 * Begin to observe a message that the application publishes, on its thread.
	 * @param message the message
	 * @param headers takes what is to travel with the message: to the receiver (MQTT 5),
	 * and to the client that sends it after a crash
	 * @return told how it ends
	 */
	Observed publish(Message message, Map<String, String> headers);

	/**
	 * Begin to observe a message that was stored and is handed to the broker now.
	 * @param message the message
	 * @param headers what has travelled with the message
	 * @return told how it ends
	 */
	Observed deliver(Message message, Map<String, String> headers);

	/**
	 * Begin to observe a message that has arrived.
	 * @param message the message
	 * @param headers what has travelled with the message; empty in MQTT 3
	 * @return told how it ends
	 */
	Observed receive(Message message, Map<String, String> headers);

	/**
	 * A message.
	 *
	 * @param version the version of MQTT
	 * @param clientId the client that sends or receives it
	 * @param topic its topic
	 * @param qos its quality of service
	 */
	record Message(MqttVersion version, String clientId, String topic, int qos) {

	}

	/**
	 * How the observation of a message ends.
	 */
	enum Outcome {

		/**
		 * The broker has acknowledged the message.
		 */
		ACKNOWLEDGED,

		/**
		 * The message, of QoS 0, was handed to the client.
		 */
		SENT,

		/**
		 * The message is stored, and is delivered later.
		 */
		STORED,

		/**
		 * The application has handled the message.
		 */
		HANDLED,

		/**
		 * The message was refused, dropped, or not handled.
		 */
		FAILED

	}

	/**
	 * A message that is observed.
	 */
	interface Observed {

		/**
		 * Make the observation the current one of this thread.
		 * @return ends that, on the same thread
		 */
		Runnable openScope();

		/**
		 * Return what travels on with a received message of MQTT 5, to the application:
		 * user properties that take the place of those of the same name.
		 * @return the user properties by name; empty for none
		 */
		default Map<String, String> headers() {
			return Map.of();
		}

		/**
		 * End the observation. Called once.
		 * @param outcome what has become of the message
		 * @param error why, {@code null} if it has not failed
		 */
		void stop(Outcome outcome, @Nullable Throwable error);

	}

}
