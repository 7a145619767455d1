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

package io.github.mqttredis.integration;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

import io.github.mqttredis.autoconfigure.EmbeddedRedis;
import io.github.mqttredis.autoconfigure.MqttContexts;
import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.session.FormerRecords;
import io.github.mqttredis.session.ServerStatus;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionActivity;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionStatus;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.session.SessionUnavailableException;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.Ports;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.integration.annotation.ServiceActivator;
import org.springframework.integration.channel.NullChannel;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.dsl.context.IntegrationFlowContext;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;
import org.springframework.integration.mqtt.inbound.MqttPahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.outbound.MqttPahoMessageHandler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that MQTT stops first, then the store releases its leases, then Redis closes.
 */
class ShutdownOrderTests {

	@RegisterExtension
	static final EmbeddedRedis REDIS = new EmbeddedRedis();

	private static final String URI = "tcp://127.0.0.1:" + Ports.free();

	private static final List<String> EVENTS = Collections.synchronizedList(new ArrayList<>());

	@Test
	void whenTheContextClosesThenMqttStopsBeforeTheStoreAndTheStoreBeforeRedis() {
		EVENTS.clear();
		MqttContexts.with(REDIS).withUserConfiguration(Inbound.class, Others.class).run((context) -> {
			assertThat(context).hasNotFailed();
			context.getBean(IntegrationFlowContext.class)
				.registration(handlerFlow("stop runtime handler", context.getBean(MqttPahoClientFactory.class)))
				.register();
			assertThat(EVENTS).startsWith("start store").endsWith("start adapter");
			EVENTS.clear();
		});
		assertThat(EVENTS).containsExactlyInAnyOrder("stop handler", "stop flow handler", "stop runtime handler",
				"stop adapter", "stop manager", "stop store", "stop redis");
		assertThat(EVENTS).endsWith("stop store", "stop redis");
	}

	@Test
	void whenThereIsOnlyAnInboundAdapterThenTheStoreStartsBeforeIt() {
		EVENTS.clear();
		MqttContexts.with(REDIS).withUserConfiguration(Inbound.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(EVENTS).containsExactly("start store", "start adapter");
		});
	}

	private static IntegrationFlow handlerFlow(String name, MqttPahoClientFactory factory) {
		return (flow) -> flow.handle(new RecordingHandler(name, factory));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableIntegration
	static class Inbound {

		/**
		 * Defined first: without dependencies, the container stops it first in its phase.
		 */
		@Bean
		LettuceConnectionFactory redis() {
			return new LettuceConnectionFactory(new RedisStandaloneConfiguration("127.0.0.1", REDIS.port())) {
				@Override
				public void stop() {
					if (isRunning()) {
						EVENTS.add("stop redis");
					}
					super.stop();
				}
			};
		}

		@Bean
		RecordingStore store(RedisConnectionFactory redis) {
			return new RecordingStore(redis);
		}

		@Bean
		MqttPahoMessageDrivenChannelAdapter adapter(MqttPahoClientFactory factory) {
			MqttPahoMessageDrivenChannelAdapter adapter = new RecordingAdapter(factory);
			adapter.setOutputChannel(new NullChannel());
			adapter.setQuiescentTimeout(1);
			adapter.setDisconnectCompletionTimeout(100);
			return adapter;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Others {

		@Bean
		@ServiceActivator(inputChannel = "readings")
		MqttPahoMessageHandler handler(MqttPahoClientFactory factory) {
			return new RecordingHandler("stop handler", factory);
		}

		@Bean
		IntegrationFlow flow(MqttPahoClientFactory factory) {
			return handlerFlow("stop flow handler", factory);
		}

		@Bean
		Mqttv3ClientManager manager() {
			Mqttv3ClientManager manager = new Mqttv3ClientManager(URI, "manager") {
				@Override
				public void stop() {
					EVENTS.add("stop manager");
					super.stop();
				}
			};
			manager.setQuiescentTimeout(1);
			manager.setDisconnectCompletionTimeout(100);
			return manager;
		}

	}

	private static final class RecordingHandler extends MqttPahoMessageHandler {

		private final String event;

		RecordingHandler(String event, MqttPahoClientFactory factory) {
			super(URI, event.replace(' ', '-'), factory);
			this.event = event;
		}

		@Override
		protected void doStop() {
			EVENTS.add(this.event);
			super.doStop();
		}

	}

	private static final class RecordingAdapter extends MqttPahoMessageDrivenChannelAdapter {

		RecordingAdapter(MqttPahoClientFactory factory) {
			super(URI, "adapter", factory, "readings");
		}

		@Override
		protected void doStart() {
			EVENTS.add("start adapter");
			super.doStart();
		}

		@Override
		protected void doStop() {
			EVENTS.add("stop adapter");
			super.doStop();
		}

	}

	/**
	 * The real store, which says when it starts and stops.
	 */
	private static final class RecordingStore implements SessionStore, SmartLifecycle {

		private final RedisSessionStore delegate;

		RecordingStore(RedisConnectionFactory redis) {
			this.delegate = new RedisSessionStore(redis,
					new StoreSettings("order", Load.seconds(2), Load.seconds(10), Load.seconds(15)));
		}

		@Override
		public void start() {
			EVENTS.add("start store");
			this.delegate.start();
		}

		@Override
		public void stop() {
			EVENTS.add("stop store");
			this.delegate.stop();
		}

		@Override
		public boolean isRunning() {
			return this.delegate.isRunning();
		}

		@Override
		public int getPhase() {
			return this.delegate.getPhase();
		}

		@Override
		public String kind() {
			return this.delegate.kind();
		}

		@Override
		public Session open(SessionId id, FormerRecords former) throws SessionException {
			return this.delegate.open(id, former);
		}

		@Override
		public void release(Session session) {
			this.delegate.release(session);
		}

		@Override
		public List<SessionStatus> sessions() {
			return this.delegate.sessions();
		}

		@Override
		public long countRecords(SessionId id) throws SessionUnavailableException {
			return this.delegate.countRecords(id);
		}

		@Override
		public ServerStatus server() {
			return this.delegate.server();
		}

		@Override
		public Map<SessionId, SessionActivity> activity() {
			return this.delegate.activity();
		}

	}

}
