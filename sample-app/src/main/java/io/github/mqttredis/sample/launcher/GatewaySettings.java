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

package io.github.mqttredis.sample.launcher;

import java.util.ArrayList;
import java.util.List;

/**
 * With what the gateway's process is started.
 *
 * @param port the port of its HTTP endpoints
 * @param jvmArguments arguments of its JVM
 * @param arguments its own arguments
 * @param echo whether its output is shown
 * @since 0.1.0
 */
public record GatewaySettings(int port, List<String> jvmArguments, List<String> arguments, boolean echo) {

	/**
	 * Return these settings for one more process.
	 * @param otherPort the port of its HTTP endpoints
	 * @param more further arguments, as {@code --name=value}; they win
	 * @return new settings
	 */
	public GatewaySettings with(int otherPort, String... more) {
		List<String> added = new ArrayList<>(List.of(more));
		added.add("--" + Settings.SERVER_PORT + "=" + otherPort);
		List<String> all = new ArrayList<>(this.arguments);
		added.forEach((one) -> all.removeIf((argument) -> argument.startsWith(one.split("=", 2)[0] + "=")));
		all.addAll(added);
		return new GatewaySettings(otherPort, this.jvmArguments, List.copyOf(all), this.echo);
	}

}
