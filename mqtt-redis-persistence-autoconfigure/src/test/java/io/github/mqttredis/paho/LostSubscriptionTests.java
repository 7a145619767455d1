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
import java.util.concurrent.CompletableFuture;

import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.SharedRedis;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.beans.DirectFieldAccessor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that a SUBSCRIBE or an UNSUBSCRIBE that is lost with its link gives its packet id
 * back. Paho keeps it, so that a broker that ends each link over one uses up all.
 */
class LostSubscriptionTests extends AbstractPoisonTests {

	private static final int SUBSCRIBE = 8;

	private static final int UNSUBSCRIBE = 10;

	@RegisterExtension
	static final SharedRedis redis = new SharedRedis();

	@ParameterizedTest
	@CsvSource({ "v3, false", "v3, true", "v5, false", "v5, true" })
	void whenTheLinkIsLostBeforeTheAnswerThenThePacketIdIsFree(String version, boolean subscribed) throws Exception {
		start();
		try (FaultyLink link = FaultyLink.to(uri())) {
			PahoClient client = PahoClient.create(version, redis.stores().start(), link.uri(), clientId());
			client.connect(60);
			Map<?, ?> inUse = (Map<?, ?>) new DirectFieldAccessor(client.client())
				.getPropertyValue("comms.clientState.inUseMsgIds");
			if (subscribed) {
				client.subscribe("other/#");
			}
			link.holdLaterAnswers();
			PahoClient.Sent kept = client.publish("test/a", "m0", 1);
			CompletableFuture<Boolean> answered = CompletableFuture.supplyAsync(() -> isAnswered(client, subscribed));
			Await.until("it is sent", () -> link.sent(subscribed ? UNSUBSCRIBE : SUBSCRIBE) >= 1);
			link.cut();
			Await.until("the client is back", () -> link.connacks() == 2 && client.isConnected());
			assertThat(answered.get()).isFalse();
			assertThat(inUse).as("what is in flight").hasSize(1);
			link.release();
			kept.await();
			Await.until("no packet id is in use", inUse::isEmpty);
			client.disconnect();
		}
	}

	private static boolean isAnswered(PahoClient client, boolean subscribed) {
		try {
			if (subscribed) {
				client.unsubscribe("other/#");
			}
			else {
				client.subscribe("other/#");
			}
			return true;
		}
		catch (Exception ex) {
			return false;
		}
	}

}
