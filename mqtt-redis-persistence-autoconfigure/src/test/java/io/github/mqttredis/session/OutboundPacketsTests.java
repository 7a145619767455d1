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

import java.util.Arrays;

import io.github.mqttredis.session.OutboundPackets.Needs;
import io.github.mqttredis.testing.Packets;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link OutboundPackets}.
 */
class OutboundPacketsTests {

	private static final int HEAD = 7;

	private final OutboundPackets packets = new OutboundPackets();

	@Test
	void whenMessageIsSentThenItsRecordIsNeeded() {
		assertThat(next(Packets.publish(7, 1, "a"))).isEqualTo(Needs.RECORD);
		assertThat(this.packets.record()).isEqualTo(RecordKey.require("s-7"));
		assertThat(next(Packets.publish(65_535, 2, "b".repeat(300)))).isEqualTo(Needs.RECORD);
		assertThat(this.packets.record()).isEqualTo(RecordKey.require("s-65535"));
	}

	@Test
	void whenMessageOfQos0IsSentThenNothingIsNeeded() {
		assertThat(next(Packets.publish(7, 0, "a"))).isEqualTo(Needs.NOTHING);
		assertThat(this.packets.record()).isNull();
	}

	@Test
	void whenAnswersAreSentThenTheirRecordsAreNeeded() {
		assertThat(next(Packets.pubrel(7))).isEqualTo(Needs.RECORD);
		assertThat(this.packets.record()).isEqualTo(RecordKey.require("sc-7"));
		assertThat(next(new byte[] { 0x50, 2, 0, 8 })).isEqualTo(Needs.RECORD);
		assertThat(this.packets.record()).isEqualTo(RecordKey.require("r-8"));
	}

	@Test
	void whenOtherPacketsAreSentThenNothingIsNeeded() {
		assertThat(next(new byte[] { (byte) 0xc0, 0 })).as("PINGREQ").isEqualTo(Needs.NOTHING);
		assertThat(next(new byte[] { 0x40, 2, 0, 1 })).as("PUBACK").isEqualTo(Needs.NOTHING);
		assertThat(next(new byte[] { 0x70, 2, 0, 1 })).as("PUBCOMP").isEqualTo(Needs.NOTHING);
	}

	@Test
	void whenClientConnectsThenEverythingIsNeeded() {
		assertThat(next(new byte[] { 0x10, 2, 0, 0 })).isEqualTo(Needs.EVERYTHING);
		assertThat(next(Packets.publish(7, 1, "a"))).isEqualTo(Needs.RECORD);
	}

	@Test
	void whenPayloadFollowsInPiecesThenOnlyItsHeadNeedsTheRecord() {
		byte[] packet = Packets.publish(7, 1, "a".repeat(3000));
		assertThat(this.packets.next(packet, 0, 1000)).isEqualTo(Needs.RECORD);
		assertThat(this.packets.next(packet, 1000, 1000)).isEqualTo(Needs.NOTHING);
		assertThat(this.packets.next(packet, 2000, packet.length - 2000)).isEqualTo(Needs.NOTHING);
		assertThat(next(Packets.publish(8, 1, "b"))).isEqualTo(Needs.RECORD);
		assertThat(this.packets.record()).isEqualTo(RecordKey.require("s-8"));
	}

	@Test
	void whenHeadIsCutAnywhereThenEverythingIsNeeded() {
		byte[] packet = Packets.publish(7, 1, "a");
		for (int length = 1; length < HEAD; length++) {
			assertThat(new OutboundPackets().next(packet, 0, length)).as("first %d bytes", length)
				.isEqualTo(Needs.EVERYTHING);
		}
	}

	@Test
	void whenPacketsAreWrittenTogetherThenEverythingIsNeededFromThereOn() {
		byte[] first = Packets.publish(7, 1, "a");
		byte[] both = Arrays.copyOf(first, 2 * first.length);
		System.arraycopy(Packets.publish(8, 1, "b"), 0, both, first.length, first.length);
		assertThat(next(both)).isEqualTo(Needs.EVERYTHING);
		assertThat(next(new byte[] { (byte) 0xc0, 0 })).isEqualTo(Needs.EVERYTHING);
	}

	private Needs next(byte[] packet) {
		return this.packets.next(packet, 0, packet.length);
	}

}
