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

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Objects;

import io.github.mqttredis.paho.v3.PersistentMqttClient;
import io.github.mqttredis.paho.v3.SessionMqttClientPersistence;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.eclipse.paho.client.mqttv3.IMqttClient;
import org.eclipse.paho.client.mqttv3.MqttClientPersistence;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.framework.Advised;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.integration.mqtt.core.DefaultMqttPahoClientFactory;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;
import org.springframework.util.ClassUtils;

/**
 * Makes the clients of a user's {@link DefaultMqttPahoClientFactory}. That class hands
 * one persistence to all its clients, which mixes their sessions.
 */
final class PersistentClientInterceptor implements MethodInterceptor {

	static final PersistenceField PERSISTENCE = new PersistenceField(DefaultMqttPahoClientFactory.class,
			MqttClientPersistence.class, SessionMqttClientPersistence.class);

	private final ObjectProvider<PahoV3PersistenceFactory> persistences;

	PersistentClientInterceptor(ObjectProvider<PahoV3PersistenceFactory> persistences) {
		this.persistences = persistences;
	}

	/**
	 * Return whether a factory makes our clients.
	 * @param factory the factory, with its proxies
	 * @return whether it does
	 */
	static boolean serves(MqttPahoClientFactory factory) {
		return Surroundings.target(factory) instanceof PersistentMqttPahoClientFactory
				|| factory instanceof Advised proxy && Arrays.stream(proxy.getAdvisors())
					.anyMatch((advisor) -> advisor.getAdvice() instanceof PersistentClientInterceptor);
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		DefaultMqttPahoClientFactory target = (DefaultMqttPahoClientFactory) Objects
			.requireNonNull(invocation.getThis());
		// Asked at each call: the user may set a persistence at any time.
		if (PERSISTENCE.isForeign(target)) {
			return invocation.proceed();
		}
		@Nullable Object[] arguments = invocation.getArguments();
		String uri = ServerUris.first((String) arguments[0], target.getConnectionOptions());
		if (isOverridden(invocation.getMethod(), target)) {
			return proceedWithPersistence(invocation, target, uri);
		}
		String clientId = (String) Objects.requireNonNull(arguments[1]);
		if (invocation.getMethod().getReturnType() == IMqttClient.class) {
			return new PersistentMqttClient(uri, clientId, this.persistences.getObject().create());
		}
		return new OutboundMqttAsyncClient(uri, clientId, this.persistences.getObject().create());
	}

	/**
	 * The user's own method makes the client, so the persistence goes where
	 * {@code super.getAsyncClientInstance} looks for it. The lock keeps two calls from
	 * taking each other's.
	 */
	private @Nullable Object proceedWithPersistence(MethodInvocation invocation, DefaultMqttPahoClientFactory target,
			String uri) throws Throwable {
		synchronized (target) {
			Object before = PERSISTENCE.get(target);
			PERSISTENCE.set(target, this.persistences.getObject().create());
			try {
				if (!uri.equals(ServerUris.PLACEHOLDER) && invocation instanceof ProxyMethodInvocation proxied) {
					proxied.setArguments(uri, invocation.getArguments()[1]);
				}
				return invocation.proceed();
			}
			finally {
				PERSISTENCE.set(target, before);
			}
		}
	}

	private static boolean isOverridden(Method method, Object target) {
		return ClassUtils.getMostSpecificMethod(method, target.getClass())
			.getDeclaringClass() != DefaultMqttPahoClientFactory.class;
	}

}
