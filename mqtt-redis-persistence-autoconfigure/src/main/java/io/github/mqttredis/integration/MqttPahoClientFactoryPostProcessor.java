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

import io.github.mqttredis.paho.v3.ConnectOptions;
import io.github.mqttredis.paho.v3.EndedToken;
import io.github.mqttredis.paho.v3.PersistentMqttAsyncClient;
import io.github.mqttredis.paho.v3.PersistentMqttClient;
import io.github.mqttredis.paho.v3.SessionMqttClientPersistence;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.IMqttClient;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.MqttSecurityException;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.integration.mqtt.core.DefaultMqttPahoClientFactory;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;
import org.springframework.integration.mqtt.inbound.MqttPahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.outbound.MqttPahoMessageHandler;
import org.springframework.integration.mqtt.support.MqttUtils;
import org.springframework.util.ClassUtils;
import org.springframework.util.ObjectUtils;

/**
 * Serves {@link DefaultMqttPahoClientFactory} beans: each of their clients gets its own
 * persistence and stores before it sends. The bean keeps its type. A persistence that the
 * user set is left alone, unless it is one of ours.
 *
 * @since 0.1.0
 */
public final class MqttPahoClientFactoryPostProcessor extends ClientManagers.AbstractServingPostProcessor {

	private static final long serialVersionUID = 1L;

	private static final Log logger = LogFactory.getLog(MqttPahoClientFactoryPostProcessor.class);

	/** What Spring Integration gives to Paho if only the connect options hold URIs. */
	private static final String PLACEHOLDER = "tcp://NO_URL_PROVIDED";

	private final transient ObjectProvider<IntegrationSettings> settings;

	MqttPahoClientFactoryPostProcessor(ObjectProvider<PahoV3PersistenceFactory> persistences,
			ObjectProvider<IntegrationSettings> settings) {
		super(MqttPahoClientFactory.class, new ClientInterceptor(persistences), "getClientInstance",
				"getAsyncClientInstance");
		this.settings = settings;
	}

	/** Return whether a factory, with its proxies, makes our clients. */
	static boolean serves(Object factory) {
		Object behind = ComponentFields.behind(factory);
		return factory instanceof Advised proxy && (Arrays.stream(proxy.getAdvisors())
			.anyMatch((advisor) -> advisor.getAdvice() instanceof ClientInterceptor)
				|| behind != null && serves(behind));
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
		if (!isServed(bean) || this.settings.getObject().leaves(bean, beanName)) {
			return bean;
		}
		return serve(bean, beanName,
				(reason) -> logger.warn("The sessions of the MQTT client factory '" + beanName
						+ "' are not stored in Redis, because " + reason + ". Remove the bean to use the "
						+ "auto-configured MqttPahoClientFactory, or make its class and methods non-final"));
	}

	/**
	 * The proxy of a scope must not ask for what is in it, which is served itself. The
	 * fields of a mock are empty, whatever its methods return.
	 */
	private static boolean isServed(Object bean) {
		return bean instanceof MqttPahoClientFactory && !(bean instanceof AopInfrastructureBean)
				&& ComponentFields.target(bean) instanceof DefaultMqttPahoClientFactory factory
				&& ComponentFields.field(factory, "options") != null;
	}

