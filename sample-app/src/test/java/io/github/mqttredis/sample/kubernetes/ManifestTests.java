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

package io.github.mqttredis.sample.kubernetes;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.mqttredis.sample.kubernetes.Manifests.Workload;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1LabelSelector;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1Probe;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import io.kubernetes.client.openapi.models.V1VolumeMount;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.config.YamlPropertiesFactoryBean;
import org.springframework.core.io.ByteArrayResource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Holds {@code docs/kubernetes} and its page to what Kubernetes and this project know.
 */
class ManifestTests {

	private static final Pattern BLOCK = Pattern.compile("<!-- (\\S+) -->\n```\\w+\n(.*?)```\n", Pattern.DOTALL);

	static List<String> manifests() {
		return Manifests.names();
	}

	static List<String> gateways() {
		return manifests().stream().filter((name) -> !name.equals("redis.yaml")).toList();
	}

	@ParameterizedTest
	@ValueSource(strings = { "spec: {replica: 1}", "spec: {template: {spec: {containers: [{name: a, probe: {}}]}}}",
			"spec: {strategy: {type: Recreate, rollingUpdate: {maxSurges: 1}}}" })
	void whenAFieldIsUnknownThenItIsNoManifest(String wrong) {
		assertThatExceptionOfType(RuntimeException.class)
			.isThrownBy(() -> Manifests.parse("apiVersion: apps/v1\nkind: Deployment\n" + wrong));
	}

	@ParameterizedTest
	@MethodSource("manifests")
	void whenPodsAreSelectedThenTheTemplateHasTheLabels(String name) {
		Manifests manifests = Manifests.read(name);
		Workload workload = manifests.workload();
		Map<String, String> labels = workload.template().getMetadata().getLabels();
		assertThat(labels).containsAllEntriesOf(workload.selector().getMatchLabels());
		assertThat(manifests.of(V1Service.class))
			.allSatisfy((service) -> assertThat(labels).containsAllEntriesOf(service.getSpec().getSelector()));
		assertThat(manifests.of(V1PodDisruptionBudget.class).stream().map((budget) -> budget.getSpec().getSelector()))
			.allSatisfy((selector) -> assertThat(labels).containsAllEntriesOf(selector.getMatchLabels()));
		assertThat(spread(workload.template().getSpec()))
			.allSatisfy((selector) -> assertThat(labels).containsAllEntriesOf(selector.getMatchLabels()));
		assertThat(manifests.of(V1StatefulSet.class)).allSatisfy(
				(set) -> assertThat(manifests.named(V1Service.class, set.getSpec().getServiceName())).isNotNull());
	}

	private static List<V1LabelSelector> spread(V1PodSpec pod) {
		return Optional.ofNullable(pod.getTopologySpreadConstraints())
			.orElse(List.of())
			.stream()
			.map((constraint) -> constraint.getLabelSelector())
			.toList();
	}

	@ParameterizedTest
	@MethodSource("manifests")
	void whenSomethingIsMountedOrAskedForThenItIsThere(String name) {
		Manifests manifests = Manifests.read(name);
		Manifests redis = Manifests.read("redis.yaml");
		Workload workload = manifests.workload();
		V1PodSpec pod = workload.template().getSpec();
		Set<String> volumes = new HashSet<>(workload.claims());
		pod.getVolumes().forEach((volume) -> {
			volumes.add(volume.getName());
			if (volume.getConfigMap() != null) {
				assertThat(manifests.named(V1ConfigMap.class, volume.getConfigMap().getName())).isNotNull();
			}
			if (volume.getSecret() != null) {
				assertThat(manifests.named(V1Secret.class, volume.getSecret().getSecretName())).isNotNull();
			}
		});
		Set<String> mounted = new HashSet<>();
		containers(pod).forEach((container) -> {
			container.getVolumeMounts().stream().map(V1VolumeMount::getName).forEach(mounted::add);
			Optional.ofNullable(container.getEnv())
				.orElse(List.of())
				.stream()
				.filter((variable) -> variable.getValueFrom() != null)
				.map((variable) -> variable.getValueFrom().getSecretKeyRef())
				.filter((secret) -> secret != null)
				.forEach((secret) -> assertThat(redis.named(V1Secret.class, secret.getName()).getStringData())
					.containsKey(secret.getKey()));
		});
		assertThat(mounted).isEqualTo(volumes);
	}

	private static List<V1Container> containers(V1PodSpec pod) {
		List<V1Container> containers = new ArrayList<>(pod.getContainers());
		containers.addAll(Optional.ofNullable(pod.getInitContainers()).orElse(List.of()));
		return containers;
	}

	@ParameterizedTest
	@MethodSource("manifests")
	void whenAContainerRunsThenItIsConfined(String name) {
		V1PodSpec pod = Manifests.read(name).workload().template().getSpec();
		assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
		assertThat(containers(pod)).allSatisfy((container) -> {
			assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
			assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
			assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
			assertThat(container.getResources().getLimits()).containsKey("memory");
			assertThat(container.getResources().getRequests()).containsKeys("cpu", "memory");
		});
	}

