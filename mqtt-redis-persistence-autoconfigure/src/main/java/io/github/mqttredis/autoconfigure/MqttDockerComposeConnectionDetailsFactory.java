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

package io.github.mqttredis.autoconfigure;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.docker.compose.core.RunningService;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionDetailsFactory;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionSource;
import org.springframework.boot.ssl.SslBundle;

/**
 * Makes {@link MqttConnectionDetails} of a broker that Docker Compose runs, by the label
 * {@code org.springframework.boot.service-connection} of its service or the name of its
 * image.
 */
final class MqttDockerComposeConnectionDetailsFactory
		extends DockerComposeConnectionDetailsFactory<MqttConnectionDetails> {

	MqttDockerComposeConnectionDetailsFactory() {
		super(BrokerService.NAMES);
	}

	@Override
	protected MqttConnectionDetails getDockerComposeConnectionDetails(DockerComposeConnectionSource source) {
		return new Details(source.getRunningService());
	}

	private static final class Details extends DockerComposeConnectionDetails implements MqttConnectionDetails {

		private final RunningService service;

		Details(RunningService service) {
			super(service);
			this.service = service;
		}

		@Override
		public List<String> getServerUris() {
			return BrokerService.serverUris(getSslBundle() != null, this.service.host(), this.service.ports()::get);
		}

		@Override
		public @Nullable String getUsername() {
			return this.service.env().get(BrokerService.USERNAME);
		}

		@Override
		public @Nullable String getPassword() {
			return this.service.env().get(BrokerService.PASSWORD);
		}

		@Override
		public @Nullable SslBundle getSslBundle() {
			return getSslBundle(this.service);
		}

	}

}
