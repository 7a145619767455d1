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
import java.util.stream.Collectors;

/**
 * What was found about the MQTT components of the application, and not mended yet.
 *
 * @since 0.1.0
 */
public final class ComponentFindings {

	private final CopyOnWriteArrayList<Finding> findings = new CopyOnWriteArrayList<>();

	/**
	 * Return the findings, in the order in which they were made.
	 * @return a copy
	 */
	public List<Finding> all() {
		return List.copyOf(this.findings);
	}

	/**
	 * Add a finding.
	 * @param finding the finding
	 * @return whether it is new
	 */
	boolean add(Finding finding) {
		return this.findings.addIfAbsent(finding);
	}

	void removeOf(String component) {
		this.findings.removeIf((finding) -> List.of(finding.component().split(", ")).contains(component));
	}

	/**
	 * Something about an MQTT component that makes its stored session useless, or that
	 * loses messages.
	 *
	 * @param kind what it is
	 * @param component the bean name of the component, several with commas between them
	 * @param problem what is wrong, and what comes of it
	 * @param mend which property or setter mends it
	 */
	public record Finding(Kind kind, String component, String problem, String mend) {

		@Override
		public String toString() {
			return this.problem + ". " + this.mend;
		}

	}

	/**
	 * What was found.
	 */
	public enum Kind {

		/** No persistence can be given to the component. */
		NOT_STORED,

		/** The session is thrown away at each connect. */
		CLEAN_SESSION,

		/** The broker forgets an MQTT 5 session when the link is lost. */
		SESSION_EXPIRY,

		/** Redis forgets an MQTT 5 session before the broker does. */
		REDIS_EXPIRY,

		/** Redis or the broker forgets the session within a minute. */
		SHORT_EXPIRY,

		/** The client refuses messages soon. */
		MAX_INFLIGHT,

		/** There is no client id. */
		EMPTY_CLIENT_ID,

		/** Two components have one client id, at one broker. */
		SHARED_CLIENT_ID,

		/** Stored records wait for the first message. */
		RECORDS_WAIT

	}

	/**
	 * Clients would throw their stored sessions away, and the application wants to know
	 * that before they connect.
	 */
	public static class CleanSessionException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		private final transient List<Finding> findings;

		CleanSessionException(List<Finding> findings) {
			super(findings.stream().map(Finding::toString).collect(Collectors.joining(" ")));
			this.findings = findings;
		}

		/**
		 * Return what was found, component by component.
		 * @return the findings
		 */
		public List<Finding> findings() {
			return this.findings;
		}

	}

}
