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

import java.lang.reflect.Constructor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Subscriber;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.hivemq.HiveMQContainer;
import org.testcontainers.utility.DockerImageName;

import org.springframework.beans.BeanUtils;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetailsFactories;
import org.springframework.boot.docker.compose.core.ConnectionPorts;
import org.springframework.boot.docker.compose.core.ImageReference;
import org.springframework.boot.docker.compose.core.RunningService;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionSource;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.testcontainers.context.ImportTestcontainers;
import org.springframework.boot.testcontainers.service.connection.PemTrustStore;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.boot.testcontainers.service.connection.ServiceConnectionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that a broker in a container tells the application where it is. The containers
 * here are a broker in this JVM, which is at another port than the usual one, as that of
 * a container is.
 */
class BrokerServiceTests {

	/** Of nobody. */
	private static final String CERTIFICATE = """
			-----BEGIN CERTIFICATE-----
			MIIBejCCAR+gAwIBAgIUFGm6T0lrtSd9wsJaDO9RcOnh6jEwCgYIKoZIzj0EAwIw
			ETEPMA0GA1UEAwwGYnJva2VyMCAXDTI2MTEyOTIyNDEwOVoYDzIxMjYxMTA1MjI0
			MTA5WjARMQ8wDQYDVQQDDAZicm9rZXIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
			AARVA50devVN443dgsbScTXa+IIhmvAV48sQaNTPJPDklqr8bijBZZreOaRMH+sX
			wpawz3C4o+gh0FvKcaUGGzQSo1MwUTAdBgNVHQ4EFgQUp9HTfgY3MrwzeUrFjRpQ
			gI/nPxMwHwYDVR0jBBgwFoAUp9HTfgY3MrwzeUrFjRpQgI/nPxMwDwYDVR0TAQH/
			BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEA/SVkrC7wfDkEYc4n2KoPsPgCNZZt
			ZkETH9DzAnCJGTQCIQDhmXaaY6fppgxBRRaJhk5R26OWdTuo/bPzLJ8qiX642Q==
			-----END CERTIFICATE-----
			""";

	private static final ArtemisBroker BROKER = ArtemisBroker.start();

	@AfterAll
	static void stopBroker() {
		BROKER.close();
	}

	@ParameterizedTest
	@ValueSource(classes = { NamedBean.class, HiveMqBean.class, ImageOfField.class })
	void whenAContainerIsAServiceThenTheClientManagerConnectsToIt(Class<?> containers) throws Exception {
		try (Subscriber subscriber = Subscriber.to(BROKER, "service")) {
			MqttContexts.withoutRedis()
				.withConfiguration(AutoConfigurations.of(ServiceConnectionAutoConfiguration.class))
				.withUserConfiguration(containers)
				.withPropertyValues("mqtt.persistence.store=memory", "mqtt.client.client-id=gateway")
				.run((context) -> {
					assertThat(context).hasNotFailed().hasSingleBean(MqttConnectionDetails.class);
					context.getBean(Mqttv3ClientManager.class)
						.getClient()
						.publish("test/service", containers.getSimpleName().getBytes(), 1, false);
					Await.until("it arrives", () -> subscriber.received().containsKey(containers.getSimpleName()));
				});
		}
	}

	@Test
	void whenTheContainerAsksForAUserThenItIsThatOfItsVariables() {
		MqttContexts.withoutRedis()
			.withConfiguration(AutoConfigurations.of(ServiceConnectionAutoConfiguration.class))
			.withUserConfiguration(WithUser.class)
			.withPropertyValues("mqtt.persistence.store=memory")
			.run((context) -> {
				MqttConnectionDetails details = context.getBean(MqttConnectionDetails.class);
				assertThat(details.getUsername()).isEqualTo("somebody");
				assertThat(details.getPassword()).isEqualTo("s3cr3t");
				assertThat(details.getSslBundle()).isNull();
			});
	}

	@Test
	void whenTheContainerHasTlsThenTheUriAndTheBundleSaySo() {
		MqttContexts.withoutRedis()
			.withConfiguration(AutoConfigurations.of(ServiceConnectionAutoConfiguration.class))
			.withUserConfiguration(WithTls.class)
			.withPropertyValues("mqtt.persistence.store=memory")
			.run((context) -> {
				MqttConnectionDetails details = context.getBean(MqttConnectionDetails.class);
				assertThat(details.getServerUris()).singleElement().asString().startsWith("ssl://127.0.0.1:");
				assertThat(details.getSslBundle()).isNotNull();
			});
	}

	@ParameterizedTest
	@CsvSource({ "eclipse-mosquitto:2.0, ", "eclipse-mosquitto, ", "emqx/emqx:5.8, ", "emqx/emqx-enterprise:5.8, ",
			"hivemq/hivemq-ce:2025.5, ", "hivemq/hivemq4, ", "apache/artemis:2.53.0, ",
			"apache/activemq-artemis:2.44.0, ", "registry.example.com/mine/broker:1, mosquitto",
			"registry.example.com/mine/broker:1, eclipse-mosquitto", "registry.example.com/mine/broker:1, mqtt" })
	void whenComposeRunsABrokerThenItIsFoundByItsImageOrLabel(String image, @Nullable String label) {
		MqttConnectionDetails details = details(new Service(image,
				(label != null) ? Map.of("org.springframework.boot.service-connection", label) : Map.of(), Map.of()));
		assertThat(details).isNotNull();
		assertThat(details.getServerUris()).containsExactly("tcp://127.0.0.1:11883");
		assertThat(details.getUsername()).isNull();
		assertThat(details.getSslBundle()).isNull();
	}

