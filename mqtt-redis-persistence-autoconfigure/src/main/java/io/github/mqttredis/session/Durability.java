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
 * When a published message must be stored.
 *
 * @since 0.1.0
 */
public enum Durability {

	/**
	 * When {@code publish} returns.
	 */
	BEFORE_RETURN,

	/**
	 * When its packet is sent: {@code publish} does not wait. A message that was
	 * published just before the process died may be lost, but is never half sent. Applies
	 * to clients that send nothing before it is stored; all others wait in
	 * {@code publish}.
	 */
	BEFORE_SEND

}