	/** The factory would hand one persistence to all clients, which mixes sessions. */
	private record ClientInterceptor(
			ObjectProvider<PahoV3PersistenceFactory> persistences) implements MethodInterceptor {

		@Override
		public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
			DefaultMqttPahoClientFactory target = (DefaultMqttPahoClientFactory) ComponentFields
				.target(Objects.requireNonNull(invocation.getThis()));
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

	/**
	 * A client as {@link MqttPahoMessageHandler} uses it. The handler connects when a
	 * message comes, throws the client away when it is not connected, and fails the
	 * message when the broker is away. With an offline buffer this client passes for a
	 * connected one there: it takes the message, and connects by itself when the broker
	 * is back.
	 */
	private static final class OutboundMqttAsyncClient extends PersistentMqttAsyncClient {

		private volatile boolean outbound;

		/** Whether an adapter uses this client, and makes another one when it starts. */
		private volatile boolean inbound;

		OutboundMqttAsyncClient(String serverUri, String clientId, SessionMqttClientPersistence persistence)
				throws MqttException {
			super(serverUri, clientId, persistence);
		}

		private boolean isLasting() {
			return this.outbound && isBufferingOffline();
		}

		@Override
		public void setCallback(@Nullable MqttCallback callback) {
			if (callback instanceof MqttPahoMessageHandler) {
				this.outbound = true;
				super.setCallback(new LastingCallback(callback));
			}
			else {
				this.inbound = callback instanceof MqttPahoMessageDrivenChannelAdapter;
				if (callback instanceof MqttPahoMessageDrivenChannelAdapter adapter) {
					// The adapter says so later: the broker may have sent by then.
					setManualAcks(ComponentFields.isManualAcks(adapter));
				}
				super.setCallback(callback);
			}
		}

		/** A stopping adapter closes no client, whose session would stay owned. */
		@Override
		public void disconnectForcibly(long quiesceTimeout, long disconnectTimeout) throws MqttException {
			try {
				super.disconnectForcibly(quiesceTimeout, disconnectTimeout);
			}
			finally {
				if (this.inbound) {
					close();
				}
			}
		}

		@Override
		public boolean isConnected() {
			return super.isConnected() || isLasting();
		}

		@Override
		public IMqttToken connect(MqttConnectOptions options) throws MqttException, MqttSecurityException {
			if (!isLasting()) {
				return super.connect(options);
			}
			// The options are those of all clients of a factory.
			MqttConnectOptions lasting = ConnectOptions.copy(options);
			lasting.setAutomaticReconnect(true);
			int seconds = (options.getConnectionTimeout() > 0) ? options.getConnectionTimeout()
					: MqttConnectOptions.CONNECTION_TIMEOUT_DEFAULT;
			IMqttToken token = connect(lasting, null, new FirstConnect());
			try {
				token.waitForCompletion(seconds * 1000L);
				return token;
			}
			catch (MqttSecurityException ex) {
				throw ex;
			}
			catch (MqttException ex) {
				logger.warn("MQTT client '" + getClientId()
						+ "' cannot connect. Its messages are kept in Redis until it can: " + ex.getMessage());
				return new EndedToken(getClientId(), null, null);
			}
		}

		@Override
		public IMqttToken disconnect(long quiesceTimeout, @Nullable Object userContext,
				@Nullable IMqttActionListener callback) throws MqttException {
			if (isLasting()) {
				// The handler asks its own options whether to do so.
				MqttUtils.stopClientReconnectCycle(this);
			}
			try {
				return super.disconnect(quiesceTimeout, userContext, callback);
			}
			catch (MqttException ex) {
				if (this.outbound && (ex.getReasonCode() == MqttException.REASON_CODE_CLIENT_ALREADY_DISCONNECTED
						|| ex.getReasonCode() == MqttException.REASON_CODE_CLIENT_DISCONNECTING)) {
					// Otherwise the handler does not close this client, which keeps its
					// session.
					return new EndedToken(getClientId(), null, null);
				}
				throw ex;
			}
		}

		/** Paho tries again by itself only once it was connected, or told to. */
		private final class FirstConnect implements IMqttActionListener {

			@Override
			public void onSuccess(IMqttToken token) {
				logger.debug("Connected");
			}

			@Override
			public void onFailure(IMqttToken token, Throwable exception) {
				if (exception instanceof MqttSecurityException) {
					return;
				}
				try {
					reconnect();
				}
				catch (MqttException ex) {
					logger.debug("Closed or connecting meanwhile", ex);
				}
			}

		}

		/** Keeps the loss of the link from the handler, which would close the client. */
		private final class LastingCallback implements MqttCallback {

			private final MqttCallback delegate;

			LastingCallback(MqttCallback delegate) {
				this.delegate = delegate;
			}

			@Override
			public void connectionLost(Throwable cause) {
				if (isLasting()) {
					logger.warn("MQTT client '" + getClientId()
							+ "' lost its connection. Its messages are kept in Redis until it is back: " + cause);
				}
				else {
					this.delegate.connectionLost(cause);
				}
			}

			@Override
			public void messageArrived(String topic, MqttMessage message) throws Exception {
				this.delegate.messageArrived(topic, message);
			}

			@Override
			public void deliveryComplete(IMqttDeliveryToken token) {
				this.delegate.deliveryComplete(token);
			}

		}

	}

}
