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
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import com.google.gson.Gson;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1LabelSelector;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1PodTemplateSpec;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/**
 * The objects of a file in {@code docs/kubernetes}, read as Kubernetes does: a field, a
 * kind or a version that it does not know is an error.
 */
public final class Manifests {

	static final Path DOCUMENTS = Path.of("..", "docs");

	private static final Path DIRECTORY = DOCUMENTS.resolve("kubernetes");

	private static final Map<String, Class<? extends KubernetesObject>> KINDS = Map.of("v1/ConfigMap",
			V1ConfigMap.class, "v1/Secret", V1Secret.class, "v1/Service", V1Service.class, "apps/v1/StatefulSet",
			V1StatefulSet.class, "apps/v1/Deployment", V1Deployment.class, "policy/v1/PodDisruptionBudget",
			V1PodDisruptionBudget.class);

	private final List<KubernetesObject> objects;

	private Manifests(List<KubernetesObject> objects) {
		this.objects = objects;
	}

	static List<String> names() {
		try (Stream<Path> files = Files.list(DIRECTORY)) {
			return files.map((file) -> file.getFileName().toString()).sorted().toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static String text(String name) {
		try {
			return Files.readString(DIRECTORY.resolve(name));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Read a file.
	 * @param name its name
	 * @return its objects
	 */
	public static Manifests read(String name) {
		return parse(text(name));
	}

	static Manifests parse(String text) {
		LoaderOptions strict = new LoaderOptions();
		strict.setAllowDuplicateKeys(false);
		return new Manifests(StreamSupport.stream(new Yaml(strict).loadAll(text).spliterator(), false)
			.<KubernetesObject>map((document) -> object((Map<?, ?>) document))
			.toList());
	}

	private static KubernetesObject object(Map<?, ?> document) {
		String name = document.get("apiVersion") + "/" + document.get("kind");
		Class<? extends KubernetesObject> type = KINDS.get(name);
		if (type == null) {
			throw new IllegalArgumentException("Unknown: " + name);
		}
		return JSON.getGson().fromJson(new Gson().toJson(document), type);
	}

	List<KubernetesObject> all() {
		return this.objects;
	}

	<T extends KubernetesObject> List<T> of(Class<T> type) {
		return this.objects.stream().filter(type::isInstance).map(type::cast).toList();
	}

	/**
	 * Return an object.
	 * @param <T> its type
	 * @param type its type
	 * @param name its name
	 * @return the object
	 */
	public <T extends KubernetesObject> T named(Class<T> type, String name) {
		return of(type).stream()
			.filter((object) -> name.equals(object.getMetadata().getName()))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException("No " + type.getSimpleName() + " " + name));
	}

	/**
	 * Return what runs pods: each has one in its file.
	 * @return the Deployment or the StatefulSet
	 */
	public Workload workload() {
		Optional<Workload> deployment = of(V1Deployment.class).stream()
			.map(V1Deployment::getSpec)
			.map((spec) -> new Workload(spec.getSelector(), spec.getTemplate(), List.of()))
			.findFirst();
		return deployment.orElseGet(() -> of(V1StatefulSet.class).stream()
			.map(V1StatefulSet::getSpec)
			.map((spec) -> new Workload(spec.getSelector(), spec.getTemplate(),
					Optional.ofNullable(spec.getVolumeClaimTemplates())
						.orElse(List.of())
						.stream()
						.map((claim) -> claim.getMetadata().getName())
						.toList()))
			.findFirst()
			.orElseThrow());
	}

	/**
	 * What runs pods.
	 *
	 * @param selector which pods are its own
	 * @param template what they are like
	 * @param claims the names of volumes that each pod has of its own
	 */
	public record Workload(V1LabelSelector selector, V1PodTemplateSpec template, List<String> claims) {

	}

}
