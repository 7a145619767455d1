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

package io.github.mqttredis.paho.v5;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.MosquittoBroker;
import io.github.mqttredis.testing.RedisStores;
import io.github.mqttredis.testing.SharedRedis;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttClientException;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.beans.DirectFieldAccessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests that packet ids come back from messages of QoS 0, which Paho 5 gives one as well.
 */
@EnabledIf(value = "io.github.mqttredis.testing.MosquittoBroker#isInstalled",
		disabledReason = "mosquitto is not on the PATH")
class PacketIdTests {

	/** More than the buffers between Paho and the broker hold. */
	private static final int LARGE = 24_000_000;

	private static final int PUBLISH = 3;

	@RegisterExtension
	static final SharedRedis server = new SharedRedis();

	private MosquittoBroker broker;

	private FaultyLink link;

	private RedisStores stores;

	private PersistentMqttAsyncClient client;

	private Map<?, ?> inUse;

	@BeforeEach
	void connect() throws Exception {
		this.broker = MosquittoBroker.start("max_inflight_messages 2");
		this.link = FaultyLink.to(this.broker.uri());
		this.stores = server.stores();
		this.client = new PersistentMqttAsyncClient(this.link.uri(), "gateway",
				new SessionMqttClientPersistence(this.stores.start(), this.link.uri(), "broker"));
		this.client.connect(RecordingCallback.options()).waitForCompletion(Await.MILLIS);
		this.inUse = (Map<?, ?>) new DirectFieldAccessor(this.client).getPropertyValue("comms.clientState.inUseMsgIds");
	}

	@AfterEach
	void close() throws Exception {
		this.client.disconnectForcibly(1, 1, false);
		this.client.close(true);
		this.link.close();
		this.stores.close();
		this.broker.close();
	}

	private IMqttToken publish(int length, int qos) throws MqttException {
		return this.client.publish("test/a", new byte[length], qos, false);
	}

	/** The first one is being sent, and stands in the way of the others. */
	private List<IMqttToken> publishUnsent() throws MqttException {
		this.link.holdRequests();
		List<IMqttToken> tokens = new ArrayList<>();
		tokens.add(publish(LARGE, 0));
		for (int i = 0; i < 20; i++) {
			tokens.add(publish(10, 0));
		}
		assertThat(this.inUse).hasSize(tokens.size());
		return tokens;
	}

	/** A sender that the end of the link lets go may still count some as sent. */
	private static void assertEnded(List<IMqttToken> tokens) {
		assertThat(tokens).allMatch((token) -> token.isComplete() || token.getException() != null);
	}

	@Test
	void whenTheLinkIsLostThenOnlyWhatIsInFlightKeepsItsId() throws Exception {
		List<IMqttToken> lost = publishUnsent();
		IMqttToken kept = publish(10, 1);
		this.link.holdLaterAnswers();
		this.link.cut();
		Await.until("the client is back", () -> this.link.connacks() == 2 && this.client.isConnected());
		assertThat(this.inUse.keySet()).singleElement().isEqualTo(kept.getMessageId());
		assertEnded(lost);
		assertThat(this.client.getPendingTokens()).containsExactly(kept);
		this.link.release();
		kept.waitForCompletion(Await.MILLIS);
		Await.until("no packet id is in use", this.inUse::isEmpty);
	}

	@Test
	void whenTheApplicationDisconnectsThenNoIdStaysInUse() throws Exception {
		List<IMqttToken> lost = publishUnsent();
		// The sender of the first link may end late, and end a later link.
		Await.until("no id is in use", () -> {
			this.client.disconnectForcibly(1, 1, false);
			try {
				this.client.connect(RecordingCallback.options()).waitForCompletion(Await.MILLIS);
				return this.inUse.isEmpty();
			}
			catch (MqttException ex) {
				return false;
			}
		});
		assertEnded(lost);
	}

	@Test
	void whenThereIsNoRoomThenTheIdIsFreeAtOnce() throws Exception {
		this.link.holdAnswers();
		List<IMqttToken> sent = List.of(publish(10, 1), publish(10, 1));
		Await.until("both are sent", () -> this.link.sent(PUBLISH) == 2);
		for (int i = 0; i < 100; i++) {
			assertThatExceptionOfType(MqttException.class).isThrownBy(() -> publish(10, 0))
				.satisfies(
						(ex) -> assertThat(ex.getReasonCode()).isEqualTo(MqttClientException.REASON_CODE_MAX_INFLIGHT));
		}
		assertThat(this.inUse.keySet()).hasSize(2)
			.allSatisfy((id) -> assertThat(sent).anyMatch((token) -> id.equals(token.getMessageId())));
	}

}
