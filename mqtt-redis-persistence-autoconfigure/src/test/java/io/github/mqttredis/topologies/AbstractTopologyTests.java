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

package io.github.mqttredis.topologies;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.redis.StoreSettings.OnConflict;
import io.github.mqttredis.redis.StoreSettings.OnOutage;
import io.github.mqttredis.session.Durability;
import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.testing.Application;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.Publisher;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisTopology;
import io.github.mqttredis.testing.SharedServer;
import io.github.mqttredis.testing.Subscriber;
import io.lettuce.core.ReadFrom;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a failover does to a session under MQTT traffic: the contract for every topology
 * that has one.
 */
@ExtendWith(OutputCaptureExtension.class)
abstract class AbstractTopologyTests {

	/** Servers start, stop and elect on the same two processors. */
	private static final Duration TOLERANCE = Load.millis(1500);

	@SharedServer
	private static ArtemisBroker broker;

	private RedisTopology redis;

	private Subscriber subscriber;

	private Application application;

	private Publisher publisher;

	private String clientId;

	abstract RedisTopology startRedis();

	@BeforeEach
	void start(TestInfo test) throws MqttException {
		this.clientId = test.getTestMethod().orElseThrow().getName();
		this.redis = startRedis();
		this.subscriber = Subscriber.to(broker, this.clientId);
	}

	@AfterEach
	void stop() {
		if (this.publisher != null) {
			this.publisher.close();
		}
		if (this.application != null) {
			this.application.close();
		}
		this.subscriber.close();
		this.redis.close();
	}

	final RedisTopology redis() {
		return this.redis;
	}

	final Publisher publisher() {
		return this.publisher;
	}

	final RedisConnectionFactory lettuce() {
		return this.redis.lettuce(LettuceClientConfiguration.defaultConfiguration());
	}

	final void publish(RedisConnectionFactory factory, StoreSettings settings) throws MqttException {
		this.application = Application.start(this.clientId, factory, broker, settings).connect();
		this.publisher = Publisher.start(this.application, "first");
		this.publisher.awaitReturned(50);
	}

	@ParameterizedTest
	@ValueSource(strings = { "lettuce", "jedis" })
	void whenTheMasterIsKilledUnderLoadThenNothingIsLost(String client) throws Exception {
		publish(client.equals("jedis") ? this.redis.jedis() : lettuce(), Application.SETTINGS);
		RedisServer master = this.redis.master(hash());
		master.kill();
		this.redis.awaitFailover(hash(), master);
		this.publisher.awaitReturned(50);
		master.restart();
		this.publisher.awaitReturned(50);
		assertNothingIsLost();
	}

	@ParameterizedTest
	@ValueSource(strings = { "lettuce", "jedis" })
	void whenTheMasterHangsUnderLoadAndComesBackThenNothingIsLost(String client) throws Exception {
		publish(client.equals("jedis") ? this.redis.jedis() : lettuce(), Application.SETTINGS);
		RedisServer master = this.redis.master(hash());
		master.pause();
		this.redis.awaitFailover(hash(), master);
		this.publisher.awaitReturned(50);
		master.resume();
		this.publisher.awaitReturned(50);
		assertNothingIsLost();
	}

	@Test
	void whenAFailoverLosesAcknowledgedRecordsThenTheyAreWrittenBack(CapturedOutput output) throws Exception {
		publish(lettuce(), Application.SETTINGS);
		RedisServer master = this.redis.master(hash());
		this.application.brokerLink().holdRequests();
		List<RedisServer> replicas = this.redis.cutReplication(master);
		this.publisher.awaitReturned(50);
		this.publisher.close();
		Await.until("Redis holds the mirror", () -> records(master).size() == this.application.status().size());
		Map<String, String> acknowledged = records(master);
		assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(50);
		master.kill();
		replicas.forEach(RedisServer::resume);
		RedisServer successor = this.redis.awaitFailover(hash(), master);
		Await.until("the session is written back", () -> records(successor).equals(acknowledged));
		assertThat(output).contains("Redis lost records of MQTT session " + this.clientId);
		this.application.brokerLink().release();
		assertNothingIsLost();
	}

