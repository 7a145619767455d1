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

import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import io.github.mqttredis.paho.PahoMembers;
import io.github.mqttredis.paho.v5.ConnectOptions;
import io.github.mqttredis.paho.v5.EndedToken;
import io.github.mqttredis.paho.v5.PersistentMqttAsyncClient;
import io.github.mqttredis.paho.v5.SessionMqttClientPersistence;
import org.eclipse.paho.mqttv5.client.IMqttAsyncClient;
import org.eclipse.paho.mqttv5.client.IMqttMessageListener;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClientException;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.PriorityOrdered;
import org.springframework.integration.endpoint.AbstractEndpoint;
import org.springframework.integration.mqtt.core.MqttComponent;
import org.springframework.integration.mqtt.core.Mqttv5ClientManager;
import org.springframework.integration.mqtt.inbound.AbstractMqttMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.inbound.Mqttv5PahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.outbound.AbstractMqttMessageHandler;
import org.springframework.integration.mqtt.outbound.Mqttv5PahoMessageHandler;
import org.springframework.util.ObjectUtils;

/**
 * Gives clients of ours to the {@link Mqttv5PahoMessageHandler} and
 * {@link Mqttv5PahoMessageDrivenChannelAdapter} beans that would otherwise make one of
 * Paho's. A persistence that the user set is left alone, unless it is one of ours: then
 * it is replaced by one that knows the component's broker.
 * <p>
 * Runs first, so that no proxy hides a component from it.
 *
 * @since 0.1.0
 */
public final class Mqttv5EndpointPostProcessor implements BeanPostProcessor, PriorityOrdered {

	private static final String CLIENT = "mqttClient";

	private final ObjectProvider<PahoV5PersistenceFactory> persistences;

	private final ObjectProvider<IntegrationSettings> settings;

