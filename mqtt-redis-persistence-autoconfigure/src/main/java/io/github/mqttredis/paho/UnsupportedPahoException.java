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

import java.util.List;

import io.github.mqttredis.session.MqttVersion;

/**
 * The version of Paho on the class path is not supported.
 *
 * @since 0.1.0
 */
public final class UnsupportedPahoException extends IllegalStateException {

	private static final long serialVersionUID = 1L;

	UnsupportedPahoException(MqttVersion version, String found, List<String> missing) {
		super("This version of Paho for MQTT " + ((version == MqttVersion.V3) ? "3" : "5")
				+ " is not supported: it has no " + String.join(", ", missing) + ". It was found in " + found);
	}

}
