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
 * A received PUBLISH is malformed.
 *
 * @since 0.1.0
 */
public final class MalformedPublishException extends Exception {

	private static final long serialVersionUID = 1L;

	private final int qos;

	private final int packetId;

	MalformedPublishException(String reason, int qos, int packetId) {
		super(reason);
		this.qos = qos;
		this.packetId = packetId;
	}

	/**
	 * Return its QoS.
	 * @return the QoS
	 */
	public int qos() {
		return this.qos;
	}

	/**
	 * Return its packet id.
	 * @return the packet id, zero if there is none, or it cannot be found
	 */
	public int packetId() {
		return this.packetId;
	}

}
