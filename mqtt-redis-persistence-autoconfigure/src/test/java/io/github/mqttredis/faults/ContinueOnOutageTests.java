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

package io.github.mqttredis.faults;

import java.util.HashSet;
import java.util.Set;

import io.github.mqttredis.actuate.MqttPersistenceHealthIndicator;
import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.redis.StoreSettings.OnConflict;
import io.github.mqttredis.redis.StoreSettings.OnOutage;
import io.github.mqttredis.session.Durability;
import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.testing.Application;
import io.github.mqttredis.testing.Await;
import org.eclipse.paho.client.mqttv3.MqttPersistenceException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Messages of QoS 1 go on while Redis is away, where the application asks for it.
 */
class ContinueOnOutageTests extends AbstractFaultTests {

	private static final StoreSettings SETTINGS = new StoreSettings("test", Application.SETTINGS.writeTimeout(),
			Application.SETTINGS.leaseTtl(), Application.SETTINGS.acquireTimeout(), OnConflict.WAIT, OnOutage.CONTINUE,
			Durability.BEFORE_RETURN);

	@Test
	void whenRedisIsAwayThenQos1IsSentAndQos2IsRefused() throws Exception {
		start(SETTINGS);
		publishQos1Only();
		server().kill();
		assertReported("Redis");
		int before = subscriber().received().size();
		publisher().awaitReturned(50);
		Await.until("messages arrive while Redis is away", () -> subscriber().received().size() > before + 40);
		assertThatExceptionOfType(MqttPersistenceException.class)
			.isThrownBy(() -> application().publish("refused-q2", 2))
			.withMessageContaining("Redis");
		publisher().awaitReturned(20);
		assertThat(application().connectionsLost()).isZero();
		assertThat(application().health().getStatus()).isEqualTo(MqttPersistenceHealthIndicator.DEGRADED);
		server().restart();
		assertHealed();
		assertThat(subscriber().received()).doesNotContainKey("refused-q2");
	}

	@Test
	void whenFirstMessageOfTheOutageIsOfQos2ThenQos1GoesOnAllTheSame() throws Exception {
		start(SETTINGS);
		publisher().close();
		Await.until("nothing is in flight", () -> length() == 0);
		application().redisLink().swallow(true);
		assertThatExceptionOfType(MqttPersistenceException.class)
			.isThrownBy(() -> application().publish("refused-q2", 2));
		for (int i = 0; i < 20; i++) {
			application().publish("kept-" + i + "-q1", 1);
		}
		Await.until("messages arrive while Redis is away", () -> subscriber().received().containsKey("kept-19-q1"));
		assertThat(application().connectionsLost()).isZero();
		application().redisLink().swallow(false);
		assertHealed();
	}

	@Test
	void whenRedisReturnsThenWhatWasHeldIsWrittenAndAKillLosesNothing() throws Exception {
		start(SETTINGS);
		publishQos1Only();
		server().kill();
		assertReported("Redis");
		fill();
		int held = application().status().size();
		assertThat(held).isGreaterThanOrEqualTo(60);
		server().restart();
		Await.until("what was held is written", () -> length() == held);
		awaitState(SessionState.OWNER);
		kill();
		succeed();
	}

	@Test
	void whenRedisIsFullThenQos1IsSentAndWrittenLater() throws Exception {
		start(SETTINGS);
		publishQos1Only();
		application().brokerLink().holdAnswers();
		redis((redis) -> redis.configSet("maxmemory", "1"));
		assertReported("maxmemory");
		publisher().awaitReturned(20);
		publisher().close();
		int held = application().status().size();
		redis((redis) -> redis.configSet("maxmemory", "0"));
		Await.until("what was held is written", () -> length() == held);
		application().brokerLink().release();
		assertHealed();
	}

	/**
	 * Publish only messages of QoS 1 from now on, and wait until those of QoS 2 are done.
	 */
	private void publishQos1Only() {
		publisher().only(1);
		publisher().awaitReturned(5);
		Set<String> before = new HashSet<>(publisher().returned());
		Await.until("what was sent is delivered", () -> subscriber().received().keySet().containsAll(before));
		Await.until("nothing of QoS 2 is in flight",
				() -> records().values().stream().noneMatch((record) -> (record.charAt(0) & 0xf6) != 0x32));
	}

}
