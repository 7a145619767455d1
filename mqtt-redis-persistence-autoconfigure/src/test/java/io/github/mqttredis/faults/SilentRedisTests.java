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

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.testing.Application;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Publisher;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Redis does not answer, or not in time.
 */
@ExtendWith(OutputCaptureExtension.class)
class SilentRedisTests extends AbstractFaultTests {

	private static final int PUBREL = 6;

	private static final String LOST = "Redis lost records of MQTT session ";

	@Test
	void whenRedisIsPausedForLessThanTheTimeoutThenPublishersWait() throws Exception {
		start();
		watch();
		server().pause();
		TimeUnit.MILLISECONDS.sleep(Application.SETTINGS.writeTimeout().toMillis() / 4);
		server().resume();
		publisher().awaitReturned(20);
		assertThat(publisher().threw()).isEmpty();
		assertThat(publisher().longest()).isGreaterThan(Application.SETTINGS.writeTimeout().dividedBy(5));
		assertThat(seen()).containsOnly(SessionState.OWNER);
		assertHealed();
	}

	@Test
	void whenRedisIsPausedForLongerThanTheTimeoutThenMessagesAreRefused(CapturedOutput output) throws Exception {
		start();
		server().pause();
		assertReported("Redis does not answer");
		publisher().awaitThrown(20);
		server().resume();
		assertHealed();
		assertThat(output).doesNotContain(LOST);
	}

	@Test
	void whenLinkIsCutAgainAndAgainThenNothingIsTakenForLost(CapturedOutput output) throws Exception {
		start();
		for (int i = 0; i < 10; i++) {
			application().redisLink().cut();
			publisher().awaitReturned(10);
		}
		assertHealed();
		assertThat(output).doesNotContain(LOST);
	}

	@Test
	@Tag("thorough")
	void whenLinkIsCutAfterRedisAppliedABatchThenItCountsAsApplied(CapturedOutput output) throws Exception {
		start();
		for (int i = 0; i < 3; i++) {
			application().redisLink().holdAnswers();
			// Redis has what was sent; only its answer is missing.
			TimeUnit.MILLISECONDS.sleep(50);
			application().redisLink().cut();
			application().redisLink().release();
			publisher().awaitReturned(10);
		}
		assertHealed();
		assertThat(output).doesNotContain(LOST);
	}

	@Test
	void whenLinkIsSlowThenPublishersWaitAndNothingElseHappens() throws Exception {
		start();
		watch();
		application().redisLink().delay(Duration.ofMillis(100));
		publisher().awaitReturned(8);
		application().redisLink().delay(Duration.ZERO);
		publisher().awaitReturned(20);
		assertThat(publisher().threw()).isEmpty();
		assertThat(seen()).containsOnly(SessionState.OWNER);
		assertHealed();
	}

	@Test
	@Tag("thorough")
	void whenLinkIsSlowerThanTheTimeoutThenMessagesAreRefusedUntilItIsFast() throws Exception {
		start();
		application().redisLink().delay(Application.SETTINGS.writeTimeout().plusMillis(500));
		assertReported("Redis does not answer");
		publisher().awaitThrown(20);
		application().redisLink().delay(Duration.ZERO);
		assertHealed();
	}

	@Test
	void whenLinkIsHalfOpenThenMessagesAreRefusedUntilANewOneWorks() throws Exception {
		start();
		application().redisLink().swallow(true);
		assertReported("Redis does not answer");
		publisher().awaitThrown(20);
		application().redisLink().swallow(false);
		assertHealed();
	}