	@Test
	void whenAFailoverUndoesATakeoverThenTheLastOwnerGoesOnAndTheFormerIsFenced(CapturedOutput output)
			throws Exception {
		// It renews its lease so seldom that it does not notice that it has lost it.
		publish(lettuce(), settings(Duration.ofMinutes(2), OnConflict.WAIT));
		this.publisher.close();
		Await.until("nothing is in flight", () -> records(this.redis.master(hash())).isEmpty());
		RedisServer master = this.redis.master(hash());
		List<RedisServer> replicas = this.redis.cutReplication(master);
		try (Application last = Application
			.start(this.clientId, lettuce(), broker, settings(Duration.ofMinutes(2), OnConflict.TAKEOVER))
			.connect()) {
			last.brokerLink().holdRequests();
			Publisher more = Publisher.start(last, "more");
			more.awaitReturned(20);
			more.close();
			Map<String, String> acknowledged = records(master);
			master.kill();
			replicas.forEach(RedisServer::resume);
			RedisServer successor = this.redis.awaitFailover(hash(), master);
			last.brokerLink().release();
			Publisher afterwards = Publisher.start(last, "afterwards");
			afterwards.awaitReturned(20);
			afterwards.close();
			this.subscriber.assertDelivered(this.publisher, more, afterwards);
			Await.until("nothing is in flight", () -> records(successor).isEmpty());
			assertThat(acknowledged).isNotEmpty();
			assertThat(last.state()).isEqualTo(SessionState.OWNER);
			Publisher former = Publisher.start(this.application, "former");
			former.awaitThrown(2);
			former.close();
			assertThat(former.returned()).isEmpty();
			Await.until("the former owner is fenced", () -> this.application.state() == SessionState.FENCED);
			assertThat(last.state()).isEqualTo(SessionState.OWNER);
		}
	}

	@Test
	void whenTheApplicationReadsFromReplicasThenSessionsAreReadFromTheMaster() throws Exception {
		publish(this.redis.lettuce(LettuceClientConfiguration.builder().readFrom(ReadFrom.REPLICA_PREFERRED).build()),
				Application.SETTINGS);
		this.application.brokerLink().holdRequests();
		this.publisher.awaitReturned(20);
		RedisServer master = this.redis.master(hash());
		// Its session is read when it is opened, and after a loss.
		master.ask((server) -> server.hdel(hash(), server.hkeys(hash()).iterator().next()));
		this.publisher.awaitReturned(20);
		this.application.brokerLink().release();
		assertNothingIsLost();
		String reads = "cmdstat_(hkeys|hmget|hget|evalsha|eval)\\b";
		assertThat(commands(master)).containsPattern(reads);
		List<RedisServer> replicas = this.redis.replicas(master);
		assertThat(replicas).isNotEmpty()
			.allSatisfy((replica) -> assertThat(commands(replica)).doesNotContainPattern(reads));
	}

	private static String commands(RedisServer server) {
		return server.ask((one) -> one.info("commandstats"));
	}

	final void assertNothingIsLost() {
		this.publisher.close();
		assertThat(this.publisher.longest()).as("the longest call of publish")
			.isLessThan(Application.SETTINGS.writeTimeout().plus(TOLERANCE));
		assertThat(this.publisher.unexpected()).isNull();
		this.subscriber.assertDelivered(this.publisher);
		Await.until("nothing is in flight", () -> records(this.redis.master(hash())).isEmpty());
		Await.until("all is well", () -> this.application.state() == SessionState.OWNER);
		this.subscriber.assertNoDuplicates();
	}

	final Map<String, String> records(RedisServer server) {
		return server.ask((one) -> one.hgetAll(hash()));
	}

	final String hash() {
		return Application.hash(this.clientId);
	}

	private static StoreSettings settings(Duration ttl, OnConflict onConflict) {
		return new StoreSettings("test", Load.seconds(1), ttl, Load.seconds(10), onConflict, OnOutage.REJECT,
				Durability.BEFORE_RETURN);
	}

}
