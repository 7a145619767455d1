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

package io.github.mqttredis.paho;

import java.io.IOException;
import java.time.Duration;
import java.util.function.BiFunction;

import io.github.mqttredis.paho.ClientSession.Publish;
import io.github.mqttredis.session.OfflineBufferSettings.WhenFull;
import io.github.mqttredis.session.RecordKind;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * What our clients for both versions of Paho do alike: they connect only as the owner of
 * their session, send no packet before the records that it depends on are stored,
 * reconnect as soon as Redis is back, and receive QoS 2 messages once. Each Paho client
 * has one instance, and uses it wherever Paho behaves differently.
 * <p>
 * All methods may be called by any thread. {@link Reconnection} lets one attempt to
 * connect begin at a time, which guards the options.
 *
 * @param <O> what an application connects with
 * @param <T> the token of a message in the offline buffer
 * @param <E> the exception of the version of Paho
 * @since 0.1.0
 */
public final class PersistentClient<O, T extends OfflineQueue.Waiting<E>, E extends Exception> {

	private static final Log logger = LogFactory.getLog(PersistentClient.class);

	private final ClientSession<? extends E> session;

	private final CommsInternals<T, E> comms;

	private final OfflineQueue<T, E> offline;

	private final @Nullable ObservedMessages observed;

	private final ReceivedMessages received;

	private final UndeliverableMessages undeliverable;

	private final Reconnection reconnection = new Reconnection();

	private final ConnectNotices notices;

	private final LinkReport report;

	/** What the application, perhaps, waits for until the client has connected. */
	private volatile @Nullable Object waiting;

	private volatile boolean overBeforeItBegan;

	private volatile boolean accepted;

	/** What the application connects with, and what it connected with last. */
	private @Nullable O requested;

	private @Nullable O options;

	/**
	 * Create what a client consists of, once its session is open.
	 * @param clientId the client's id
	 * @param persistence its persistence
	 * @param comms its inner parts
	 * @throws E if the session was never opened
	 */
	public PersistentClient(String clientId, SessionPersistence<? extends E> persistence, CommsInternals<T, E> comms)
			throws E {
		this.session = persistence.client();
		this.comms = comms;
		this.notices = new ConnectNotices(clientId, this.reconnection, comms::drop);
		this.observed = persistence.observed(this.session);
		this.received = new ReceivedMessages(this.session, comms, this.observed, this.reconnection::notTaken);
		this.undeliverable = new UndeliverableMessages(this.session, persistence.undelivered().isWanted());
		this.session.guarded();
		this.session.adoptBuffered();
		comms.continueBehind(this.session.packetIds(RecordKind.SENT));
		this.offline = new OfflineQueue<>(clientId, comms, this.session, persistence.offlineBuffer(),
				persistence.undelivered(), this.undeliverable);
		persistence.onCompleted(this.offline::completed);
		this.report = new LinkReport(clientId, this.session, this.offline::isOpen);
		this.session.serveRequests(this.offline, this.received, this.report);
	}

	/**
	 * Have a persistence keep back from Paho what waits in the offline buffer, and what
	 * was received. To be called before Paho's client is made, which reads it.
	 * @param <P> its type
	 * @param persistence the persistence of a client of ours
	 * @return the persistence
	 */
	public static <P extends SessionPersistence<?>> P withholdRecords(P persistence) {
		persistence.withholdRecords();
		return persistence;
	}

	/**
	 * Begin to connect.
	 * @param <R> the type of the token
	 * @param requested what the application connects with
	 * @param beginning begins it
	 * @return the token
	 * @throws E if that failed
	 */
	public <R> R connect(O requested, Reconnection.Beginning<R, E> beginning) throws E {
		return begin(() -> this.reconnection.alone(() -> {
			this.requested = requested;
			this.waiting = null;
			this.overBeforeItBegan = false;
			this.accepted = false;
			this.comms.forgetLost();
			R token = beginning.begin();
			this.waiting = token;
			if (this.overBeforeItBegan) {
				failWaiting();
			}
			return token;
		}));
	}

	/**
	 * Note that Paho ends an attempt to connect that it has not begun: it tries the next
	 * version of MQTT, or the next server, on a thread of its own, and there was none
	 * ({@code ConnectActionListener}). It would have nobody know.
	 */
	void notBegun() {
		this.overBeforeItBegan = true;
		failWaiting();
	}