	public Mqttv5EndpointPostProcessor(ObjectProvider<PahoV5PersistenceFactory> persistences,
			ObjectProvider<IntegrationSettings> settings) {
		this.persistences = persistences;
		this.settings = settings;
	}

	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE;
	}

	@Override
	public Object postProcessBeforeInitialization(Object bean, String beanName) {
		if (isServed(bean, beanName)) {
			// The client that the component is about to make must not touch the session.
			ComponentFields.setPersistence(bean, null);
		}
		return bean;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (isEndpoint(bean) && ComponentFields.persistence(bean) == null && isServed(bean, beanName)) {
			// A component that uses a client manager has no client yet.
			if (ComponentFields.field(bean, CLIENT) instanceof MqttAsyncClient made) {
				ComponentFields.setField(bean, CLIENT, replace(made, bean));
			}
		}
		return bean;
	}

	private static boolean isEndpoint(Object bean) {
		return bean instanceof Mqttv5PahoMessageHandler || bean instanceof Mqttv5PahoMessageDrivenChannelAdapter;
	}

	private boolean isServed(Object bean, String beanName) {
		return isEndpoint(bean) && !this.settings.getObject().leaves(bean, beanName)
				&& !ObjectUtils.isEmpty(options(bean).getServerURIs());
	}

	private static MqttConnectionOptions options(Object bean) {
		return (MqttConnectionOptions) ((MqttComponent<?>) bean).getConnectionInfo();
	}

	private RenewedMqttAsyncClient replace(MqttAsyncClient made, Object bean) {
		PahoV5PersistenceFactory factory = this.persistences.getObject();
		String broker = Objects.requireNonNull(options(bean).getServerURIs())[0];
		ComponentFields.setPersistence(bean, factory.create(broker));
		try {
			made.close(true);
			return new RenewedMqttAsyncClient(made, options(bean), () -> factory.create(broker), (MqttCallback) bean,
					bean instanceof Mqttv5PahoMessageDrivenChannelAdapter && ComponentFields.isManualAcks(bean));
		}
		catch (MqttException ex) {
			throw new IllegalStateException("Could not replace the MQTT client '" + made.getClientId() + "'", ex);
		}
	}

	/**
	 * The client of a {@link Mqttv5PahoMessageHandler} or a
	 * {@link Mqttv5PahoMessageDrivenChannelAdapter} that has one of its own: made anew
	 * when the component starts, that is when it connects, and closed when it stops, so
	 * that its session is given back.
	 */
	static final class RenewedMqttAsyncClient extends ManagedMqttAsyncClient.StandIn {

		private static final long DISCONNECT_MILLIS = 1000;

		private final Supplier<SessionMqttClientPersistence> persistences;

		private final MqttCallback component;

		private final boolean manualAcks;

		/**
		 * Held while a client is made, which may wait for another owner of its session:
		 * two threads that connect must not make two. Who holds it wants no lock of
		 * Paho's.
		 */
		private final ReentrantLock making = new ReentrantLock();

		private volatile @Nullable PersistentMqttAsyncClient client;

		RenewedMqttAsyncClient(IMqttAsyncClient replaced, MqttConnectionOptions options,
				Supplier<SessionMqttClientPersistence> persistences, MqttCallback component, boolean manualAcks)
				throws MqttException {
			super(replaced.getServerURI(), replaced.getClientId());
			// Who stops it calls a method of Paho's that needs them.
			PahoMembers.connectOptions(this, options);
			this.persistences = persistences;
			this.component = component;
			this.manualAcks = manualAcks;
		}

		@Override
		@Nullable PersistentMqttAsyncClient present() {
			return this.client;
		}

		/**
		 * An adapter that stops, and so is no longer active, asks this and lets go of its
		 * client only if there is a link. Otherwise the client would connect again
		 * without its adapter.
		 */
		@Override
		public boolean isConnected() {
			return super.isConnected() || (this.client != null && isStopping());
		}

		private boolean isStopping() {
			return this.component instanceof AbstractEndpoint adapter && !adapter.isActive();
		}

		@Override
		public IMqttToken unsubscribe(String[] topicFilters, @Nullable Object userContext,
				@Nullable MqttActionListener callback, MqttProperties properties) throws MqttException {
			if (isStopping() && !super.isConnected()) {
				return new EndedToken(getClientId(), null, null);
			}
			return super.unsubscribe(topicFilters, userContext, callback, properties);
		}

		@Override
		public IMqttToken connect(MqttConnectionOptions options, @Nullable Object userContext,
				@Nullable MqttActionListener callback) throws MqttException {
			return made().connect(options, userContext, callback);
		}

		private PersistentMqttAsyncClient made() throws MqttException {
			this.making.lock();
			try {
				PersistentMqttAsyncClient present = this.client;
				if (present != null && present.isOver()) {
					// The store has stopped in between, and not this component.
					close(true);
					present = null;
				}
				if (present == null) {
					present = ManagedMqttAsyncClient.create(getServerURI(), getClientId(), this.persistences.get(),
							this.component, this.manualAcks);
					this.client = present;
				}
				return present;
			}
			finally {
				this.making.unlock();
			}
		}

		@Override
		public IMqttToken disconnect(long quiesceTimeout, @Nullable Object userContext,
				@Nullable MqttActionListener callback, int reasonCode, MqttProperties properties) throws MqttException {
			disconnectForcibly(Math.min(quiesceTimeout, ClientManagers.QUIESCENT_MILLIS), DISCONNECT_MILLIS, reasonCode,
					properties);
			return new EndedToken(getClientId(), null, null);
		}

		@Override
		public void disconnectForcibly(long quiesceTimeout, long disconnectTimeout, int reasonCode,
				MqttProperties properties) throws MqttException {
			PersistentMqttAsyncClient present = this.client;
			if (present != null) {
				try {
					present.disconnectForcibly(quiesceTimeout, disconnectTimeout, reasonCode, properties);
				}
				finally {
					close(true);
				}
			}
		}

		@Override
		public void close(boolean force) throws MqttException {
			PersistentMqttAsyncClient present = this.client;
			if (present != null) {
				this.client = null;
				present.close(force);
			}
		}

	}

	/**
	 * An MQTT 5 client as Spring Integration uses it. While the broker is away a
	 * {@link Mqttv5PahoMessageHandler} does not ask it to publish, but to connect, and
	 * fails; so it passes for a connected one for such a handler as long as it has an
	 * offline buffer. For everybody else, and in particular for inbound adapters, which
	 * subscribe only if there is a link, it says how it is.
	 */
	static final class ManagedMqttAsyncClient extends PersistentMqttAsyncClient {

		private static final StackWalker CALLERS = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

		private static final List<Class<?>> USERS = List.of(AbstractMqttMessageHandler.class,
				AbstractMqttMessageDrivenChannelAdapter.class, StandIn.class);

		private ManagedMqttAsyncClient(String serverUri, String clientId, SessionMqttClientPersistence persistence)
				throws MqttException {
			super(serverUri, clientId, persistence);
		}

		static ManagedMqttAsyncClient create(String serverUri, String clientId,
				SessionMqttClientPersistence persistence, MqttCallback callback, boolean manualAcks) {
			return PahoVersion.create(clientId, () -> {
				if (callback instanceof Mqttv5ClientManager manager) {
					ConnectOptions.check(clientId, manager.getConnectionInfo());
				}
				ManagedMqttAsyncClient client = new ManagedMqttAsyncClient(serverUri, clientId, persistence);
				client.setManualAcks(manualAcks);
				client.setCallback(callback);
				return client;
			});
		}

		/** Make what stands for the client of a manager with those who publish. */
		static MqttAsyncClient standIn(Mqttv5ClientManager manager, Supplier<@Nullable Object> client) {
			return PahoVersion.create(manager.getClientId(),
					() -> new StandIn(manager.getUrl(), manager.getClientId()) {

						@Override
						@Nullable PersistentMqttAsyncClient present() {
							return (client.get() instanceof PersistentMqttAsyncClient present) ? present : null;
						}

						@Override
						public boolean isConnected() {
							PersistentMqttAsyncClient present = present();
							return present != null && (present.isConnected() || present.isBufferingOffline());
						}

					});
		}

		@Override
		public boolean isConnected() {
			return super.isConnected() || (isBufferingOffline() && isHandlerCalling());
		}

		/** Return whether a handler calls, perhaps through proxies. */
		static boolean isHandlerCalling() {
			return CALLERS
				.walk((frames) -> frames.<Class<?>>map(StackWalker.StackFrame::getDeclaringClass)
					.filter((type) -> USERS.stream().anyMatch((user) -> user.isAssignableFrom(type)))
					.findFirst())
				.filter(AbstractMqttMessageHandler.class::isAssignableFrom)
				.isPresent();
		}

		/**
		 * What {@link Mqttv5PahoMessageHandler} and
		 * {@link Mqttv5PahoMessageDrivenChannelAdapter} have instead of a client: they
		 * keep it for longer than one of ours lives. Has what these two call, and asks
		 * another client each time. A subclass of Paho's client, because Spring
		 * Integration calls a private method of that.
		 */
		abstract static class StandIn extends MqttAsyncClient {

			StandIn(String serverUri, String clientId) throws MqttException {
				super(serverUri, clientId, new MemoryPersistence());
			}

			/** Return the client that there is now. */
			abstract @Nullable PersistentMqttAsyncClient present();

			private PersistentMqttAsyncClient required() throws MqttException {
				PersistentMqttAsyncClient present = present();
				if (present == null) {
					throw new MqttException(MqttClientException.REASON_CODE_CLIENT_CLOSED,
							new IllegalStateException("The MQTT client is not started"));
				}
				return present;
			}

			@Override
			public boolean isConnected() {
				PersistentMqttAsyncClient present = present();
				return present != null && present.isConnected();
			}

			@Override
			public IMqttToken connect(MqttConnectionOptions options, @Nullable Object userContext,
					@Nullable MqttActionListener callback) throws MqttException {
				return required().connect(options, userContext, callback);
			}

			@Override
			public void reconnect() throws MqttException {
				required().reconnect();
			}

			@Override
			public IMqttToken publish(String topic, MqttMessage message, @Nullable Object userContext,
					@Nullable MqttActionListener callback) throws MqttException {
				return required().publish(topic, message, userContext, callback);
			}

			@Override
			public IMqttToken subscribe(MqttSubscription[] subscriptions, @Nullable Object userContext,
					@Nullable MqttActionListener callback, @Nullable IMqttMessageListener listener,
					MqttProperties properties) throws MqttException {
				return required().subscribe(subscriptions, userContext, callback, listener, properties);
			}

			@Override
			public IMqttToken unsubscribe(String[] topicFilters, @Nullable Object userContext,
					@Nullable MqttActionListener callback, MqttProperties properties) throws MqttException {
				return required().unsubscribe(topicFilters, userContext, callback, properties);
			}

			@Override
			public void messageArrivedComplete(int messageId, int qos) throws MqttException {
				required().messageArrivedComplete(messageId, qos);
			}

		}

	}

}
