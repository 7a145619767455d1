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

import java.time.Duration;
import java.util.function.ToIntFunction;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.integration.mqtt.core.MqttComponent;

/**
 * Warns of clients whose keep-alive interval is over before a write times out. Paho
 * stores with the lock held that its pings want, so the broker may drop such a client
 * while it waits for Redis.
 *
 * @param <C> the type of the connect options, of either version of Paho
 * @since 0.1.0
 */
public final class KeepAliveCheck<C> implements SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog(KeepAliveCheck.class);

	private final ListableBeanFactory beanFactory;

	private final Duration writeTimeout;

	private final Class<C> type;

	private final ToIntFunction<C> keepAlive;

	/**
	 * Create the check.
	 * @param beanFactory where the MQTT components are
	 * @param writeTimeout how long a write may wait for Redis
	 * @param type the type of the connect options
	 * @param keepAlive finds their keep-alive interval, in seconds
	 */
	public KeepAliveCheck(ListableBeanFactory beanFactory, Duration writeTimeout, Class<C> type,
			ToIntFunction<C> keepAlive) {
		this.beanFactory = beanFactory;
		this.writeTimeout = writeTimeout;
		this.type = type;
		this.keepAlive = keepAlive;
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.beanFactory.getBeansOfType(MqttComponent.class, false, false).forEach((name, component) -> {
			Object options = component.getConnectionInfo();
			if (this.type.isInstance(options)) {
				check(name, Duration.ofSeconds(this.keepAlive.applyAsInt(this.type.cast(options))));
			}
		});
	}

	private void check(String name, Duration keepAlive) {
		if (!keepAlive.isZero() && this.writeTimeout.compareTo(keepAlive) >= 0) {
			logger.warn("The broker may drop the MQTT client of '" + name
					+ "' while it waits for Redis: its keep-alive of " + keepAlive.toSeconds()
					+ " s is not above mqtt.persistence.write-timeout (" + this.writeTimeout.toMillis()
					+ " ms). Raise mqtt.client.keep-alive or lower the time-out");
		}
	}

}
