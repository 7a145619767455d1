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

package io.github.mqttredis.paho.v5;

import org.eclipse.paho.mqttv5.common.MqttPersistable;
import org.eclipse.paho.mqttv5.common.MqttPersistenceException;
import org.eclipse.paho.mqttv5.common.packet.MqttPersistableWireMessage;

/**
 * A record as Paho gets it back: header and payload in one piece, as its own file store
 * returns them ({@code MqttDefaultFilePersistence.get}).
 */
final class StoredRecord implements MqttPersistable {

	private final byte[] bytes;

	StoredRecord(byte[] bytes) {
		this.bytes = bytes;
	}

	/**
	 * Encode a record: header bytes, then payload bytes. Paho changes its objects later,
	 * so the bytes are copied here, once.
	 * @param persistable what Paho wants to keep
	 * @return the bytes
	 * @throws MqttPersistenceException if Paho cannot encode the packet
	 */
	static byte[] encode(MqttPersistable persistable) throws MqttPersistenceException {
		byte[] header = persistable.getHeaderBytes();
		// Paho's packets encode their header anew at each question.
		int headerLength = (persistable instanceof MqttPersistableWireMessage) ? header.length
				: persistable.getHeaderLength();
		byte[] payload = persistable.getPayloadBytes();
		int payloadLength = (payload != null) ? persistable.getPayloadLength() : 0;
		byte[] result = new byte[headerLength + payloadLength];
		System.arraycopy(header, persistable.getHeaderOffset(), result, 0, headerLength);
		if (payload != null) {
			System.arraycopy(payload, persistable.getPayloadOffset(), result, headerLength, payloadLength);
		}
		return result;
	}

	@Override
	public byte[] getHeaderBytes() {
		return this.bytes;
	}

	@Override
	public int getHeaderLength() {
		return this.bytes.length;
	}

	@Override
	public int getHeaderOffset() {
		return 0;
	}

	@Override
	@SuppressWarnings("NullAway") // null says: header and payload are in one piece
	public byte[] getPayloadBytes() {
		return null;
	}

	@Override
	public int getPayloadLength() {
		return 0;
	}

	@Override
	public int getPayloadOffset() {
		return 0;
	}

}
