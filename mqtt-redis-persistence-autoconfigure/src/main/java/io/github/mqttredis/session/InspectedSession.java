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

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * A session as it is stored, whoever owns it.
 *
 * @param name the name by which the store finds it; of letters, digits, {@code -} and
 * {@code _} only, whatever the client id holds
 * @param id what tells it from every other session
 * @param records the number of records
 * @param quarantined the number of records in quarantine
 * @param owner who owns it, {@code null} if nobody does
 * @param remaining how long the owner's lease still runs unless it is renewed
 * @param lastSeen when an owner was last seen, {@code null} if that is unknown
 * @since 0.1.0
 */
public record InspectedSession(String name, SessionId id, long records, long quarantined, @Nullable String owner,
		Duration remaining, @Nullable Instant lastSeen) {

}
