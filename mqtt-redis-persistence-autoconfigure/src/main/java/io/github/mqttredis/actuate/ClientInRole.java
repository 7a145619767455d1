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

import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A client that a role starts and stops, such as that of the leader.
 *
 * @param clientId the client's id
 * @param granted whether the application has the role
 * @param started whether the client was started since then
 * @param failure why it could not be started yet, {@code null} if nothing went wrong
 * @since 0.1.0
 */
public record ClientInRole(String clientId, boolean granted, boolean started, @Nullable String failure) {

	Map<String, Object> details() {
		Map<String, Object> details = new LinkedHashMap<>();
		details.put("state", this.granted ? "starting" : "standby");
		if (this.failure != null) {
			details.put("lastFailure", this.failure);
		}
		return details;
	}

}
