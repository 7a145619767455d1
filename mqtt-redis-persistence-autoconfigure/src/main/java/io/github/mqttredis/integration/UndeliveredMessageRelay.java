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

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.github.mqttredis.session.InspectableStore;
import io.github.mqttredis.session.InspectedRecord.Publish;
import io.github.mqttredis.session.MqttUndeliveredMessageEvent;
import io.github.mqttredis.session.SessionEvent;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionInspector;
import io.github.mqttredis.session.SessionListener;
import io.github.mqttredis.session.SessionStatus;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.session.UndeliveredMessages;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.integration.mqtt.support.MqttHeaders;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.MessageDeliveryException;
import org.springframework.messaging.support.MessageBuilder;
import org.springframework.util.Assert;
import org.springframework.util.backoff.BackOffExecution;
import org.springframework.util.backoff.ExponentialBackOff;

/**
 * Hands messages that are not delivered to the application: those that expire or are
 * dropped directly, and those that are set aside out of quarantine, on a thread of its
 * own and again after growing pauses until they are taken. A channel that has taken a
 * message does not get it again because a listener throws. That is known to this process
 * only.
 *
 * @since 0.1.0
 */
public final class UndeliveredMessageRelay implements UndeliveredMessages, SessionListener, SmartLifecycle {

	/**
	 * The header of the {@link MqttUndeliveredMessageEvent} in a message to a channel.
	 */
	public static final String EVENT_HEADER = MqttHeaders.PREFIX + "undelivered";

	private static final Log logger = LogFactory.getLog(UndeliveredMessageRelay.class);

	private static final ExponentialBackOff PAUSES = new ExponentialBackOff(1000, 2);

	private final Supplier<@Nullable SessionStore> store;

	private final List<Consumer<MqttUndeliveredMessageEvent>> takers;

	/** How many takers, in their order, have taken a message that others have not. */
	private final Map<MessageName, Integer> partlyTaken = Collections.synchronizedMap(new PartlyTaken());

	/** The sessions whose quarantine is to be looked at, with the pauses between. */
	private final Map<SessionId, BackOffExecution> waiting = new ConcurrentHashMap<>();

	/** Guarded by this. */
	private @Nullable ScheduledExecutorService executor;

	private volatile boolean stopped;

	/**
	 * Create the relay.
	 * @param store the store of the sessions, once there is one
	 * @param takers take the messages, one after the other
	 */
	public UndeliveredMessageRelay(Supplier<@Nullable SessionStore> store,
			List<Consumer<MqttUndeliveredMessageEvent>> takers) {
		this.store = store;
		this.takers = List.copyOf(takers);
	}

	@Override
	public boolean isWanted() {
		return !this.takers.isEmpty();
	}

	@Override
	public void take(MqttUndeliveredMessageEvent message) {
		Assert.state(!this.stopped, "The application is stopping");
		MessageName name = new MessageName(message.session(), message.id());
		int taken = this.partlyTaken.getOrDefault(name, 0);
		try {
			for (; taken < this.takers.size(); taken++) {
				this.takers.get(taken).accept(message);
			}
		}
		finally {
			if (taken > 0 && taken < this.takers.size()) {
				this.partlyTaken.put(name, taken);
			}
			else {
				this.partlyTaken.remove(name);
			}
		}
	}

	@Override
	public void onEvent(SessionEvent event) {
		if (event instanceof SessionEvent.Opened) {
			// Its numbers may begin again.
			this.partlyTaken.keySet().removeIf((name) -> name.session().equals(event.session()));
		}
		if (event instanceof SessionEvent.Undeliverable || event instanceof SessionEvent.Opened) {
			look(event.session());
		}
	}

	private void look(SessionId session) {
		if (isWanted() && this.waiting.putIfAbsent(session, PAUSES.start()) == null) {
			schedule(session, 0);
		}
	}

	private synchronized void schedule(SessionId session, long pause) {
		if (this.executor != null) {
			try {
				this.executor.schedule(() -> hand(session), pause, TimeUnit.MILLISECONDS);
			}
			catch (Error ex) {
				// There is no thread now: the next event has it looked at.
				this.waiting.remove(session);
				throw ex;
			}
		}
		else {
			// All sessions are looked at once this has started.
			this.waiting.remove(session);
		}
	}

	private void hand(SessionId session) {
		BackOffExecution pauses = this.waiting.remove(session);
		try (SessionInspector inspector = (this.store.get() instanceof InspectableStore inspectable)
				? inspectable.inspector() : null) {
			if (inspector != null) {
				inspector.handSetAside(session, this::take);
			}
		}
		catch (SessionException | RuntimeException | Error ex) {
			logger.warn("MQTT session " + session + ": a message that is not delivered was not taken over"
					+ " (mqtt.persistence.undelivered). It stays in quarantine and is offered again", ex);
			if (pauses != null && this.waiting.putIfAbsent(session, pauses) == null) {
				schedule(session, pauses.nextBackOff());
			}
		}
	}

	/** Once the flows are there. */
	@Override
	public void start() {
		synchronized (this) {
			if (this.executor != null || !isWanted()) {
				return;
			}
			this.stopped = false;
			this.executor = Executors.newSingleThreadScheduledExecutor((task) -> {
				Thread thread = new Thread(task, "mqtt-undelivered");
				thread.setDaemon(true);
				return thread;
			});
		}
		SessionStore sessions = this.store.get();
		if (sessions != null) {
			sessions.sessions().stream().map(SessionStatus::id).forEach(this::look);
		}
	}

	@Override
	public synchronized void stop() {
		this.stopped = true;
		this.waiting.clear();
		if (this.executor != null) {
			this.executor.shutdownNow();
			this.executor = null;
		}
	}

	@Override
	public synchronized boolean isRunning() {
		return this.executor != null;
	}

	/**
	 * What a message is called.
	 *
	 * @param session its session
	 * @param id its name there
	 */
	private record MessageName(SessionId session, String id) {

	}

	/** If there are too many, the oldest are offered to all again. */
	private static final class PartlyTaken extends LinkedHashMap<MessageName, Integer> {

		private static final long serialVersionUID = 1;

		private static final int LIMIT = 10_000;

		@Override
		protected boolean removeEldestEntry(Map.Entry<MessageName, Integer> eldest) {
			return size() > LIMIT;
		}

	}

	/**
	 * Sends messages to a channel: their payload, with topic, QoS and retain flag in the
	 * headers that a handler for MQTT reads. Apart, because an application with Paho
	 * alone has no channels.
	 *
	 * @param beans where the channel is, once it is needed
	 * @param channel the channel's name
	 */
	public record ToChannel(BeanFactory beans, String channel) implements Consumer<MqttUndeliveredMessageEvent> {

		@Override
		public void accept(MqttUndeliveredMessageEvent event) {
			Publish publish = event.message();
			Message<byte[]> message = MessageBuilder.withPayload(publish.payload())
				.setHeader(MqttHeaders.TOPIC, publish.topic())
				.setHeader(MqttHeaders.QOS, publish.qos())
				.setHeader(MqttHeaders.RETAINED, publish.retained())
				.setHeader(EVENT_HEADER, event)
				.build();
			if (!this.beans.getBean(this.channel, MessageChannel.class).send(message)) {
				throw new MessageDeliveryException(message, "The channel '" + this.channel + "' has not taken it");
			}
		}

	}

}
