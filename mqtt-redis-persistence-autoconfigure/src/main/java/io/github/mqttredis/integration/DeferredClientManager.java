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

/**
 * A client manager, or several, that can put off connecting.
 *
 * @since 0.1.0
 */
public interface DeferredClientManager {

	/**
	 * Put off connecting until {@link #connect()}. The client is made at start all the
	 * same, because adapters ask for it.
	 */
	void deferConnection();

	/**
	 * Return whether a client manager connects when {@link #connect()} says so.
	 * @param manager the manager, without proxies
	 * @return whether it is this one, or one of these
	 */
	boolean defers(Object manager);

	/**
	 * Connect, if this manager runs and connecting was put off.
	 */
	void connect();

}
