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

package io.github.mqttredis.paho.v5;

/**
 * Tells Paho that a callback could not take a message. Paho 5 swallows an
 * {@code Exception} and acknowledges the message ({@code CommsCallback.deliverMessage});
 * at anything else it drops the link, as Paho 3 always does, and the broker sends the
 * message again.
 */
final class CallbackFailure extends Error {

	private static final long serialVersionUID = 1L;

	CallbackFailure(Exception cause) {
		super("A callback could not take a message: " + cause, cause);
	}

}
