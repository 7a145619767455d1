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

package io.github.mqttredis.testing;

import java.lang.reflect.Field;
import java.util.concurrent.ScheduledThreadPoolExecutor;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import org.springframework.beans.DirectFieldAccessor;
import org.springframework.integration.mqtt.support.MqttUtils;

/**
 * Keeps tests of one JVM from each other where Paho and Spring Integration have static
 * state. JUnit finds this by {@code META-INF/services}.
 * <ul>
 * <li>Paho has one delay before it connects again for all clients. Each failed attempt
 * doubles it up to 128 s, and it stays there when a client is closed.</li>
 * <li>{@link MqttUtils} looks for Paho once, with the class loader that its first user
 * happens to have: some tests have one that hides Paho.</li>
 * <li>All clients of ours come back by one thread. A client that was left as if its
 * process had died would try forever, and reach the server of another test that has its
 * port now.</li>
 * </ul>
 */
public final class SoundJvm implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback {

	private static final int FIRST = 1000;

	@Override
	public void beforeAll(ExtensionContext context) throws ClassNotFoundException {
		Class.forName(MqttUtils.class.getName());
	}

	@Override
	public void beforeEach(ExtensionContext context) throws ReflectiveOperationException {
		reset(org.eclipse.paho.client.mqttv3.MqttAsyncClient.class);
		reset(org.eclipse.paho.mqttv5.client.MqttAsyncClient.class);
	}

	@Override
	public void afterAll(ExtensionContext context) throws ReflectiveOperationException {
		Field clients = Class.forName("io.github.mqttredis.paho.AttemptThread").getDeclaredField("INSTANCE");
		clients.setAccessible(true);
		Object executor = new DirectFieldAccessor(clients.get(null)).getPropertyValue("executor");
		((ScheduledThreadPoolExecutor) executor).getQueue().clear();
	}

	private static void reset(Class<?> client) throws ReflectiveOperationException {
		Field delay = client.getDeclaredField("reconnectDelay");
		delay.setAccessible(true);
		delay.setInt(null, FIRST);
	}

}