	@Test
	void whenCommandLandsAfterItsTimeoutThenItResurrectsNothing() throws Exception {
		start();
		publisher().close();
		Await.until("nothing is in flight", () -> length() == 0);
		application().redisLink().holdRequests();
		assertThatExceptionOfType(MqttException.class).isThrownBy(() -> application().publish("late-q2", 2));
		Await.until("it is sent after all", () -> subscriber().received().containsKey("late-q2"));
		awaitState(SessionState.OWNER);
		Publisher second = Publisher.start(application(), "second");
		second.awaitReturned(20);
		application().brokerLink().holdRequests();
		// More than are asked for below: the first may have been delivered before.
		second.awaitReturned(25);
		second.close();
		Await.until("Redis holds the mirror", () -> length() == application().status().size());
		Map<String, String> before = records();
		application().redisLink().release();
		Await.until("the late command has landed", () -> application().redisLink().lateAnswers() > 0);
		assertThat(records()).isEqualTo(before).hasSizeGreaterThanOrEqualTo(20);
		application().brokerLink().release();
		subscriber().assertDelivered(second);
		assertHealed();
		assertThat(subscriber().received()).containsEntry("late-q2", 1);
	}

	@Test
	void whenRemovalLandsAfterItsTimeoutThenItRemovesNothing() throws Exception {
		start();
		fill();
		Await.until("Redis holds the mirror", () -> length() == application().status().size());
		application().redisLink().holdRequests();
		// Acknowledgements arrive, and their removals are held back.
		application().brokerLink().cut();
		awaitState(SessionState.DEGRADED);
		application().brokerLink().release();
		awaitState(SessionState.OWNER);
		Publisher second = Publisher.start(application(), "second");
		second.awaitReturned(20);
		application().brokerLink().holdRequests();
		// More than are asked for below: the first may have been delivered before.
		second.awaitReturned(25);
		second.close();
		Await.until("Redis holds the mirror", () -> length() == application().status().size());
		Map<String, String> before = records();
		application().redisLink().release();
		Await.until("the late command has landed", () -> application().redisLink().lateAnswers() > 0);
		assertThat(records()).isEqualTo(before).hasSizeGreaterThanOrEqualTo(20);
		application().brokerLink().release();
		subscriber().assertDelivered(second);
		assertHealed();
	}

	@Test
	void whenPubrelCannotBeStoredThenLinkIsDroppedAndItIsNotSent() throws Exception {
		start();
		application().brokerLink().holdAnswers();
		publisher().only(2);
		publisher().awaitReturned(20);
		publisher().close();
		int sent = application().brokerLink().sent(PUBREL);
		server().kill();
		application().brokerLink().release();
		Await.until("the link is dropped", () -> application().connectionsLost() > 0);
		assertReported("Redis");
		assertThat(application().brokerLink().sent(PUBREL)).isEqualTo(sent);
		server().restart();
		assertHealed();
	}

	@Test
	void whenRedisIsBackThenClientReconnectsLongBeforeTheNextAttempt() throws Exception {
		start();
		server().kill();
		assertReported("Redis");
		application().brokerLink().cut();
		application().awaitLongPause();
		int accepted = application().brokerLink().connacks();
		server().restart();
		assertReconnected(accepted);
		assertHealed();
	}

	@Test
	void whenRedisIsNoLongerFullThenClientReconnectsLongBeforeTheNextAttempt() throws Exception {
		start();
		// A PUBREL that cannot be stored ends the link, and nothing may be sent before
		// it.
		application().brokerLink().holdAnswers();
		publisher().awaitReturned(20);
		redis((redis) -> redis.configSet("maxmemory", "1"));
		application().brokerLink().release();
		application().awaitLongPause();
		int accepted = application().brokerLink().connacks();
		redis((redis) -> redis.configSet("maxmemory", "0"));
		assertReconnected(accepted);
		assertHealed();
	}

	private void assertReconnected(int accepted) {
		Await.until("the client is connected", () -> application().brokerLink().connacks() > accepted);
	}

	@Test
	void whenLeaseIsStolenThenThiefDeliversAll() throws Exception {
		start();
		fill();
		try (Application thief = Application.start(clientId(), server(), broker(), Application.THIEF).connect()) {
			awaitState(SessionState.FENCED);
			assertThat(application().health().getDetails().get("clients").toString()).contains("fenced",
					"process " + ProcessHandle.current().pid());
			subscriber().assertDelivered(publisher());
			Await.until("nothing is in flight", () -> length() == 0);
			assertThat(thief.state()).isEqualTo(SessionState.OWNER);
			assertThat(thief.connectionsLost()).isZero();
			subscriber().assertNoDuplicates();
		}
	}

}
