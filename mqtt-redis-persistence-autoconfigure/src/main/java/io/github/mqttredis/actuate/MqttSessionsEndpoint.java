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

package io.github.mqttredis.actuate;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.mqttredis.session.InspectedRecord;
import io.github.mqttredis.session.InspectedRecord.Packet;
import io.github.mqttredis.session.InspectedRecord.Publish;
import io.github.mqttredis.session.InspectedSession;
import io.github.mqttredis.session.Page;
import io.github.mqttredis.session.RecordKind;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionInUseException;
import io.github.mqttredis.session.SessionInspector;
import io.github.mqttredis.session.SessionInspector.Part;
import io.github.mqttredis.session.SessionStatus;
import io.github.mqttredis.session.SessionStatus.QueueStatus;
import io.github.mqttredis.session.SessionUnavailableException;
import io.github.mqttredis.session.SetAside;
import io.github.mqttredis.session.SweptSessions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.util.function.ThrowingBiFunction;
import org.springframework.util.function.ThrowingSupplier;

/**
 * {@link Endpoint @Endpoint} that shows all stored MQTT sessions, whoever owns them, and
 * deletes sessions without an owner.
 *
 * @since 0.1.0
 */
@Endpoint(id = "mqttsessions")
public class MqttSessionsEndpoint {

	private static final int DEFAULT_LIMIT = 100;

	private static final int LARGEST_LIMIT = 500;

	private static final int MOST_LOOKED_AT = 10_000;

	private final SessionInspector inspector;

	private final Show showPayloads;

	private final Collection<String> roles;

	private final Supplier<List<SessionStatus>> own;

	/**
	 * Create the endpoint.
	 * @param inspector what looks at the sessions
	 * @param own looks at those that this process has open
	 * @param showPayloads who sees payloads
	 * @param roles the roles of those who see them; none for whoever is authenticated
	 */
	public MqttSessionsEndpoint(SessionInspector inspector, Supplier<List<SessionStatus>> own, Show showPayloads,
			Collection<String> roles) {
		this.inspector = inspector;
		this.own = own;
		this.showPayloads = showPayloads;
		this.roles = List.copyOf(roles);
	}

	/**
	 * List sessions.
	 * @param cursor the cursor of the page, none for the first one
	 * @param limit how many sessions the page is to have, about
	 * @return the sessions
	 */
	@ReadOperation
	public SessionsDescriptor sessions(@Nullable String cursor, @Nullable Integer limit) {
		return run(() -> {
			Page<InspectedSession> page = page(cursor, limit, this.inspector::sessions);
			return new SessionsDescriptor(page.entries().stream().map(SessionDescriptor::of).toList(), page.next());
		});
	}

	/**
	 * Show a session and a page of its records.
	 * @param id the id that the list of sessions gives it
	 * @param cursor the cursor of the page, none for the first one
	 * @param limit how many records the page is to have, about
	 * @param part whether to show what waits in the queue, or what is in quarantine, in
	 * place of the records that Paho knows
	 * @return the session, {@code null} if there is none of this id
	 */
	@ReadOperation
	public @Nullable SessionRecordsDescriptor session(@Selector String id, @Nullable String cursor,
			@Nullable Integer limit, @Nullable Part part) {
		return session(SecurityContext.NONE, id, cursor, limit, part);
	}

	@Nullable SessionRecordsDescriptor session(SecurityContext security, String id, @Nullable String cursor,
			@Nullable Integer limit, @Nullable Part part) {
		return run(() -> {
			InspectedSession session = this.inspector.session(id);
			if (session == null) {
				return null;
			}
			boolean payloads = this.showPayloads.isShown(security, this.roles);
			var page = page(cursor, limit, (from, most) -> this.inspector.records(id, part(part), from, most));
			return new SessionRecordsDescriptor(SessionDescriptor.of(session),
					(part == Part.QUEUE && cursor == null) ? queue(session) : null,
					page.entries().stream().map((record) -> RecordDescriptor.of(record, payloads)).toList(),
					page.next());
		});
	}

