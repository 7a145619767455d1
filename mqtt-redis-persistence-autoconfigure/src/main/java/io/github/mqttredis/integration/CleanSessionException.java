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
import java.util.stream.Collectors;

/**
 * Clients would throw their stored sessions away, and the application wants to know that
 * before they connect.
 *
 * @since 0.1.0
 */
public class CleanSessionException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final transient List<ComponentFinding> findings;

	CleanSessionException(List<ComponentFinding> findings) {
		super(findings.stream().map(ComponentFinding::toString).collect(Collectors.joining(" ")));
		this.findings = findings;
	}

	/**
	 * Return what was found, component by component.
	 * @return the findings
	 */
	public List<ComponentFinding> findings() {
		return this.findings;
	}

}
