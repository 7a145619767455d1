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
 * The version of MQTT whose packets a session holds. Records of one version cannot be
 * read by a client of the other.
 *
 * @since 0.1.0
 */
public enum MqttVersion {

	/**
	 * MQTT 3.1 and 3.1.1. Records are packets of these versions.
	 */
	V3("v3"),

	/**
	 * MQTT 5. Records are packets of this version.
	 */
	V5("v5");

	private final String suffix;

	MqttVersion(String suffix) {
		this.suffix = suffix;
	}

	/**
	 * Return the name by which stored sessions of this version are told apart.
	 * @return {@code v3} or {@code v5}
	 */
	public String suffix() {
		return this.suffix;
	}

	/**
	 * Return the other version.
	 * @return that which this one is not
	 */
	public MqttVersion other() {
		return (this == V3) ? V5 : V3;
	}

}