	/** Looks at the oldest messages only: there may be millions. */
	private @Nullable QueueDescriptor queue(InspectedSession session) throws SessionUnavailableException {
		Map<String, TopicDescriptor> topics = new TreeMap<>();
		long looked = 0;
		InspectedRecord oldest = null;
		String cursor = SessionInspector.FIRST;
		while (cursor != null && looked < MOST_LOOKED_AT) {
			Page<InspectedRecord> page = this.inspector.records(session.name(), Part.QUEUE, cursor, LARGEST_LIMIT);
			for (InspectedRecord record : page.entries()) {
				oldest = (oldest != null) ? oldest : record;
				String topic = (record.packet() != null && record.packet().publish() != null)
						? record.packet().publish().topic().replaceFirst("/.*", "/#") : "unknown";
				topics.merge(topic, new TopicDescriptor(1, record.size()), TopicDescriptor::plus);
				looked++;
			}
			cursor = page.next();
		}
		if (oldest == null) {
			return null;
		}
		Optional<QueueStatus> own = this.own.get()
			.stream()
			.filter((status) -> status.id().equals(session.id()))
			.map((status) -> status.contents().queue())
			.findFirst();
		return new QueueDescriptor(own.map(QueueStatus::messages).orElse(null),
				own.map(QueueStatus::bytes).orElse(null), String.valueOf(oldest.waitingSince()),
				own.map(QueueStatus::perSecond).map(Math::round).orElse(null),
				own.map(QueueStatus::timeToDrain).map(Duration::toSeconds).orElse(null), looked, topics);
	}

	/**
	 * Delete a session that nobody owns.
	 * @param id the id that the list of sessions gives it
	 * @return whether there was such a session, as {@code deleted}
	 */
	@DeleteOperation
	public Map<String, Boolean> delete(@Selector String id) {
		return run(() -> Map.of("deleted", this.inspector.delete(id)));
	}

	/**
	 * Send a message again that is in quarantine.
	 * @param id the id that the list of sessions gives its session
	 * @param record the key of its record in quarantine, or the beginning of it
	 * @return whether there was such a record, as {@code requeued}
	 */
	@WriteOperation
	public Map<String, Boolean> requeue(@Selector String id, @Selector String record) {
		return run(() -> Map.of("requeued", this.inspector.requeue(id, record)));
	}

	/**
	 * Remove one record.
	 * @param id the id that the list of sessions gives its session
	 * @param record its key
	 * @param part {@code quarantine} if it is there
	 * @return whether there was such a record, as {@code discarded}
	 */
	@DeleteOperation
	public Map<String, Boolean> discard(@Selector String id, @Selector String record, @Nullable Part part) {
		return run(() -> Map.of("discarded", this.inspector.discard(id, part(part), record)));
	}

	/**
	 * Delete the sessions that nobody owns, and that nobody was seen to own for a time.
	 * @param olderThan the time, at least a minute
	 * @return what was deleted
	 */
	@DeleteOperation
	public SweptSessionsDescriptor sweep(Duration olderThan) {
		if (olderThan.compareTo(SessionInspector.SHORTEST_UNSEEN) < 0) {
			throw invalid("olderThan must be at least " + SessionInspector.SHORTEST_UNSEEN, null);
		}
		return run(() -> {
			SweptSessions swept = this.inspector.sweep(olderThan);
			return new SweptSessionsDescriptor(swept.deleted().stream().map(SessionDescriptor::of).toList(),
					swept.more());
		});
	}

	private static <T extends @Nullable Object> T run(ThrowingSupplier<T> action) {
		try {
			return action.get(IllegalStateException::new);
		}
		catch (IllegalArgumentException ex) {
			throw invalid(String.valueOf(ex.getMessage()), ex);
		}
	}

	private static InvalidEndpointRequestException invalid(String reason, @Nullable Throwable cause) {
		return new InvalidEndpointRequestException(reason, reason, cause);
	}

	private static Part part(@Nullable Part part) {
		return (part != null) ? part : Part.RECORDS;
	}

	private static <T> Page<T> page(@Nullable String cursor, @Nullable Integer limit,
			ThrowingBiFunction<String, Integer, Page<T>> reader) throws Exception {
		int most = (limit != null) ? limit : DEFAULT_LIMIT;
		if (most < 1 || most > LARGEST_LIMIT) {
			throw invalid("limit must be between 1 and " + LARGEST_LIMIT, null);
		}
		try {
			return reader.applyWithException((cursor != null) ? cursor : SessionInspector.FIRST, most);
		}
		catch (IllegalArgumentException ex) {
			throw invalid("cursor must be the value of next on the previous page", ex);
		}
	}

