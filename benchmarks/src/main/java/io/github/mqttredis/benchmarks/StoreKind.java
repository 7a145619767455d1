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

package io.github.mqttredis.benchmarks;

/**
 * What keeps a client's session.
 */
public enum StoreKind {

	/** Paho's store in memory, which survives nothing. */
	MEMORY("memory", false),

	/** Paho's store in files, with one fsync a message. */
	FILE("file", false),

	/** One Redis command for each call, as one would write it at first. */
	DIRECT("direct", true),

	/** Ours: {@code publish} returns when the message is in Redis. */
	BEFORE_RETURN("before-return", true),

	/** Ours: a message is in Redis before it is sent. */
	BEFORE_SEND("before-send", true),

	/** Ours with records encrypted, to see what that costs. */
	ENCRYPTED("before-return-encrypted", true);

	private final String label;

	private final boolean redis;

	StoreKind(String label, boolean redis) {
		this.label = label;
		this.redis = redis;
	}

	public String label() {
		return this.label;
	}

	/**
	 * Return whether this project is what keeps the session.
	 * @return whether
	 */
	public boolean isOurs() {
		return this.redis && this != DIRECT;
	}

	public boolean usesRedis() {
		return this.redis;
	}

}
