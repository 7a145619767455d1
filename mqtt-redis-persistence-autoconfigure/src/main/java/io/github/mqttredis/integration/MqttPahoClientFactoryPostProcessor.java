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
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.eclipse.paho.client.mqttv3.IMqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopConfigException;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.integration.mqtt.core.DefaultMqttPahoClientFactory;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;
import org.springframework.util.ClassUtils;
import org.springframework.util.ObjectUtils;

/**
 * Serves {@link DefaultMqttPahoClientFactory} beans: each of their clients gets a
 * persistence of its own and stores before it sends. The bean keeps its type; a
 * persistence that the user set is left alone, unless it is one of ours.
 *
 * @since 0.1.0
 */
public final class MqttPahoClientFactoryPostProcessor extends AbstractServingPostProcessor {

	private static final long serialVersionUID = 1L;

	private static final Log logger = LogFactory.getLog(MqttPahoClientFactoryPostProcessor.class);

	/** What Spring Integration gives to Paho if only the connect options hold URIs. */
	private static final String PLACEHOLDER = "tcp://NO_URL_PROVIDED";

	private final transient ObjectProvider<ExcludedBeans> excluded;

	/**
	 * Create the post-processor.
	 * @param persistences where each client gets its persistence from, asked for the
	 * first time when a client is made
	 * @param excluded the beans that are left alone
	 */
	public MqttPahoClientFactoryPostProcessor(ObjectProvider<PahoV3PersistenceFactory> persistences,
			ObjectProvider<ExcludedBeans> excluded) {
		super(DefaultMqttPahoClientFactory.class, new ClientInterceptor(persistences), "getClientInstance",
				"getAsyncClientInstance");
		this.excluded = excluded;
	}

	/** Return whether a factory, with its proxies, makes our clients. */
	static boolean serves(MqttPahoClientFactory factory) {
		return factory instanceof Advised proxy && Arrays.stream(proxy.getAdvisors())
			.anyMatch((advisor) -> advisor.getAdvice() instanceof ClientInterceptor);
	}

	/**
	 * Return the URI that comes first where Paho connects to. It is a part of the
	 * session's identity, so a placeholder must not take its place. Paho does not look at
	 * the URL that a component was given if the options have URIs.
	 */
	static String firstUri(@Nullable String url, MqttConnectOptions options) {
		String[] configured = options.getServerURIs();
		if (!ObjectUtils.isEmpty(configured)) {
			return configured[0];
		}
		return (url != null) ? url : PLACEHOLDER;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		return (bean instanceof DefaultMqttPahoClientFactory && !this.excluded.getObject().leaves(bean, beanName))
				? serve(bean, beanName) : bean;
	}

	private Object serve(Object bean, String beanName) {
		try {
			Object served = super.postProcessAfterInitialization(bean, beanName);
			if (AopUtils.isAopProxy(served)) {
				return served;
			}
			warn(beanName, "its class or one of its public methods is final");
		}
		catch (AopConfigException ex) {
			warn(beanName, String.valueOf(ex.getMessage()));
		}
		return bean;
	}

	private void warn(String beanName, String reason) {
		logger.warn("The sessions of the MQTT client factory '" + beanName + "' are not stored in Redis, because "
				+ reason + ". Remove the bean to use the auto-configured MqttPahoClientFactory, or make it open for"
				+ " a subclass");
	}

	/**
	 * Makes the clients of a user's {@link DefaultMqttPahoClientFactory}. That class
	 * hands one persistence to all its clients, which mixes their sessions.
	 */
	private static final class ClientInterceptor implements MethodInterceptor {

		private final ObjectProvider<PahoV3PersistenceFactory> persistences;

		ClientInterceptor(ObjectProvider<PahoV3PersistenceFactory> persistences) {
			this.persistences = persistences;
		}

		@Override
		public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
			DefaultMqttPahoClientFactory target = (DefaultMqttPahoClientFactory) Objects
				.requireNonNull(invocation.getThis());
			// Asked at each call: the user may set a persistence at any time.
			if (ComponentFields.hasForeignPersistence(target)) {
				return invocation.proceed();
			}
			@Nullable Object[] arguments = invocation.getArguments();
			String uri = firstUri((String) arguments[0], target.getConnectionOptions());
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
		 * {@code super.getAsyncClientInstance} looks for it. The lock keeps two calls
		 * from taking each other's.
		 */
		private @Nullable Object proceedWithPersistence(MethodInvocation invocation,
				DefaultMqttPahoClientFactory target, String uri) throws Throwable {
			synchronized (target) {
				Object before = ComponentFields.persistence(target);
				ComponentFields.setPersistence(target, this.persistences.getObject().create());
				try {
					if (!uri.equals(PLACEHOLDER) && invocation instanceof ProxyMethodInvocation proxied) {
						proxied.setArguments(uri, invocation.getArguments()[1]);
					}
					return invocation.proceed();
				}
				finally {
					ComponentFields.setPersistence(target, before);
				}
			}
		}

		private static boolean isOverridden(Method method, Object target) {
			return ClassUtils.getMostSpecificMethod(method, target.getClass())
				.getDeclaringClass() != DefaultMqttPahoClientFactory.class;
		}

	}

}