	/**
	 * A page of the stored MQTT sessions.
	 *
	 * @param sessions the sessions
	 * @param next the cursor of the next page, {@code null} after the last one
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	public record SessionsDescriptor(List<SessionDescriptor> sessions,
			@Nullable String next) implements OperationResponseBody {

	}

	/**
	 * A stored MQTT session.
	 *
	 * @param id the id by which the endpoint finds it; it stands in a URL as it is
	 * @param clientId the MQTT client identifier
	 * @param broker the broker
	 * @param version the version of MQTT, {@code v3} or {@code v5}
	 * @param state {@code owned}, or {@code orphaned} if no process owns it
	 * @param owner who owns it
	 * @param leaseRemaining how long the owner's lease still runs unless it is renewed,
	 * in milliseconds
	 * @param lastSeen when an owner was last seen
	 * @param records the number of records
	 * @param quarantined the number of records in quarantine
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	public record SessionDescriptor(String id, String clientId, String broker, String version, String state,
			@Nullable String owner, @Nullable Long leaseRemaining, @Nullable String lastSeen, long records,
			long quarantined) {

		static SessionDescriptor of(InspectedSession session) {
			boolean owned = session.owner() != null;
			return new SessionDescriptor(session.name(), session.id().clientId(), session.id().broker(),
					session.id().version().suffix(), owned ? "owned" : "orphaned", session.owner(),
					owned ? session.remaining().toMillis() : null,
					(session.lastSeen() != null) ? session.lastSeen().toString() : null, session.records(),
					session.quarantined());
		}

	}

	/**
	 * A stored MQTT session with a page of its records.
	 *
	 * @param session the session
	 * @param queue what waits to be sent, on the first page of it
	 * @param records the records
	 * @param next the cursor of the next page, {@code null} after the last one
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	public record SessionRecordsDescriptor(SessionDescriptor session, @Nullable QueueDescriptor queue,
			List<RecordDescriptor> records, @Nullable String next) implements OperationResponseBody {

	}

	/**
	 * What waits to be sent.
	 *
	 * @param messages the number of messages, if this process has the session
	 * @param bytes their bytes, if this process has the session
	 * @param oldestSince since when the oldest message waits
	 * @param perSecond how many messages a second were sent lately, if this process has
	 * the session
	 * @param timeToDrain when all will be sent at that rate, in seconds
	 * @param counted how many of the oldest messages are counted by topic
	 * @param topics these messages, by the first level of their topic
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	public record QueueDescriptor(@Nullable Long messages, @Nullable Long bytes, String oldestSince,
			@Nullable Long perSecond, @Nullable Long timeToDrain, long counted, Map<String, TopicDescriptor> topics) {

	}

	/**
	 * Messages of some topics.
	 *
	 * @param messages the number of messages
	 * @param bytes their bytes
	 */
	public record TopicDescriptor(long messages, long bytes) {

		TopicDescriptor plus(TopicDescriptor other) {
			return new TopicDescriptor(this.messages + other.messages, this.bytes + other.bytes);
		}

	}

