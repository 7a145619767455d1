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

package io.github.mqttredis.paho;

/**
 * Says why a message is not sent: the broker does not accept it, or it cannot be stored.
 * It is the cause of the exception with which the message's token, or {@code publish},
 * fails.
 *
 * @since 0.1.0
 */
public final class UndeliverableMessageException extends Exception {

	private static final long serialVersionUID = 1L;

	/**
	 * Create the exception.
	 * @param reason why, for a person
	 */
	public UndeliverableMessageException(String reason) {
		super(reason);
	}

}
