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

package io.github.mqttredis.integration;

import io.github.mqttredis.session.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a component that makes an MQTT client, or uses that of a client
 * manager.
 *
 * @param name the component's bean name
 * @param session the session that it would store
 * @param storage whether it does
 * @param ownClient whether it makes the client itself
 * @param cleanSession whether each connect throws the session away
 * @param sessionExpiry how long the broker keeps the session, in seconds; {@code null}
 * where that is not said
 * @param waitsForMessage whether the client is made when the first message is published
 */
record ClientView(String name, SessionId session, Storage storage, boolean ownClient, boolean cleanSession,
		@Nullable Long sessionExpiry, boolean waitsForMessage) {

	boolean stored() {
		return this.storage == Storage.STORED;
	}

}
