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

package io.github.mqttredis.session;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.mqttredis.session.InspectedRecord.Packet;
import io.github.mqttredis.session.InspectedRecord.Publish;
import org.jspecify.annotations.Nullable;

/**
 * Says why a readable record is in quarantine. It is the record's name there, so it needs
 * no separate key and is never separated from the record.
 *
 * @param record the key of the record
 * @param at when it was set aside
 * @param attempts how often it was tried
 * @param reason why it was set aside
 * @since 0.1.0
 */
public record SetAside(String record, Instant at, int attempts, String reason) {

	/** A look at a quarantine shows no longer names. */
	private static final int LONGEST_REASON = 160;

	private static final Pattern NAME = Pattern.compile("(\\S+) at (\\S+) after (\\d+): (.*)");

	public SetAside {
		String printable = reason.replaceAll("[^ -~]", "?");
		reason = printable.substring(0, Math.min(LONGEST_REASON, printable.length()));
		at = at.truncatedTo(ChronoUnit.MILLIS);
	}

	/**
	 * Read a name.
	 * @param name the name of a record in quarantine
	 * @return what it says, {@code null} if it says nothing but the record's key
	 */
	public static @Nullable SetAside parse(String name) {
		Matcher matcher = NAME.matcher(name);
		if (!matcher.matches()) {
			return null;
		}
		try {
			return new SetAside(matcher.group(1), Instant.parse(matcher.group(2)), Integer.parseInt(matcher.group(3)),
					matcher.group(4));
		}
		catch (DateTimeException | NumberFormatException ex) {
			// Somebody else's name.
			return null;
		}
	}

	/**
	 * Return which record is in quarantine by a name.
	 * @param name the name of a record in quarantine, or the key of any record
	 * @return the key that the record has, or had in its session, {@code null} if no
	 * record has such a key
	 */
	public static @Nullable RecordKey keyOf(String name) {
		SetAside aside = parse(name);
		return RecordKey.parseAny((aside != null) ? aside.record() : name);
	}

	/**
	 * Return by what an operator names the record.
	 * @return the beginning of its name, without the reason
	 */
	public String key() {
		return this.record + " at " + this.at;
	}

	/**
	 * Return the record's name in quarantine.
	 * @return the name
	 */
	public String name() {
		return key() + " after " + this.attempts + ": " + this.reason;
	}

	/**
	 * Say what was set aside, and why.
	 * @param session the message's session
	 * @param bytes the message's record
	 * @return a sentence without its end
	 */
	public String describe(SessionId session, byte[] bytes) {
		RecordKey key = RecordKey.parseAny(this.record);
		String name = (key != null && key.kind() != RecordKind.QUEUED) ? "with packet id " + key.packetId()
				: this.record + " in the queue";
		Packet packet = InspectedRecord.of(session.version(), this.record, bytes, bytes.length).packet();
		Publish publish = (packet != null) ? packet.publish() : null;
		String described = (publish != null) ? "QoS " + publish.qos() + ", topic '" + publish.topic() + "', " : "";
		return "MQTT session " + session + ": the message " + name + " (" + described + bytes.length
				+ " bytes) was set aside " + switch (this.attempts) {
					case 0 -> "before it was sent: ";
					case 1 -> "after 1 attempt: ";
					default -> "after " + this.attempts + " attempts: ";
				} + this.reason;
	}

}