	@Test
	void whenTheServiceIsAnotherThenThereAreNoDetails() {
		assertThat(details(new Service("nginx:1", Map.of(), Map.of()))).isNull();
	}

	@Test
	void whenTheServiceHasAUserAndTlsThenTheDetailsHaveBoth() {
		MqttConnectionDetails details = details(new Service("apache/artemis",
				Map.of("org.springframework.boot.sslbundle.pem.truststore.certificate", CERTIFICATE),
				Map.of("ARTEMIS_USER", "somebody", "ARTEMIS_PASSWORD", "s3cr3t")));
		assertThat(details).isNotNull();
		assertThat(details.getUsername()).isEqualTo("somebody");
		assertThat(details.getPassword()).isEqualTo("s3cr3t");
		assertThat(details.getServerUris()).containsExactly("ssl://127.0.0.1:18883");
		SslBundle bundle = details.getSslBundle();
		assertThat(bundle).isNotNull();
	}

	/** Spring Boot makes the source itself, when Docker Compose has started. */
	private static @Nullable MqttConnectionDetails details(RunningService service) {
		Constructor<?> constructor = DockerComposeConnectionSource.class.getDeclaredConstructors()[0];
		Object source = BeanUtils.instantiateClass(constructor, service, new StandardEnvironment());
		return (MqttConnectionDetails) new ConnectionDetailsFactories(BrokerServiceTests.class.getClassLoader())
			.getConnectionDetails(source, false)
			.get(MqttConnectionDetails.class);
	}

	/**
	 * A container that has started.
	 */
	static class Started extends GenericContainer<Started> {

		private final String image;

		Started(String image) {
			super(DockerImageName.parse(image));
			this.image = image;
		}

		@Override
		public void start() {
			// It has.
		}

		@Override
		public String getDockerImageName() {
			return this.image;
		}

		@Override
		public String getHost() {
			return "127.0.0.1";
		}

		@Override
		public Integer getMappedPort(int port) {
			assertThat(port).isIn(1883, 8883);
			return Integer.valueOf(BROKER.uri().replaceFirst(".*:", ""));
		}

	}

	static class StartedHiveMq extends HiveMQContainer {

		StartedHiveMq() {
			super(DockerImageName.parse("hivemq/hivemq-ce:2025.5"));
		}

		@Override
		public void start() {
			// It has.
		}

		@Override
		public String getHost() {
			return "127.0.0.1";
		}

		@Override
		public Integer getMappedPort(int port) {
			return Integer.valueOf(BROKER.uri().replaceFirst(".*:", ""));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NamedBean {

		@Bean
		@ServiceConnection(name = "mosquitto")
		Started broker() {
			return new Started("registry.example.com/mine/broker:1");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class HiveMqBean {

		@Bean
		@ServiceConnection
		HiveMQContainer broker() {
			return new StartedHiveMq();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportTestcontainers
	static class ImageOfField {

		@ServiceConnection
		static final Started broker = new Started("eclipse-mosquitto:2.0");

	}

	@Configuration(proxyBeanMethods = false)
	static class WithUser {

		@Bean
		@ServiceConnection("artemis")
		Started broker() {
			return new Started("apache/artemis").withEnv("ARTEMIS_USER", "somebody")
				.withEnv("ARTEMIS_PASSWORD", "s3cr3t");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WithTls {

		@Bean
		@ServiceConnection("mosquitto")
		@PemTrustStore(certificate = CERTIFICATE)
		Started broker() {
			return new Started("eclipse-mosquitto:2.0");
		}

	}

	/**
	 * A service of Docker Compose that runs.
	 *
	 * @param imageName the name of its image
	 * @param labels its labels
	 * @param env its variables
	 */
	private record Service(String imageName, Map<String, String> labels,
			Map<String, @Nullable String> env) implements RunningService {

		@Override
		public String name() {
			return "broker";
		}

		@Override
		public ImageReference image() {
			return ImageReference.of(this.imageName);
		}

		@Override
		public String host() {
			return "127.0.0.1";
		}

		@Override
		public ConnectionPorts ports() {
			return new Ports();
		}

	}

	/**
	 * Ports that are ten thousand above those in the container.
	 */
	private static final class Ports implements ConnectionPorts {

		@Override
		public int get(int containerPort) {
			assertThat(containerPort).isIn(1883, 8883);
			return containerPort + 10000;
		}

		@Override
		public List<Integer> getAll() {
			return Arrays.asList(11883, 18883);
		}

		@Override
		public List<Integer> getAll(@Nullable String protocol) {
			return getAll();
		}

	}

}