	/**
	 * A stored record.
	 *
	 * @param key the key that Paho gave it
	 * @param size its size in bytes
	 * @param unreadable {@code true} if it cannot be read; then there is nothing more
	 * @param encrypted {@code true} if it may be sound, and is encrypted with a key that
	 * this application does not have, or too large to be decrypted here; then there is
	 * nothing more
	 * @param kind {@code sent}, {@code pubrel}, {@code buffered}, {@code received} or
	 * {@code queued}
	 * @param packetId the MQTT packet id
	 * @param message the message; none in a PUBREL
	 * @param reason why it was set aside, if the broker does not take it
	 * @param setAsideAt when that was
	 * @param attempts how often it was sent before
	 * @param waitingSince since when it waits to be sent, if it waits in the queue
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	public record RecordDescriptor(String key, long size, @Nullable Boolean unreadable, @Nullable Boolean encrypted,
			@Nullable String kind, @Nullable Integer packetId, @Nullable MessageDescriptor message,
			@Nullable String reason, @Nullable String setAsideAt, @Nullable Integer attempts,
			@Nullable String waitingSince) {

		static RecordDescriptor of(InspectedRecord record, boolean payloads) {
			Packet packet = record.packet();
			SetAside aside = record.setAside();
			boolean secret = packet == null && record.encrypted();
			boolean unreadable = packet == null && !secret;
			return new RecordDescriptor((aside != null) ? aside.key() : record.key(), record.size(),
					unreadable ? true : null, secret ? true : null,
					(packet != null) ? packet.key().kind().name().toLowerCase(Locale.ROOT) : null,
					(packet != null && packet.key().kind() != RecordKind.QUEUED) ? packet.key().packetId() : null,
					(packet != null && packet.publish() != null) ? MessageDescriptor.of(packet.publish(), payloads)
							: null,
					(aside != null) ? aside.reason() : null, (aside != null) ? aside.at().toString() : null,
					(aside != null) ? aside.attempts() : null,
					(record.waitingSince() != null) ? record.waitingSince().toString() : null);
		}

		/**
		 * The message of a record.
		 *
		 * @param topic its topic
		 * @param qos its quality of service
		 * @param duplicate whether it is marked as sent before
		 * @param retained whether the broker keeps it for later subscribers
		 * @param properties its properties, of MQTT 5
		 * @param payloadSize the size of its payload in bytes
		 * @param payload its payload, if payloads are shown and it is text in UTF-8
		 * @param payloadBase64 its payload, if payloads are shown and it is no text, or
		 * too long to be shown whole: the beginning of it
		 */
		@JsonInclude(JsonInclude.Include.NON_NULL)
		public record MessageDescriptor(String topic, int qos, boolean duplicate, boolean retained,
				@Nullable Map<String, Object> properties, long payloadSize, @Nullable String payload,
				@Nullable String payloadBase64) {

			static MessageDescriptor of(Publish publish, boolean payloads) {
				String text = (payloads && publish.payload().length == publish.payloadSize()) ? text(publish.payload())
						: null;
				return new MessageDescriptor(publish.topic(), publish.qos(), publish.duplicate(), publish.retained(),
						publish.properties().isEmpty() ? null : publish.properties(), publish.payloadSize(), text,
						(payloads && text == null) ? Base64.getEncoder().encodeToString(publish.payload()) : null);
			}

			private static @Nullable String text(byte[] payload) {
				try {
					return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload)).toString();
				}
				catch (CharacterCodingException ex) {
					return null;
				}
			}

		}

	}

	/**
	 * What a sweep has deleted.
	 *
	 * @param deleted the sessions, as they were before
	 * @param more whether there may be more
	 */
	public record SweptSessionsDescriptor(List<SessionDescriptor> deleted, boolean more) {

	}

	/**
	 * {@link EndpointWebExtension @EndpointWebExtension} that knows who asks, and answers
	 * with a status: 404 if there is no such session, 409 if somebody owns it, 503 if
	 * Redis does not answer.
	 *
	 * @since 0.1.0
	 */
	@EndpointWebExtension(endpoint = MqttSessionsEndpoint.class)
	public static class WebExtension {

		private static final int CONFLICT = 409;

		private final MqttSessionsEndpoint endpoint;

		public WebExtension(MqttSessionsEndpoint endpoint) {
			this.endpoint = endpoint;
		}

		@ReadOperation
		WebEndpointResponse<Object> sessions(@Nullable String cursor, @Nullable Integer limit) {
			return respond(() -> this.endpoint.sessions(cursor, limit));
		}

		@ReadOperation
		WebEndpointResponse<Object> session(SecurityContext security, @Selector String id, @Nullable String cursor,
				@Nullable Integer limit, @Nullable Part part) {
			return respond(() -> this.endpoint.session(security, id, cursor, limit, part));
		}

		@DeleteOperation
		WebEndpointResponse<Object> delete(@Selector String id) {
			return respond(() -> this.endpoint.delete(id));
		}

		@WriteOperation
		WebEndpointResponse<Object> requeue(@Selector String id, @Selector String record) {
			return respond(() -> this.endpoint.requeue(id, record));
		}

		@DeleteOperation
		WebEndpointResponse<Object> discard(@Selector String id, @Selector String record, @Nullable Part part) {
			return respond(() -> this.endpoint.discard(id, record, part));
		}

		@DeleteOperation
		WebEndpointResponse<Object> sweep(Duration olderThan) {
			return respond(() -> this.endpoint.sweep(olderThan));
		}

		private static WebEndpointResponse<Object> respond(Supplier<@Nullable Object> operation) {
			try {
				Object result = operation.get();
				boolean done = result instanceof Map<?, ?> outcome && outcome.containsValue(true);
				if (result == null || (result instanceof Map && !done)) {
					return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
				}
				return done ? new WebEndpointResponse<>(WebEndpointResponse.STATUS_NO_CONTENT)
						: new WebEndpointResponse<>(result);
			}
			catch (IllegalStateException ex) {
				if (!(ex.getCause() instanceof SessionException cause)) {
					throw ex;
				}
				Map<String, Object> body = new LinkedHashMap<>();
				body.put("error", String.valueOf(cause.getMessage()));
				if (cause instanceof SessionInUseException inUse) {
					body.put("owner", inUse.owner());
					body.put("leaseRemaining", inUse.remaining().toMillis());
					return new WebEndpointResponse<>(body, CONFLICT);
				}
				return new WebEndpointResponse<>(body, WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
			}
		}

	}

}
