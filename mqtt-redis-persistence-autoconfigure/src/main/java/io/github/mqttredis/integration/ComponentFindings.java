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

package io.github.mqttredis.integration;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What was found about the MQTT components of the application, and not mended yet.
 *
 * @since 0.1.0
 */
public final class ComponentFindings {

	private final CopyOnWriteArrayList<ComponentFinding> findings = new CopyOnWriteArrayList<>();

	/**
	 * Return the findings, in the order in which they were made.
	 * @return a copy
	 */
	public List<ComponentFinding> all() {
		return List.copyOf(this.findings);
	}

	/**
	 * Add a finding.
	 * @param finding the finding
	 * @return whether it is new
	 */
	boolean add(ComponentFinding finding) {
		return this.findings.addIfAbsent(finding);
	}

	void removeOf(String component) {
		this.findings.removeIf((finding) -> List.of(finding.component().split(", ")).contains(component));
	}

}
