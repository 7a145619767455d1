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
import org.eclipse.paho.mqttv5.client.MqttClientException;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.DirectFieldAccessor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.integration.mqtt.outbound.Mqttv5PahoMessageHandler;

/**
 * Shows a {@link Mqttv5PahoMessageHandler} whose client manager has our client one that
 * is always the manager's present client. The handler asks its manager only once, when it
 * starts, which fails where the manager is not started, and would keep a client that is
 * closed where the manager is started again. While the broker is away the handler does
 * not ask the client to publish, but to connect, and fails; so this client passes for a
 * connected one as long as it has an offline buffer.
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
		return proxy(ClientManager.class, new Outbound(manager, current(manager)));
	}

	/**
	 * Return the manager that a handler was given.
	 * @param manager the manager that it has
	 * @return that manager, or the one that it stands for
	 */
	static Object target(Object manager) {
		return (Proxy.isProxyClass(manager.getClass())
				&& Proxy.getInvocationHandler(manager) instanceof Outbound outbound) ? outbound.manager() : manager;
	}

	private static IMqttAsyncClient current(ClientManager<?, ?> manager) {
		return proxy(IMqttAsyncClient.class, (proxy, method, arguments) -> {
			boolean asked = method.getName().equals("isConnected");
			Object client = manager.getClient();
			if (client == null) {
				if (asked) {
					return false;
				}
				throw new MqttException(MqttClientException.REASON_CODE_CLIENT_CLOSED,
						new IllegalStateException("The client manager is not started"));
			}
			if (asked && client instanceof PersistentMqttAsyncClient buffering && buffering.isBufferingOffline()) {
				return true;
			}
			return invoke(client, method, arguments);
		});
	}

	private static @Nullable Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
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

	/**
	 * Stands for a client manager.
	 *
	 * @param manager the manager
	 * @param current stands for its present client
	 */
	private record Outbound(ClientManager<?, ?> manager, IMqttAsyncClient current) implements InvocationHandler {

		@Override
		public @Nullable Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
			Object result = Mqttv5OutboundPostProcessor.invoke(this.manager, method, arguments);
			boolean ours = result instanceof PersistentMqttAsyncClient
					|| (result == null && this.manager instanceof PersistentMqttv5ClientManager);
			return (ours && method.getName().equals("getClient")) ? this.current : result;
		}

	}

}
