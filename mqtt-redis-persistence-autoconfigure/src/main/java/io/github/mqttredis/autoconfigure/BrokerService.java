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
import java.util.function.Function;
import java.util.function.IntUnaryOperator;

import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.Container;

import org.springframework.boot.docker.compose.core.RunningService;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionDetailsFactory;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionSource;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.testcontainers.service.connection.ContainerConnectionDetailsFactory;
import org.springframework.boot.testcontainers.service.connection.ContainerConnectionSource;
import org.springframework.util.ClassUtils;

/**
 * A broker that runs in a container.
 */
interface BrokerService extends MqttConnectionDetails {

	/** Names of services, and of images. */
	String[] NAMES = { "mqtt", "mosquitto", "eclipse-mosquitto", "emqx", "emqx/emqx", "emqx/emqx-enterprise", "hivemq",
			"hivemq/hivemq-ce", "hivemq/hivemq4", "artemis", "apache/artemis", "apache/activemq-artemis" };

	Running container();

	@Override
	default List<String> getServerUris() {
		boolean tls = getSslBundle() != null;
		int port = container().ports().applyAsInt(tls ? 8883 : 1883);
		return List.of((tls ? "ssl://" : "tcp://") + container().host() + ":" + port);
	}

	/** Artemis' images have such a variable; the others ask for no user. */
	@Override
	default @Nullable String getUsername() {
		return container().variables().apply("ARTEMIS_USER");
	}

	@Override
	default @Nullable String getPassword() {
		return container().variables().apply("ARTEMIS_PASSWORD");
	}

	// The ports outside for those inside.
	record Running(String host, IntUnaryOperator ports, Function<String, @Nullable String> variables) {

	}

	/**
	 * Makes {@link MqttConnectionDetails} of a container that is annotated with
	 * {@code @ServiceConnection}, by the name in the annotation or that of its image.
	 */
	final class OfTestcontainers extends ContainerConnectionDetailsFactory<Container<?>, MqttConnectionDetails> {

		private static final String HIVEMQ = "org.testcontainers.hivemq.HiveMQContainer";

		OfTestcontainers() {
			super(List.of(NAMES));
		}

		/** A bean says nothing of its image, but this type is one of a broker. */
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

		private static final class Details extends ContainerConnectionDetails<Container<?>> implements BrokerService {

			Details(ContainerConnectionSource<Container<?>> source) {
				super(source);
			}

			@Override
			public Running container() {
				Container<?> container = getContainer();
				return new Running(container.getHost(), container::getMappedPort, container.getEnvMap()::get);
			}

			@Override
			public @Nullable SslBundle getSslBundle() {
				return super.getSslBundle();
			}

		}

	}

	/**
	 * Makes {@link MqttConnectionDetails} of a broker that Docker Compose runs, by the
	 * label {@code org.springframework.boot.service-connection} of its service or the
	 * name of its image.
	 */
	final class OfDockerCompose extends DockerComposeConnectionDetailsFactory<MqttConnectionDetails> {

		OfDockerCompose() {
			super(NAMES);
		}

		@Override
		protected MqttConnectionDetails getDockerComposeConnectionDetails(DockerComposeConnectionSource source) {
			return new Details(source.getRunningService());
		}

		private static final class Details extends DockerComposeConnectionDetails implements BrokerService {

			private final RunningService service;

			Details(RunningService service) {
				super(service);
				this.service = service;
			}

			@Override
			public Running container() {
				return new Running(this.service.host(), this.service.ports()::get, this.service.env()::get);
			}

			@Override
			public @Nullable SslBundle getSslBundle() {
				return getSslBundle(this.service);
			}

		}

	}

}
