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

package io.github.mqttredis.sample.launcher.demo;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import io.github.mqttredis.sample.Reading;
import io.github.mqttredis.sample.Topics;
import io.github.mqttredis.sample.launcher.demo.OutageNotes.Noted;
import org.eclipse.paho.mqttv5.client.IMqttAsyncClient;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.integration.mqtt.core.Mqttv5ClientManager;

/**
 * An application that publishes readings of QoS 2 on several topics, whether the broker
 * is there or not, until it has published as many as it was told. It notes them outside
 * its process: the next process goes on after the last one. Some expire.
 *
 * <p>
 * No stereotype annotation, or it would be a part of the gateway.
 *
 * @since 0.1.0
 */
@EnableAutoConfiguration
public class OutageApplication {

	/**
	 * The property with the number of messages.
	 */
	public static final String MESSAGES = "outage.messages";

	/**
	 * The property with the directory for the notes.
	 */
	public static final String NOTES = "outage.notes";

	static final int TOPICS = 8;

	/** The Message Expiry Interval of messages that expire. */
	static final long EXPIRY_SECONDS = 2;

	private static final int EXPIRING = 20;

	private static final long BACK_OFF = TimeUnit.MILLISECONDS.toNanos(50);

	/**
	 * Return what it publishes on.
	 * @return all topics
	 */
	public static List<String> topics() {
		return IntStream.rangeClosed(1, TOPICS).mapToObj((topic) -> Topics.OUTAGE + topic).toList();
	}

	/**
	 * Return whether a message expires.
	 * @param number its number, counted from 1 in each topic
	 * @return whether it does
	 */
	static boolean expires(int number) {
		return number % EXPIRING == 0;
	}

	/**
	 * Return how many messages a topic has.
	 * @param topic the topic, counted from 1
	 * @param messages the number of messages on all topics
	 * @return the number
	 */
	static int quota(int topic, int messages) {
		return messages / TOPICS + ((topic <= messages % TOPICS) ? 1 : 0);
	}

	@Bean
	ApplicationRunner publishers(Mqttv5ClientManager mqtt, @Value("${" + MESSAGES + "}") int messages,
			@Value("${" + NOTES + "}") Path notes) {
		return (arguments) -> {
			for (int topic = 1; topic <= TOPICS; topic++) {
				int number = topic;
				new Thread(() -> publish(mqtt, notes, number, quota(number, messages)), "publisher-" + topic).start();
			}
		};
	}

	private static void publish(Mqttv5ClientManager mqtt, Path directory, int topic, int quota) {
		JsonMapper json = new JsonMapper();
		IMqttAsyncClient client = Objects.requireNonNull(mqtt.getClient());
		Noted before = OutageNotes.read(directory, topic);
		int accepted = before.accepted().cardinality();
		try (OutageNotes notes = new OutageNotes(directory, topic)) {
			// What was interrupted may arrive: its number is not used again.
			for (int number = Math.max(1, before.attempted().length()); accepted < quota; number++) {
				notes.attempted(number);
				try {
					client.publish(Topics.OUTAGE + topic, message(json, topic, number));
					// It returned: the message is in Redis.
					notes.accepted(number);
					accepted++;
				}
				catch (MqttException ex) {
					System.err.println("Not accepted: " + topic + "-" + number + ": " + ex.getMessage());
					LockSupport.parkNanos(BACK_OFF);
				}
			}
		}
	}

	private static MqttMessage message(JsonMapper json, int topic, int number) {
		Reading reading = new Reading(topic + "-" + number, "outage", number, Instant.now());
		MqttProperties properties = new MqttProperties();
		if (expires(number)) {
			properties.setMessageExpiryInterval(EXPIRY_SECONDS);
		}
		return new MqttMessage(json.writeValueAsBytes(reading), 2, false, properties);
	}

}
