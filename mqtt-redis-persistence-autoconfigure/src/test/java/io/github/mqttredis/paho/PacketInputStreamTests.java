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

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * Tests for {@link PacketInputStream}: Paho's receiver ends unseen over whatever is no
 * {@code IOException}.
 */
class PacketInputStreamTests {

	@ParameterizedTest
	@EnumSource
	void whenLookingAtAPacketFailsThenAnIoExceptionSaysSo(Step failing) throws IOException {
		byte[] packet = Arrays.copyOf(new byte[] { 0x30, (byte) 0xed, (byte) 0xa2, 0x04, 0, 1, 'a' }, 70_001);
		try (PacketInputStream in = new PacketInputStream(new ByteArrayInputStream(packet), new Failing(failing, false),
				(count) -> {
				})) {
			assertThatIOException().isThrownBy(in::read).withMessage("told").withRootCauseInstanceOf(Error.class);
		}
	}

	@Test
	void whenThereIsNoRoomThenThePacketIsSkippedAndTheNextOneIsRead() throws IOException {
		byte[] packets = Arrays.copyOf(new byte[] { 0x30, (byte) 0xed, (byte) 0xa2, 0x04, 0, 1, 'a' }, 70_003);
		packets[70_001] = (byte) 0xd0;
		Failing looking = new Failing(null, true);
		try (PacketInputStream in = new PacketInputStream(new ByteArrayInputStream(packets), looking, (count) -> {
		})) {
			assertThat(in.readAllBytes()).containsExactly(0xd0, 0);
		}
		assertThat(looking.skipped).isEqualTo(70_001);
	}

	private enum Step {

		NEXT, WANTS, ROOM, SKIPPED, ACCEPT

	}

	/**
	 * Looks at packets until it fails.
	 */
	private static final class Failing implements PacketInputStream.Packets {

		private final Step failing;

		private final boolean skipping;

		private int skipped;

		Failing(Step failing, boolean skipping) {
			this.failing = failing;
			this.skipping = skipping || failing == Step.SKIPPED;
		}

		private void at(Step step) {
			if (step == this.failing) {
				throw new OutOfMemoryError(step.name());
			}
		}

		@Override
		public void next() {
			at(Step.NEXT);
		}

		@Override
		public boolean wants(int first, int length) {
			at(Step.WANTS);
			return length > 0;
		}

		@Override
		public byte[] room(byte[] head, int length) {
			at(Step.ROOM);
			return this.skipping ? null : Arrays.copyOf(head, length);
		}

		@Override
		public void skipped(byte[] head, int length) {
			at(Step.SKIPPED);
			this.skipped = length;
		}

		@Override
		public byte[] accept(byte[] packet) {
			at(Step.ACCEPT);
			return packet;
		}

		@Override
		public IOException failed(Throwable failure) {
			return new IOException("told", failure);
		}

	}

}
