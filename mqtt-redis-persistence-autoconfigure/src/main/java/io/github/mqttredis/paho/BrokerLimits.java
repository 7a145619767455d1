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

import org.jspecify.annotations.Nullable;

/**
 * What a broker accepts (MQTT 5, 3.2.2.3). MQTT 3 brokers do not announce it.
 *
 * @param packetSize the most bytes that a packet may have on the wire
 * @param qos the highest quality of service
 * @param retain whether messages may be retained
 * @since 0.1.0
 */
public record BrokerLimits(long packetSize, int qos, boolean retain) {

	/** The limits of a broker that has announced none. */
	public static final BrokerLimits NONE = new BrokerLimits(Long.MAX_VALUE, 2, true);

	/**
	 * Return what of a message the broker does not take.
	 * @param size its bytes on the wire, the packet's header included
	 * @param quality its quality of service
	 * @param retained whether it is to be retained
	 * @return the limit and what goes beyond it, {@code null} if the broker takes it
	 */
	public @Nullable String excess(long size, int quality, boolean retained) {
		if (size > this.packetSize) {
			return "the packet has " + size + " bytes, and the broker accepts at most " + this.packetSize
					+ " (Maximum Packet Size in its CONNACK)";
		}
		if (quality > this.qos) {
			return "the message has QoS " + quality + ", and the broker accepts at most QoS " + this.qos
					+ " (Maximum QoS in its CONNACK)";
		}
		if (retained && !this.retain) {
			return "the message is retained, and the broker does not support that (Retain Available in its "
					+ "CONNACK)";
		}
		return null;
	}

}