	@ParameterizedTest
	@MethodSource("manifests")
	void whenAProbeOrServiceNamesAPortThenAContainerHasIt(String name) {
		Manifests manifests = Manifests.read(name);
		V1PodSpec pod = manifests.workload().template().getSpec();
		for (V1Container container : containers(pod)) {
			List<String> ports = Optional.ofNullable(container.getPorts())
				.orElse(List.of())
				.stream()
				.map((port) -> port.getName())
				.toList();
			probes(container)
				.flatMap((probe) -> Stream.of(Optional.ofNullable(probe.getHttpGet()).map((get) -> get.getPort()),
						Optional.ofNullable(probe.getTcpSocket()).map((socket) -> socket.getPort())))
				.flatMap(Optional::stream)
				.forEach((port) -> assertThat(ports).contains(port.getStrValue()));
		}
		List<String> all = containers(pod).stream()
			.flatMap((container) -> Optional.ofNullable(container.getPorts()).orElse(List.of()).stream())
			.map((port) -> port.getName())
			.toList();
		assertThat(manifests.of(V1Service.class)).allSatisfy((service) -> assertThat(service.getSpec().getPorts())
			.allSatisfy((port) -> assertThat(all).contains(port.getTargetPort().getStrValue())));
	}

	private static Stream<V1Probe> probes(V1Container container) {
		return Stream.of(container.getStartupProbe(), container.getLivenessProbe(), container.getReadinessProbe())
			.filter((probe) -> probe != null);
	}

	@ParameterizedTest
	@MethodSource("gateways")
	void whenASettingIsMadeThenThereIsSuchAProperty(String name) throws IOException {
		YamlPropertiesFactoryBean yaml = new YamlPropertiesFactoryBean();
		String settings = Manifests.read(name).named(V1ConfigMap.class, "gateway").getData().get("application.yaml");
		yaml.setResources(new ByteArrayResource(settings.getBytes(StandardCharsets.UTF_8)));
		Set<String> known = properties();
		assertThat(known).contains("mqtt.client.client-id", "spring.data.redis.host");
		assertThat(yaml.getObject().stringPropertyNames()).isNotEmpty()
			.allMatch((property) -> known.contains(property)
					|| property.matches("management\\.endpoint\\.health\\.group\\.\\w+\\.include"));
	}

	private static Set<String> properties() throws IOException {
		Set<String> names = new HashSet<>();
		for (String file : List.of("spring-configuration-metadata.json",
				"additional-spring-configuration-metadata.json")) {
			for (URL url : Collections.list(ManifestTests.class.getClassLoader().getResources("META-INF/" + file))) {
				try (InputStream stream = url.openStream()) {
					for (JsonNode property : new JsonMapper().readTree(stream).path("properties")) {
						names.add(property.path("name").asString());
					}
				}
			}
		}
		return names;
	}

	@Test
	void whenTwoHaveOneClientIdThenTheyDoNotShareIt() {
		// Only one of each, or the leader alone works.
		V1Deployment recreate = Manifests.read("recreate.yaml").of(V1Deployment.class).get(0);
		assertThat(recreate.getSpec().getStrategy().getType()).isEqualTo("Recreate");
		assertThat(recreate.getSpec().getReplicas()).isEqualTo(1);
		V1Deployment rolling = Manifests.read("rolling-takeover.yaml").of(V1Deployment.class).get(0);
		assertThat(rolling.getSpec().getReplicas()).isEqualTo(1);
		assertThat(rolling.getSpec().getStrategy().getRollingUpdate().getMaxUnavailable().getIntValue()).isZero();
		assertThat(settings("rolling-takeover.yaml")).contains("on-conflict: takeover");
		assertThat(settings("warm-standby.yaml")).contains("role: gateway");
		assertThat(settings("replicas.yaml")).contains("client-id: ${POD_NAME}");
		assertThat(settings("sidecar.yaml")).contains("client-id: ${POD_NAME}");
	}

	private static String settings(String name) {
		return Manifests.read(name).named(V1ConfigMap.class, "gateway").getData().get("application.yaml");
	}

	@Test
	void whenRedisHasAUserThenItMayDoWhatThePageSays() throws IOException {
		String page = Files.readString(Manifests.DOCUMENTS.resolve("redis-permissions.md"));
		String commands = page.substring(page.indexOf("+ping"), page.indexOf('\n', page.indexOf("+ping")));
		Map<String, String> users = Manifests.read("redis.yaml").named(V1Secret.class, "redis-users").getStringData();
		String password = Manifests.read("redis.yaml")
			.named(V1Secret.class, "redis-gateway")
			.getStringData()
			.get("password");
		assertThat(users.get("users.acl")).contains(commands, "user gateway on >" + password + " ");
	}

	@Test
	void whenThePageShowsSomethingThenItIsInTheFileThatItNames() throws IOException {
		String page = Files.readString(Manifests.DOCUMENTS.resolve("kubernetes.md"));
		List<String> shown = new ArrayList<>();
		BLOCK.matcher(page).results().forEach((block) -> {
			shown.add(block.group(1));
			assertThat(source(block.group(1))).as(block.group(1)).contains(block.group(2));
		});
		assertThat(shown).contains("warm-standby.yaml", "rolling-takeover.yaml", "WarmStandby.java");
		assertThat(page.lines().filter((line) -> line.startsWith("```")).count() / 2)
			.isEqualTo(shown.size() + page.lines().filter((line) -> line.equals("```sh")).count());
		assertThat(manifests()).allSatisfy((name) -> assertThat(page).contains("(kubernetes/" + name + ")"));
	}

	private static String source(String name) {
		try {
			return name.endsWith(".java")
					? Files.readString(Path.of("src", "main", "java", "io", "github", "mqttredis", "sample", name))
					: Manifests.text(name);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
