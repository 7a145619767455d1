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

/**
 * Stores records as they are, and recognizes those that a codec has encoded.
 */
final class PlainRecordCodec implements RecordCodec {

	@Override
	public byte[] encode(SessionId session, RecordKey key, byte[] record) {
		return record;
	}

	@Override
	public byte[] decode(SessionId session, RecordKey key, byte[] stored) throws SessionKeyException {
		if (RecordCodec.isMarked(stored)) {
			throw new SessionKeyException(session, key,
					"is encrypted, and this application has no key. Set mqtt.persistence.encryption.* as before");
		}
		return stored;
	}

}
