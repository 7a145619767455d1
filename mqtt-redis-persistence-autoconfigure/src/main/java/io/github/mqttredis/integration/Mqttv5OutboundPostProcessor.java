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

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

import io.github.mqttredis.paho.v5.PersistentMqttAsyncClient;
import org.eclipse.paho.mqttv5.client.IMqttAsyncClient;

import org.springframework.beans.DirectFieldAccessor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.integration.mqtt.outbound.Mqttv5PahoMessageHandler;

/**
 * Lets a {@link Mqttv5PahoMessageHandler} whose client manager has our client publish
 * while the broker is away. The handler does not ask the client to publish then, but to
 * connect, and fails; so it is shown a client that passes for a connected one as long as
 * it has an offline buffer.
 *
 * @since 0.1.0
 */
public final class Mqttv5OutboundPostProcessor implements BeanPostProcessor {

	private static final String MANAGER = "clientManager";

	@Override
	public Object postProcessBeforeInitialization(Object bean, String beanName) {
		if (bean instanceof Mqttv5PahoMessageHandler) {
			DirectFieldAccessor handler = new DirectFieldAccessor(bean);
			if (handler.getPropertyValue(MANAGER) instanceof ClientManager<?, ?> manager) {
				handler.setPropertyValue(MANAGER, outbound(manager));
			}
		}
		return bean;
	}

	private static ClientManager<?, ?> outbound(ClientManager<?, ?> manager) {
		return proxy(ClientManager.class, (proxy, method, arguments) -> {
			Object result = invoke(manager, method, arguments);
			return (result instanceof PersistentMqttAsyncClient client) ? outbound(client) : result;
		});
	}

	private static IMqttAsyncClient outbound(PersistentMqttAsyncClient client) {
		return proxy(IMqttAsyncClient.class, (proxy, method, arguments) -> {
			if (method.getName().equals("isConnected") && client.isBufferingOffline()) {
				return true;
			}
			return invoke(client, method, arguments);
		});
	}

	private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
		try {
			return method.invoke(target, arguments);
		}
		catch (InvocationTargetException ex) {
			throw ex.getTargetException();
		}
	}

	private static <T> T proxy(Class<T> type, InvocationHandler handler) {
		return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, handler));
	}

}
