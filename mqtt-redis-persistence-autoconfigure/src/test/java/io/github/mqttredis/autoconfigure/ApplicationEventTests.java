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

package io.github.mqttredis.autoconfigure;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.SessionEvent;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.testing.Await;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that the application hears of its sessions as application events.
 */
class ApplicationEventTests {

	@RegisterExtension
	static final EmbeddedRedis REDIS = new EmbeddedRedis();

	@Test
	void whenSessionIsOpenedThenListenerOfItsEventIsCalled() {
		MqttContexts.with(REDIS).withUserConfiguration(Listener.class).run((context) -> {
			Listener listener = context.getBean(Listener.class);
			context.getBean(SessionStore.class).open(new SessionId("late", "broker", MqttVersion.V3));
			Await.until("the listener hears of it", () -> listener.opened.contains("late"));
		});
	}

	@Test
	void whenSessionIsOpenedBeforeListenersAreThereThenTheyHearOfItAtStart() {
		MqttContexts.with(REDIS).withUserConfiguration(Listener.class, Early.class).run((context) -> {
			assertThat(context).hasNotFailed();
			Listener listener = context.getBean(Listener.class);
			Await.until("the listener hears of it", () -> listener.opened.contains("early"));
			assertThat(listener.opened).containsOnlyOnce("early");
		});
	}

	@Configuration(proxyBeanMethods = false)
	static class Listener {

		private final List<String> opened = new CopyOnWriteArrayList<>();

		@EventListener
		void opened(SessionEvent.Opened event) {
			this.opened.add(event.session().clientId());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Early {

		@Bean
		String opensWhenItIsMade(SessionStore store) throws SessionException {
			store.open(new SessionId("early", "broker", MqttVersion.V3));
			return "opened";
		}

	}

}
