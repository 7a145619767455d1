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
 * The store that clients used before they used a {@link SessionStore}.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface FormerStore {

	/**
	 * There was none.
	 */
	FormerStore NONE = (id, serverUri) -> FormerRecords.NONE;

	/**
	 * Return what a client may have left. Looks at nothing yet.
	 * @param id the client's session
	 * @param serverUri the first URI that the client was given
	 * @return what it left
	 */
	FormerRecords of(SessionId id, String serverUri);

}