	private void failWaiting() {
		Object token = this.waiting;
		this.waiting = null;
		if (token != null && !this.accepted) {
			this.comms.fail(null, token, this.comms.failure(0,
					new IOException("An Error ended an attempt to connect: there was no thread for the next one")));
		}
	}

	/**
	 * Begin something that Paho does on a thread of its own. If there is none, Paho is in
	 * the middle of it forever ({@code ClientComms.connect}, {@code disconnect}).
	 * @param <R> the type of the token
	 * @param beginning begins it
	 * @return the token
	 * @throws E if that failed
	 */
	public <R> R begin(Reconnection.Beginning<R, E> beginning) throws E {
		try {
			return beginning.begin();
		}
		catch (Error ex) {
			failed(ex);
			throw this.comms.failure(0, ex);
		}
	}

	/**
	 * Note that an {@link Error} has ended what Paho does for the link.
	 * @param error the error, or what else a thread does not catch
	 */
	void failed(Throwable error) {
		logger.error("An Error in " + Thread.currentThread().getName() + " ends the link of MQTT client '"
				+ this.session.id().clientId() + "'", error);
		this.comms.drop(error);
	}

	/**
	 * Connect with what the application connected with last, because it says so.
	 * @param connecting connects
	 * @throws E if that failed
	 */
	public void reconnect(Connecting<O, E> connecting) throws E {
		this.reconnection.reconnecting();
		connectAgain(connecting);
	}

	private void connectAgain(Connecting<O, E> connecting) throws E {
		this.reconnection.alone(() -> {
			// Never with Paho's defaults, and so with a clean session.
			connecting.connect((this.options != null) ? this.options : this.requested);
			return true;
		});
	}

	/** Note that the broker has accepted the client. */
	public void connected() {
		this.accepted = true;
		this.waiting = null;
		if (this.comms.isConnected()) {
			this.report.connected();
		}
		this.reconnection.accepted();
		this.offline.flush();
	}

	/**
	 * Note that an attempt is made.
	 * @param attempted what it is made with
	 * @return what the application connects with
	 */
	public O attempting(O attempted) {
		O asked = (this.requested != null) ? this.requested : attempted;
		this.options = asked;
		return asked;
	}

	/**
	 * Have the client come back, by itself or because Redis does.
	 * @param automatic whether the client is to come back by itself
	 * @param longestPause the longest pause between two attempts, in milliseconds
	 * @param connecting connects
	 */
	public void reconnecting(boolean automatic, long longestPause, Connecting<O, E> connecting) {
		this.reconnection.connecting(new Link(connecting), automatic, longestPause);
		if (automatic) {
			this.session.onRecovered(this.reconnection::redisIsBack);
		}
	}

	/**
	 * Guard a link.
	 * @param answerLimit how many seconds the broker may take to answer CONNECT, 0 for
	 * ever
	 * @param keepAlive the keep-alive interval in seconds, 0 for none
	 * @param address the broker's address
	 * @param packets makes the look at what comes in
	 * @return its guard
	 */
	public GuardedLink guard(int answerLimit, int keepAlive, String address,
			BiFunction<ReceivedMessages, UndeliverableMessages, InboundPackets> packets) {
		return new GuardedLink(this, address, () -> packets.apply(this.received, this.undeliverable),
				Duration.ofSeconds(answerLimit), Duration.ofSeconds(keepAlive));
	}

	/**
	 * Publish, or have the message wait if it cannot be sent now.
	 * @param <R> the type of the token
	 * @param topic the message's topic
	 * @param sending publishes
	 * @param waiting has the message wait, see {@link OfflineQueue#add}
	 * @return the token
	 * @throws E if the message was refused, or is not known to be stored
	 */
	public <R> R publish(String topic, Publish<R, E> sending, Publish<R, E> waiting) throws E {
		try {
			return this.offline.publish(topic, () -> this.session.publish(() -> this.comms.sending(sending)), waiting);
		}
		catch (Exception ex) {
			int code = this.comms.reasonCode(ex);
			if (OfflineQueue.isLinkLost(code)) {
				E refusal = this.comms.failure(code, this.report.refusal());
				// One of many, which would all say the same.
				refusal.setStackTrace(new StackTraceElement[0]);
				throw refusal;
			}
			throw ex;
		}
	}

