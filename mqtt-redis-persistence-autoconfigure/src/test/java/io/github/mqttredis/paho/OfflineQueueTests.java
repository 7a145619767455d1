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

import java.util.ArrayList;
import java.util.List;

import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.OfflineBufferSettings;
import io.github.mqttredis.session.OfflineBufferSettings.Drain;
import io.github.mqttredis.session.OfflineBufferSettings.TimeToLive;
import io.github.mqttredis.session.OfflineBufferSettings.WhenFull;
import io.github.mqttredis.session.QueuedMessage;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.UndeliveredMessages;
import io.github.mqttredis.testing.Packets;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisStores;
import io.github.mqttredis.testing.SharedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class OfflineQueueTests {

	@SharedServer
	private static RedisServer server;

	private final ComingUp outlet = new ComingUp();

	private RedisStores stores;

	private OfflineQueue<Token, IllegalStateException> queue;

	@BeforeEach
	void open() throws Exception {
		this.stores = new RedisStores(server);
		ClientSession<IllegalStateException> session = new ClientSession<>(
				this.stores.start().open(new SessionId("queue", "broker", MqttVersion.V3)), () -> {
				}, IllegalStateException::new);
		this.queue = new OfflineQueue<>("queue", this.outlet, session,
				new OfflineBufferSettings(true, 10, 10_000, WhenFull.REJECT, TimeToLive.FOREVER, Drain.UNLIMITED),
				UndeliveredMessages.UNWANTED, new UndeliverableMessages(session, false));
	}

	@AfterEach
	void close() {
		this.stores.close();
	}

	@Test
	void whenTheLinkIsMadeWhileAMessageIsPublishedThenItPassesNoneThatWaits() {
		publish("first");
		this.outlet.answers.addAll(List.of(false, true, true));
		publish("second");
		assertThat(this.outlet.sent).isEmpty();
		assertThat(this.queue.size()).isEqualTo(2);
	}

	private void publish(String payload) {
		Token token = new Token();
		this.queue.publish("t", () -> {
			this.outlet.sent.add(payload);
			return token;
		}, () -> this.queue.add(new OfflineQueue.Draft<>("t", "t"::equals, Packets.publish(0, 1, payload), 0, token)));
	}

	/** A link that is there from the second look on. */
	private static final class ComingUp implements Outlet<Token, IllegalStateException> {

		private final List<Boolean> answers = new ArrayList<>();

		private final List<String> sent = new ArrayList<>();

		@Override
		public boolean isConnected() {
			return !this.answers.isEmpty() && this.answers.remove(0);
		}

		@Override
		public boolean isClosed() {
			return false;
		}

		@Override
		public boolean hasRoom() {
			return true;
		}

		@Override
		public Token token() {
			return new Token();
		}

		@Override
		public boolean send(QueuedMessage message, long waited, Token token) {
			throw new IllegalStateException("not connected");
		}

		@Override
		public IllegalStateException refusal(String message) {
			return new IllegalStateException(message);
		}

		@Override
		public int reasonCode(Exception ex) {
			return 0;
		}

	}

	private static final class Token implements OfflineQueue.Waiting<IllegalStateException> {

		@Override
		public void keepForListener(Runnable keep) {
		}

		@Override
		public void sent() {
		}

		@Override
		public void drop(IllegalStateException reason) {
		}

	}

}
