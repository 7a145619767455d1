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

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.integration.mqtt.core.MqttComponent;

/**
 * Warns of clients whose keep-alive interval is over before a write times out. Paho
 * stores with the lock held that its pings want, so the broker may drop such a client
 * while it waits for Redis.
 *
 * @since 0.1.0
 */
public final class KeepAliveCheck implements SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog(KeepAliveCheck.class);

	private final ListableBeanFactory beanFactory;

	private final Duration writeTimeout;

	/**
	 * Create the check.
	 * @param beanFactory where the MQTT components are
	 * @param writeTimeout how long a write may wait for Redis
	 */
	public KeepAliveCheck(ListableBeanFactory beanFactory, Duration writeTimeout) {
		this.beanFactory = beanFactory;
		this.writeTimeout = writeTimeout;
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.beanFactory.getBeansOfType(MqttComponent.class, false, false).forEach((name, component) -> {
			if (component.getConnectionInfo() instanceof MqttConnectOptions options) {
				check(name, Duration.ofSeconds(options.getKeepAliveInterval()));
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
