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

package io.github.mqttredis.redis;

import java.util.List;
import java.util.Objects;
import java.util.Set;

import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.RecordOperations.Quarantine;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionKeyException;
import io.github.mqttredis.session.SessionUnavailableException;
import org.jspecify.annotations.Nullable;

/**
 * What Redis has in quarantine, for an operator.
 *
 * @param link the connection
 * @param settings how sessions are kept
 */
record RedisQuarantine(InspectionLink link, StoreSettings settings) implements Quarantine {

	@Override
	public List<String> names(SessionId id) throws SessionUnavailableException {
		byte[] quarantine = quarantine(id);
		Set<byte[]> names = this.link.call((connection) -> connection.hashCommands().hKeys(quarantine));
		return (names != null) ? names.stream().map((name) -> new String(name, FieldNames.CHARSET)).toList()
				: List.of();
	}

	@Override
	public byte @Nullable [] record(SessionId id, String name, RecordKey key) throws SessionUnavailableException {
		byte[] quarantine = quarantine(id);
		byte[] stored = this.link.call((connection) -> connection.hashCommands().hGet(quarantine, field(name)));
		try {
			return (stored != null) ? this.settings.codec().decode(id, key, stored) : null;
		}
		catch (SessionKeyException ex) {
			throw new SessionUnavailableException(String.valueOf(ex.getMessage()), ex);
		}
	}

	@Override
	public void remove(SessionId id, String name) throws SessionUnavailableException {
		byte[] quarantine = quarantine(id);
		this.link.call((connection) -> Objects
			.requireNonNullElse(connection.hashCommands().hDel(quarantine, field(name)), 0L));
	}

	private static byte[] field(String name) {
		return name.getBytes(FieldNames.CHARSET);
	}

	private byte[] quarantine(SessionId id) {
		return new SessionKeys(this.settings.keyPrefix(), id).quarantine();
	}

}