	/**
	 * Set what the application wants of the offline buffer.
	 * @param enabled whether there is one
	 * @param size how many messages may wait
	 * @param dropOldest whether the oldest is dropped if it is full
	 */
	public void bufferOffline(boolean enabled, int size, boolean dropOldest) {
		this.offline.settings(enabled, size, dropOldest ? WhenFull.DROP_OLDEST : WhenFull.REJECT);
	}

	/**
	 * Note that the application is done with a message, in its own words.
	 * <p>
	 * Without a link a message of QoS 1 is not acknowledged, because the broker sends it
	 * again, and one of QoS 2 is complete as soon as the broker asks for it. Paho would
	 * keep the answer, and its sender would stop over it when the client connects.
	 * @param packetId its packet id
	 * @param qos its QoS
	 * @return whether Paho has to acknowledge it
	 * @throws E if its completion could not be sent
	 */
	public boolean acknowledge(int packetId, int qos) throws E {
		if (this.observed != null) {
			this.observed.acknowledged(packetId, qos);
		}
		this.received.acknowledging(packetId, qos);
		try {
			return !(qos == 2 && this.received.acknowledge(packetId)) && this.comms.isConnected();
		}
		catch (IOException ex) {
			throw this.comms.failure(0, ex);
		}
	}

	/** Note that the application disconnects the client. */
	public void disconnecting() {
		this.report.closed();
		this.reconnection.disconnecting();
	}

	/**
	 * Close the client. Gives the session back, also if Paho cannot close it.
	 * @param closing closes it
	 * @throws E if that failed
	 */
	public void close(Closing<E> closing) throws E {
		disconnecting();
		try {
			this.comms.awaitLastAttempt();
			closing.close();
		}
		finally {
			if (!this.comms.isConnected()) {
				this.session.closed();
			}
			if (this.observed != null) {
				this.observed.closed();
			}
		}
	}

	/**
	 * Return whether the session was given back, because the client was closed or the
	 * store stopped. It can do nothing more then, and another one has to be made.
	 * @return whether it was
	 */
	public boolean isOver() {
		return this.session.isEnded();
	}

	/**
	 * Return what was published while it could not be sent.
	 * @return the offline buffer
	 */
	public OfflineQueue<T, E> offline() {
		return this.offline;
	}

	/**
	 * Return what follows the messages.
	 * @return tells an observer of them, {@code null} if there is none
	 */
	public @Nullable ObservedMessages observed() {
		return this.observed;
	}

	/**
	 * Return what was received.
	 * @return what is received in Paho's place
	 */
	public ReceivedMessages received() {
		return this.received;
	}

	/**
	 * Return what tells the application of connections.
	 * @return the notices
	 */
	public ConnectNotices notices() {
		return this.notices;
	}

	/**
	 * Return what gets a lost link back.
	 * @return the only timer
	 */
	public Reconnection reconnection() {
		return this.reconnection;
	}

	/**
	 * Return what decides which messages are not sent.
	 * @return knows what the broker takes
	 */
	public UndeliverableMessages undeliverable() {
		return this.undeliverable;
	}

	LinkReport report() {
		return this.report;
	}

	ClientSession<? extends E> session() {
		return this.session;
	}

	CommsInternals<T, E> comms() {
		return this.comms;
	}

	/** What gets this client's link back. */
	private final class Link implements Reconnection.Client {

		private final Connecting<O, E> connecting;

		Link(Connecting<O, E> connecting) {
			this.connecting = connecting;
		}

		@Override
		public boolean isConnected() {
			return PersistentClient.this.comms.isConnected();
		}

		@Override
		public boolean isConnecting() {
			return PersistentClient.this.comms.isConnecting();
		}

		@Override
		public void connect() throws Exception {
			connectAgain(this.connecting);
		}

		@Override
		public void abandon() {
			failed(new IOException("An Error ended an attempt to connect: its thread has ended"));
		}

	}

	/**
	 * Connects a client.
	 *
	 * @param <O> what an application connects with
	 * @param <E> the exception of the version of Paho
	 * @since 0.1.0
	 */
	@FunctionalInterface
	public interface Connecting<O, E extends Exception> {

		/**
		 * Begin to connect, without blocking.
		 * @param options what to connect with
		 * @throws E if that failed
		 */
		void connect(@Nullable O options) throws E;

	}

	/**
	 * Closes a client.
	 *
	 * @param <E> the exception of the version of Paho
	 * @since 0.1.0
	 */
	@FunctionalInterface
	public interface Closing<E extends Exception> {

		/**
		 * Close it.
		 * @throws E if that failed
		 */
		void close() throws E;

	}

}
