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

/**
 * Whether a component's session is stored in Redis, and if it is not, why.
 */
enum Storage {

	/**
	 * It is.
	 */
	STORED,

	/**
	 * The application does not want it to be, or has a persistence of its own.
	 */
	LEFT,

	/**
	 * The client factory was made in place: nobody but the component knows it.
	 */
	INLINE_FACTORY("its client factory is no bean: it was made in place, or from a URL",
			"Pass an MqttPahoClientFactory bean to its constructor, or better a client manager bean"),

	/**
	 * The client factory is a bean and was not given a persistence.
	 */
	UNSERVED_FACTORY("its client factory cannot be given a persistence",
			"Use a client manager bean or the auto-configured MqttPahoClientFactory, or let the factory's class extend"
					+ " DefaultMqttPahoClientFactory without final methods"),

	/**
	 * The client manager was made in place: nobody but the component knows it.
	 */
	INLINE_MANAGER("its client manager is no bean", "Declare the client manager as a bean"),

	/**
	 * A bean that was not seen by our post-processors.
	 */
	TOO_EARLY("it was made before a persistence could be given to it",
			"Let no BeanPostProcessor and no BeanFactoryPostProcessor depend on it");

	private final String reason;

	private final String mend;

	Storage() {
		this("", "");
	}

	Storage(String reason, String mend) {
		this.reason = reason;
		this.mend = mend;
	}

	/**
	 * Return why the session is not stored although it should be.
	 * @return the reason, empty if there is none
	 */
	String reason() {
		return this.reason;
	}

	String mend() {
		return this.mend;
	}

}
