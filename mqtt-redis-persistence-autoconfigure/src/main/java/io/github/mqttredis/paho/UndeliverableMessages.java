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
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

import io.github.mqttredis.session.OutboundPackets.Head;
import io.github.mqttredis.session.RecordKind;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Finds the message that makes a broker end the link. An MQTT 3.1.1 broker has no other
 * answer to a PUBLISH that it does not accept (4.8), and MQTT 5 brokers do not announce
 * everything that they refuse. A session that keeps such a message would send it first on
 * every link, forever.
 * <p>
 * Links are judged one after the other:
 * <ul>
 * <li>A link counts against a message if the broker ended it shortly after the last byte
 * of the message was written, or while it was written, and nothing else was unanswered.
 * </li>
 * <li>From the second link in a row that ends behind unanswered packets, one packet is
 * sent at a time, so that no other one is unanswered. Once all messages are answered that
 * such links ended behind, they are sent in parallel again.</li>
 * <li>A message that already stands out is sent after a quiet time: twice as long as the
 * last link lasted from when the message could be sent, or as long as keep-alive allows.
 * The message is certain once a link has lasted longer than the one before because of a
 * quiet time, and ended behind the message all the same.</li>
 * <li>An answer to a message, or a link that ends otherwise, ends the count.</li>
 * </ul>
 * So a flapping broker or network costs no message. If its links always last equally
 * long, whatever that is, none lasts longer because of a quiet time. If they do not, each
 * of several links in a row has to outlast a quiet time, most of which are twice as long
 * as the one before, and then has to end in the short time until the answer comes. What
 * remains is a broker that keeps a silent link, however long, and ends it each time after
 * this one message. If a DISCONNECT names a cause that lies in a PUBLISH (MQTT 5,
 * 3.14.2.1), and there is only one PUBLISH, that is enough.
 * <p>
 * The lock guards all that is not final. Paho's sender waits here with the lock of the
 * message's token, as it does for Redis: who answers the packet before wants the token of
 * that one, and whoever ends the link calls {@link #ended} first.
 *
 * @since 0.1.0
 */
public final class UndeliverableMessages {

	/** Reason codes of a DISCONNECT that a PUBLISH causes. */
	private static final Set<Integer> OF_A_MESSAGE = Set.of(0x90, 0x95, 0x99, 0x9a, 0x9b);

	/** Malformed packet and protocol error: those that any packet causes. */
	private static final Set<Integer> OF_A_PACKET = Set.of(0x81, 0x82);

	/**
	 * After so many links that ended behind unanswered packets, one is sent at a time.
	 */
	private static final int CAREFUL_AFTER = 2;

	/** Stands for what is sent without a packet id, or is no message. */
	static final int OTHER = -1;

	private static final long SHORTEST_QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

	private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);

	private static final Log logger = LogFactory.getLog(UndeliverableMessages.class);

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	private final ClientSession<?> session;

	private final int attempts;

	private final boolean keepRefused;

	/** The packets that the broker has not answered, by packet id or OTHER. */
	private final Map<Integer, Sending> unanswered = new LinkedHashMap<>();

	/** Messages that such links ended behind, and that were not answered since. */
	private final Set<Integer> doubtful = new HashSet<>();

	/** Links in a row that the broker ended behind unanswered packets. */
	private int brokenLinks;

	private @Nullable Suspect suspect;

	private volatile BrokerLimits limits = BrokerLimits.NONE;

	/** How long one packet may wait on this link. */
	private long patienceNanos;

	/** How long the quiet time was before the last packet, 0 if there was none. */
	private long quietNanos;

	/** Whether a packet was sent on this link that is neither CONNECT nor a request. */
	private boolean othersSent;

	/** The reason code of a DISCONNECT, 0 if none has come. */
	private int disconnected;

	/** Whether the broker, or the network, has ended this link. */
	private boolean endedByPeer;

	private boolean over = true;

	/**
	 * Create the judge of one client's links.
	 * @param session the client's session
	 * @param keepRefused whether a message is set aside that the broker answers with a
	 * refusal, and not only one that makes it end the link
	 */
	public UndeliverableMessages(ClientSession<?> session, boolean keepRefused) {
		this.session = session;
		this.keepRefused = keepRefused;
		this.attempts = session.undeliverableAttempts();
	}

	/**
	 * Return what the broker takes.
	 * @return what it has announced last
	 */
	public BrokerLimits limits() {
		return this.limits;
	}

	/**
	 * Note that the broker has answered a message with a refusal, of which Paho is told
	 * next: it forgets the message then.
	 * @param packetId its packet id
	 * @param reason why
	 */
	void refused(int packetId, String reason) {
		if (this.keepRefused) {
			try {
				this.session.setAside(key(packetId), 1, reason);
			}
			catch (IOException ex) {
				logger.warn("MQTT session " + this.session.name() + ": the message with packet id " + packetId
						+ " was refused by the broker, and could not be kept", ex);
			}
		}
	}

	/**
	 * Note what the broker takes on this link.
	 * @param announced what CONNACK says
	 */
	public void limits(BrokerLimits announced) {
		this.limits = announced;
	}

	/**
	 * Return why a message of QoS 0 that has waited is not sent. One of QoS 1 or 2 is
	 * looked at when it is written, and has a record then that can be set aside.
	 * @param publish its PUBLISH
	 * @return what the broker does not take of it, {@code null} if it takes it
	 */
	@Nullable UndeliverableMessageException beyond(byte[] publish) {
		int qos = publish[0] >> 1 & 3;
		String limit = (qos == 0) ? this.limits.excess(publish.length, qos, (publish[0] & 1) != 0) : null;
		return (limit != null) ? new UndeliverableMessageException(limit) : null;
	}

	/**
	 * Note that a link is made.
	 * @param keepAlive the keep-alive interval, zero for none: the sender, which also
	 * sends what keeps the link alive, never waits here for as long
	 */
	void connecting(Duration keepAlive) {
		this.lock.lock();
		try {
			this.unanswered.clear();
			this.quietNanos = 0;
			this.othersSent = false;
			this.disconnected = 0;
			this.endedByPeer = false;
			this.over = false;
			Duration half = keepAlive.dividedBy(2);
			this.patienceNanos = ((half.isZero() || half.compareTo(LONGEST_WAIT) > 0) ? LONGEST_WAIT : half).toNanos();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Decide on a packet that is about to be written, and wait until it may be.
	 * @param head the packet
	 * @return why it must not be sent, {@code null} if it is sent
	 */
	@Nullable Verdict sending(Head head) {
		String limit = head.isStored() ? this.limits.excess(head.size(), head.qos(), head.retained()) : null;
		if (limit != null) {
			return new Verdict(0, limit);
		}
		if (head.isStored() && stored(head.packetId()) == null) {
			// Moved while nobody could wait for it any more, or removed by an operator.
			return new Verdict(0, "it is no longer in the session");
		}
		if (this.attempts == 0) {
			return null;
		}
		this.lock.lock();
		try {
			if (!head.isRequest()) {
				this.othersSent |= !head.isConnect();
				return null;
			}
			Suspect suspected = suspected(head);
			if (suspected != null && suspected.isCertain(this.attempts)) {
				this.brokenLinks = 0;
				this.doubtful.clear();
				return new Verdict(suspected.strikes, suspected.reason());
			}
			long begun = System.nanoTime();
			long quiet = 0;
			if (this.brokenLinks >= CAREFUL_AFTER) {
				await(this.patienceNanos, () -> !isMessageUnanswered());
				if (head.isStored() && (suspected != null || this.unanswered.containsKey(OTHER))) {
					quiet = awaitQuiet((suspected != null) ? suspected.nanosLasted : 0);
				}
			}
			if (!this.over && !this.endedByPeer) {
				// Else it is not the reason, and does not reach the broker.
				this.unanswered.put(idOf(head), new Sending(begun, System.nanoTime()));
				this.quietNanos = quiet;
			}
			return null;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Note that the last byte of a packet was written, which may take long. What waits
	 * here or in the network is not the broker's time.
	 * @param head the packet
	 */
	void written(Head head) {
		if (this.attempts == 0 || !head.isRequest()) {
			return;
		}
		this.lock.lock();
		try {
			this.unanswered.computeIfPresent(idOf(head),
					(packetId, sending) -> new Sending(sending.begun, System.nanoTime()));
		}
		finally {
			this.lock.unlock();
		}
	}

	private static int idOf(Head head) {
		return head.isStored() ? head.packetId() : OTHER;
	}

	private boolean isMessageUnanswered() {
		return this.unanswered.keySet().stream().anyMatch((packetId) -> packetId != OTHER);
	}

	/**
	 * Wait for twice as long as the last link lasted, or as keep-alive allows. The first
	 * quiet times leave room below that for longer ones.
	 * @return how long it was quiet
	 */
	private long awaitQuiet(long nanosLasted) {
		long shortest = Math.min(SHORTEST_QUIET_NANOS, this.patienceNanos / 8);
		long quiet = Math.min(this.patienceNanos, Math.max(shortest, 2 * nanosLasted));
		await(quiet, () -> false);
		// What gets no answer has been taken: the link has lasted.
		this.unanswered.remove(OTHER);
		return this.unanswered.isEmpty() ? quiet : 0;
	}

	private void await(long nanos, BooleanSupplier condition) {
		try {
			long left = nanos;
			while (left > 0 && !this.over && !this.endedByPeer && !condition.getAsBoolean()) {
				left = this.changed.awaitNanos(left);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private @Nullable Suspect suspected(Head head) {
		Suspect current = this.suspect;
		return (current != null && head.isStored() && current.is(head.packetId(), stored(head.packetId()))) ? current
				: null;
	}

	private byte @Nullable [] stored(int packetId) {
		return this.session.get(key(packetId));
	}

	static String key(int packetId) {
		return RecordKind.SENT.prefix() + packetId;
	}

	/**
	 * Note that the broker has answered a packet.
	 * @param packetId its packet id if it is a PUBLISH, {@link #OTHER} if not
	 */
	void answered(int packetId) {
		this.lock.lock();
		try {
			Sending sent = this.unanswered.remove(packetId);
			if (sent != null && packetId != OTHER) {
				this.suspect = null;
				Sending other = this.unanswered.get(OTHER);
				if (other != null && other.begun <= sent.begun) {
					// The broker has taken what came before.
					this.unanswered.remove(OTHER);
				}
			}
			if (packetId != OTHER) {
				noLongerDoubtful(packetId);
			}
			this.changed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	private void noLongerDoubtful(int packetId) {
		if (!this.doubtful.remove(packetId)) {
			// Nobody answers those that were removed.
			this.doubtful.removeIf((doubted) -> stored(doubted) == null);
		}
		if (this.doubtful.isEmpty()) {
			this.brokenLinks = 0;
		}
	}

	/**
	 * Note that the broker has told why it ends the link.
	 * @param reasonCode the reason code of its DISCONNECT
	 */
	public void disconnected(int reasonCode) {
		this.disconnected = reasonCode;
		endedByPeer();
	}

	/** Note that the link has ended, and not by us. */
	void endedByPeer() {
		this.lock.lock();
		try {
			if (!this.over) {
				this.endedByPeer = true;
				this.changed.signalAll();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Note that the link has ended, and judge it. */
	void ended() {
		this.lock.lock();
		try {
			if (!this.over) {
				this.over = true;
				this.changed.signalAll();
				if (this.endedByPeer) {
					judge(System.nanoTime());
				}
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private void judge(long now) {
		long last = this.unanswered.values().stream().mapToLong(Sending::written).max().orElse(now);
		if (!isMessageUnanswered() || 2 * (now - last) > this.patienceNanos) {
			this.brokenLinks = 0;
			this.doubtful.clear();
			this.suspect = null;
			return;
		}
		boolean ofAPacket = OF_A_PACKET.contains(this.disconnected);
		boolean named = ofAPacket || OF_A_MESSAGE.contains(this.disconnected);
		this.brokenLinks = named ? Math.max(CAREFUL_AFTER, this.brokenLinks + 1) : this.brokenLinks + 1;
		this.unanswered.keySet().stream().filter((packetId) -> packetId != OTHER).forEach(this.doubtful::add);
		Map.Entry<Integer, Sending> first = this.unanswered.entrySet().iterator().next();
		byte[] record = (this.unanswered.size() == 1) ? stored(first.getKey()) : null;
		if (record == null) {
			return;
		}
		long lasted = now - first.getValue().begun();
		Suspect current = this.suspect;
		if (current == null || !current.is(first.getKey(), record)) {
			current = new Suspect(first.getKey(), record);
			this.suspect = current;
		}
		else if (this.quietNanos > 0 && lasted - current.nanosLasted >= this.quietNanos / 2) {
			current.proven = true;
		}
		current.strikes++;
		// Our PUBREL, or our answer to what was received, may be meant as well.
		current.named |= named && !(ofAPacket && this.othersSent);
		current.nanosLasted = lasted;
		current.reasonCode = this.disconnected;
	}

	/**
	 * A packet that is on its way.
	 *
	 * @param begun when it could have been sent
	 * @param written when its last byte was written; as long as it was not, when it was
	 * about to be
	 */
	private record Sending(long begun, long written) {

	}

	/**
	 * Why a message must not be sent.
	 *
	 * @param attempts how often it was sent, 0 if it was not
	 * @param reason why
	 */
	record Verdict(int attempts, String reason) {

	}

	/** The message that the broker seems to end the link over. */
	private static final class Suspect {

		private final int packetId;

		private final byte[] record;

		private int strikes;

		/** Whether a link lasted longer because of a quiet time. */
		private boolean proven;

		/** Whether the broker has named the message as the cause. */
		private boolean named;

		/** How long the last link lasted from when the message could be sent. */
		private long nanosLasted;

		private int reasonCode;

		Suspect(int packetId, byte[] record) {
			this.packetId = packetId;
			this.record = record;
		}

		boolean isCertain(int attempts) {
			return this.named || (this.proven && this.strikes >= attempts);
		}

		/** Packet ids are used again. */
		boolean is(int otherId, byte @Nullable [] other) {
			return this.packetId == otherId && Arrays.equals(this.record, other);
		}

		String reason() {
			return "the broker ends the link right after it, and after no other message"
					+ ((this.reasonCode != 0) ? " (DISCONNECT with reason code 0x"
							+ Integer.toHexString(this.reasonCode).toUpperCase(Locale.ROOT) + ")" : "");
		}

	}

}
