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

import java.time.Duration;

import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.ClientKeys;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.SharedRedis;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Links that end for other reasons than the messages on them: none is set aside.
 */
class FlappingLinkTests extends AbstractPoisonTests {

	private static final int PUBLISH = 3;

	@RegisterExtension
	static final SharedRedis redis = new SharedRedis();

	private void assertAllArrived(int count) {
		awaitSmall(count);
		Await.until("nothing is in flight", () -> ClientKeys.isNothingInFlight(redis.jedis(), clientId()));
		assertThat(ClientKeys.quarantined(redis.jedis(), clientId())).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenLinksAreFlappingThenNoMessageIsSetAside(String version) throws Exception {
		start();
		try (FaultyLink link = FaultyLink.to(uri())) {
			PahoClient client = PahoClient.create(version, redis.stores().start(), link.uri(), clientId());
			client.connect(60);
			// The answer to the message takes longer than any link lasts.
			link.holdLaterAnswers();
			client.publish("test/a", "m0", 1);
			for (int links = 1; links <= 6; links++) {
				endAfter(link, links, Duration.ofMillis(300));
			}
			assertThat(link.sent(PUBLISH)).isGreaterThan(1);
			link.release();
			assertAllArrived(1);
			client.disconnect();
		}
	}

	/** The first message is answered on each link, and leaves no time for the second. */
	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenLinksLastEquallyLongThenNoMessageIsSetAside(String version) throws Exception {
		Duration delay = Duration.ofMillis(500);
		start();
		try (FaultyLink link = FaultyLink.to(uri())) {
			PahoClient client = PahoClient.create(version, redis.stores().start(), link.uri(), clientId());
			client.connect(60);
			flapBehind(link, client, 2);
			link.delay(delay);
			link.release();
			for (int links = 3; links <= 10 && !ClientKeys.isNothingInFlight(redis.jedis(), clientId()); links++) {
				// The link delays CONNACK as well.
				endAfter(link, links, delay.plusMillis(1300));
			}
			link.delay(Duration.ZERO);
			assertAllArrived(2);
			client.disconnect();
		}
	}

	private static void endAfter(FaultyLink link, int links, Duration lifetime) {
		Await.until("the broker has answered CONNECT", () -> link.connacks() >= links);
		long end = System.nanoTime() + lifetime.toNanos();
		Await.until("the link has lasted so long", () -> System.nanoTime() > end);
		link.cut();
	}

	/** Have two links end behind so many messages. */
	private static void flapBehind(FaultyLink link, PahoClient client, int messages) throws Exception {
		link.holdLaterAnswers();
		for (int i = 0; i < messages; i++) {
			client.publish("test/a", "m" + i, 1);
		}
		for (int links = 1; links <= 2; links++) {
			int sent = links * messages;
			Await.until("all are sent", () -> link.sent(PUBLISH) == sent);
			link.cut();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenTheBrokerHasAnsweredAllThatLinksEndedBehindThenMessagesAreSentInParallelAgain(String version)
			throws Exception {
		start();
		try (FaultyLink link = FaultyLink.to(uri())) {
			PahoClient client = PahoClient.create(version, redis.stores().start(), link.uri(), clientId());
			client.connect(60, 2 * SMALL);
			flapBehind(link, client, 10);
			link.release();
			assertAllArrived(10);
			link.holdAnswers();
			int before = link.sent(PUBLISH);
			for (int i = 10; i < SMALL; i++) {
				client.publish("test/a", "m" + i, 1);
			}
			// One at a time, each would be sent after twenty seconds.
			Await.until("all are under way", Load.seconds(15), () -> link.sent(PUBLISH) == before + SMALL - 10);
			link.release();
			assertAllArrived(SMALL);
			client.disconnect();
		}
	}

}
