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
import org.testcontainers.containers.Container;

import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.testcontainers.service.connection.ContainerConnectionDetailsFactory;
import org.springframework.boot.testcontainers.service.connection.ContainerConnectionSource;
import org.springframework.util.ClassUtils;

/**
 * Makes {@link MqttConnectionDetails} of a container with a broker that is annotated with
 * {@code @ServiceConnection}, by the name in the annotation or that of its image.
 */
final class MqttContainerConnectionDetailsFactory
		extends ContainerConnectionDetailsFactory<Container<?>, MqttConnectionDetails> {

	private static final String HIVEMQ = "org.testcontainers.hivemq.HiveMQContainer";

	MqttContainerConnectionDetailsFactory() {
		super(List.of(BrokerService.NAMES));
	}

	/**
	 * A container that is a bean says nothing of its image, but this type is one of a
	 * broker.
	 */
	@Override
	protected boolean sourceAccepts(ContainerConnectionSource<Container<?>> source, Class<?> container,
			Class<?> details) {
		return super.sourceAccepts(source, container, details) || (ClassUtils.isPresent(HIVEMQ, null)
				&& source.accepts(ANY_CONNECTION_NAME, ClassUtils.resolveClassName(HIVEMQ, null), details));
	}

	@Override
	protected MqttConnectionDetails getContainerConnectionDetails(ContainerConnectionSource<Container<?>> source) {
		return new Details(source);
	}

	private static final class Details extends ContainerConnectionDetails<Container<?>>
			implements MqttConnectionDetails {

		Details(ContainerConnectionSource<Container<?>> source) {
			super(source);
		}

		@Override
		public List<String> getServerUris() {
			return BrokerService.serverUris(getSslBundle() != null, getContainer().getHost(),
					getContainer()::getMappedPort);
		}

		@Override
		public @Nullable String getUsername() {
			return getContainer().getEnvMap().get(BrokerService.USERNAME);
		}

		@Override
		public @Nullable String getPassword() {
			return getContainer().getEnvMap().get(BrokerService.PASSWORD);
		}

		@Override
		public @Nullable SslBundle getSslBundle() {
			return super.getSslBundle();
		}

	}

}
