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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;

import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.RedisClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.DirectFieldAccessor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A callback whose turn comes when the lease has ended: while the process was stopped
 * another one may have taken the session over, and have delivered the message.
 */
class LateCallbackTests extends AbstractLinkTests {

	private static final StoreSettings SETTINGS = new StoreSettings("test", Load.seconds(10), Load.seconds(1),
			Load.seconds(5));

	private final List<String> arrived = new CopyOnWriteArrayList<>();

	private final CountDownLatch first = new CountDownLatch(1);

	private final FaultyLink redisLink = FaultyLink.to(redis.port());

	private final RedisSessionStore store = new RedisSessionStore(RedisClient.LETTUCE.connect(this.redisLink.port()),
			SETTINGS);

	private PahoClient client;

	@AfterEach
	void stop() throws Exception {
		this.client.disconnect();
		this.client.close();
		this.store.stop();
		this.redisLink.close();
	}

	/** Have one message with the callback and the next one behind it, without a lease. */
	private void receiveTooLate(String version) throws Exception {
		this.store.start();
		this.client = PahoClient.create(version, this.store, this.link.uri(), this.clientId);
		this.client.call((topic, payload, packetId) -> {
			this.arrived.add(new String(payload));
			this.first.await(Await.MILLIS, TimeUnit.MILLISECONDS);
		});
		this.client.connect(60);
		this.client.subscribe(this.clientId);
		publish(2, "first".getBytes(), this.clientId);
		publish(2, "second".getBytes(), this.clientId);
		DirectFieldAccessor received = new DirectFieldAccessor(this.client.delegate().received());
		Lock lock = (Lock) received.getPropertyValue("lock");
		Map<?, ?> held = (Map<?, ?>) received.getPropertyValue("held");
		Await.until("both are released", () -> {
			lock.lock();
			try {
				return held.values().stream().filter(Objects::nonNull).count() == 2;
			}
			finally {
				lock.unlock();
			}
		});
		this.redisLink.holdAnswers();
		Await.until("the lease has ended", () -> this.store.sessions().get(0).leaseRemaining().equals(Duration.ZERO)
				&& !redis.jedis().exists(lease(version)));
	}

	private String lease(String version) {
		return "test:{" + this.clientId + "@broker}:" + version + ":lease";
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenAnotherProcessOwnsTheSessionThenTheCallbackIsNotCalled(String version) throws Exception {
		receiveTooLate(version);
		redis.stores()
			.startSuccessor()
			.open(new SessionId(this.clientId, "broker", version.equals("v3") ? MqttVersion.V3 : MqttVersion.V5));
		this.first.countDown();
		Await.until("the first callback has returned",
				() -> new DirectFieldAccessor(this.client.delegate().received()).getPropertyValue("current") == null
						|| this.arrived.size() > 1);
		this.redisLink.release();
		Await.until("it is fenced", () -> this.store.sessions().get(0).state() == SessionState.FENCED);
		Await.until("its link has ended", () -> !this.client.isConnected());
		assertThat(this.arrived).containsExactly("first");
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenNobodyTookTheSessionThenTheCallbackIsCalledOnce(String version) throws Exception {
		receiveTooLate(version);
		this.redisLink.release();
		this.first.countDown();
		Await.until("nothing is held", () -> !redis.jedis().exists("test:{" + this.clientId + "@broker}:" + version));
		assertThat(this.arrived).containsExactly("first", "second");
	}

}
