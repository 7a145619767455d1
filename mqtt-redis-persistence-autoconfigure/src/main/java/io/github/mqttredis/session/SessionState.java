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
 * The state of a session in Redis.
 *
 * @since 0.1.0
 */
public enum SessionState {

	/**
	 * Another process owns the session, and this one waits for its lease to end.
	 */
	WAITING,

	/**
	 * This process owns the session and Redis holds all of it.
	 */
	OWNER,

	/**
	 * Redis does not hold all of the session: it is away, or refuses writes.
	 */
	DEGRADED,

	/**
	 * Redis lost data; the session is being written back.
	 */
	RESYNCING,

	/**
	 * Another process now owns the session; this process no longer writes it.
	 */
	FENCED

}
