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

package io.github.mqttredis.redis;

import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.mqttredis.session.Batch;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.QueryTimeoutException;

/**
 * Why Redis did not do what it was asked: it did not answer, it is full, or it refused.
 * Knows the answers of the server, whatever client and version they come through.
 */
final class RedisTrouble extends Exception {

	private static final long serialVersionUID = 1L;

	/**
	 * An error code stands first in an answer; a script's error of Redis before 7 carries
	 * it behind a dash.
	 */
	private static final Pattern CODE = Pattern
		.compile("(?:^|-|: )(OOM|READONLY|LOADING|NOPERM|NOAUTH|WRONGPASS|MOVED|ASK|CLUSTERDOWN|CROSSSLOT|MASTERDOWN"
				+ "|TRYAGAIN|MISCONF|NOREPLICAS|BUSY|WRONGTYPE|NOSCRIPT|ERR|DENIED|UNKILLABLE)\\b");

	/**
	 * How Redis tells that the user lacks a permission for what a script does: before
	 * version 7.2, and since then.
	 */
	private static final Pattern DENIED_IN_SCRIPT = Pattern
		.compile("user executing the script can't|ACL failure in script");

	/** The answers to a command, and to a script that calls one. */
	private static final Pattern UNKNOWN_COMMAND = Pattern.compile("(?i)\\bunknown (redis )?command\\b");

	enum Kind {

		/**
		 * No answer: whether the command was applied is unknown.
		 */
		NO_ANSWER,

		/**
		 * Redis is at its memory limit: nothing is stored, removals are possible.
		 */
		FULL,

		/**
		 * Redis answered with an error: nothing was applied.
		 */
		REFUSED

	}

	private final Kind kind;

	private final String code;

	private RedisTrouble(Kind kind, String code, String message, Throwable cause) {
		super(message, cause);
		this.kind = kind;
		this.code = code;
	}

	/**
	 * Find out what an exception of a Redis client means.
	 * @param exception the exception
	 * @return what it means
	 */
	static RedisTrouble of(Throwable exception) {
		for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
			String code = code(cause.getMessage());
			if (code != null) {
				Kind kind = "OOM".equals(code) ? Kind.FULL : Kind.REFUSED;
				if (String.valueOf(cause.getMessage()).contains("Protocol error")) {
					// Redis ends the connection behind this answer.
					kind = Kind.NO_ANSWER;
				}
				return new RedisTrouble(kind, code, "Redis refused: " + cause.getMessage() + hint(code), exception);
			}
		}
		Throwable root = exception;
		while (root.getCause() != null) {
			root = root.getCause();
		}
		String message = (root.getMessage() != null) ? root.getMessage() : root.getClass().getSimpleName();
		if (root instanceof Error) {
			return new RedisTrouble(Kind.NO_ANSWER, "", "Redis could not be asked: " + root, exception);
		}
		return new RedisTrouble(Kind.NO_ANSWER, "", "Redis does not answer: " + message, exception);
	}

	private static @Nullable String code(@Nullable String message) {
		if (message == null) {
			return null;
		}
		if (DENIED_IN_SCRIPT.matcher(message).find()) {
			return "NOPERM";
		}
		Matcher matcher = CODE.matcher(message);
		String code = null;
		while (matcher.find()) {
			// "ERR Error running script ... -OOM ...": the inner code is the one that
			// counts
			code = (code == null || "ERR".equals(code)) ? matcher.group(1) : code;
		}
		return code;
	}

	private static String hint(String code) {
		return switch (code) {
			case "OOM" -> " (raise maxmemory of Redis, or use a separate Redis for the MQTT sessions, with "
					+ "mqtt.persistence.redis.url)";
			case "NOAUTH", "WRONGPASS" -> " (check the user name and the password of the connection)";
			case "NOPERM" -> " (NOPERM: the Redis user lacks a permission; see docs/redis-permissions.md)";
			case "READONLY" -> " (this is a replica; connect to the master, or use Sentinel or Cluster)";
			default -> "";
		};
	}

	/**
	 * Name the largest record of a batch that has failed before.
	 * @param batch the batch
	 * @return the same, with a message that names the record and its size
	 */
	RedisTrouble over(Batch batch) {
		return batch.puts()
			.entrySet()
			.stream()
			.max(Comparator.comparingInt((put) -> put.getValue().length))
			.map((put) -> new RedisTrouble(this.kind, this.code,
					getMessage() + ", again over a batch with record " + put.getKey() + ", which has "
							+ put.getValue().length + " bytes",
					this))
			.orElse(this);
	}

	Kind kind() {
		return this.kind;
	}

	/**
	 * Return whether a command ran into its time-out, as opposed to a connection that
	 * broke or could not be made.
	 * @return whether time passed in waiting
	 */
	boolean isTimeout() {
		return isTimeout(getCause());
	}

	private static boolean isTimeout(@Nullable Throwable exception) {
		for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
			if (cause instanceof SocketTimeoutException || cause instanceof QueryTimeoutException
					|| cause.getClass().getSimpleName().contains("Timeout")) {
				return true;
			}
			// Jedis tells so of its last attempt in a Cluster.
			if (Arrays.stream(cause.getSuppressed()).anyMatch(RedisTrouble::isTimeout)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Return whether Redis never does what it was asked: the user lacks a permission, or
	 * the command was renamed away.
	 * @return whether somebody has to change the settings of Redis
	 */
	boolean isForbidden() {
		return "NOPERM".equals(this.code) || UNKNOWN_COMMAND.matcher(String.valueOf(getMessage())).find();
	}

	/**
	 * Return whether this may be about what one command carries, and not about Redis as a
	 * whole: such an error has no code of its own. A proxy answers so to a command that
	 * is too large for it.
	 * @return whether another command may well be done
	 */
	boolean mayBeOverContents() {
		return this.kind == Kind.REFUSED && "ERR".equals(this.code) && !isForbidden();
	}

	/**
	 * Return whether the answer says that another server should have been asked.
	 * @return whether the connection has to be made anew
	 */
	boolean wrongServer() {
		return switch (this.code) {
			case "READONLY", "MOVED", "ASK", "MASTERDOWN" -> true;
			default -> false;
		};
	}

	/**
	 * Return whether Redis does not know a script.
	 * @param exception an exception of a Redis client
	 * @return whether the script has to be sent in full
	 */
	static boolean isNoScript(Throwable exception) {
		return hasCode(exception, "NOSCRIPT"::equals);
	}

	/**
	 * Return whether a node of a Cluster names another one.
	 * @param exception an exception of a Redis client
	 * @return whether the command has to be sent there
	 */
	static boolean isRedirection(Throwable exception) {
		return hasCode(exception, Set.of("MOVED", "ASK")::contains);
	}

	private static boolean hasCode(Throwable exception, Predicate<String> which) {
		for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
			String code = code(cause.getMessage());
			if (code != null && which.test(code)) {
				return true;
			}
		}
		return false;
	}

}
