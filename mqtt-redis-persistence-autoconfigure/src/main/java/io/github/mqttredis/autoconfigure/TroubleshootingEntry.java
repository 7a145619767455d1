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

import java.util.Locale;

/**
 * The entries of {@code docs/troubleshooting-start.md}, which failure analyses name. An
 * entry's anchor is its name in lower case, with hyphens.
 */
enum TroubleshootingEntry {

	CLEAN_SESSION,

	CLIENT_MANAGER_MISSING,

	CONNECTION_FACTORY,

	DRY_RUN,

	GROUP_WITH_VALUE,

	NO_PAHO,

	NOT_MOVED_IN,

	PAHO_MISSING,

	PAHO_NOT_SUPPORTED,

	REDIS_NOT_USABLE,

	SESSION_IN_USE,

	UNIX_SOCKET_MISSING,

	UNIX_SOCKET_NOT_USABLE,

	WHICH_REDIS,

	WRONG_KEY,

	WRONG_VALUE;

	private static final String PARAGRAPH = "%n%n".formatted();

	/**
	 * Return an action that also names this entry. What is to be copied, such as a
	 * command, ends without a full stop and stays alone on its line.
	 */
	String appendTo(String action) {
		return action + (action.endsWith(".") ? " " : PARAGRAPH) + "See docs/troubleshooting-start.md#"
				+ name().toLowerCase(Locale.ROOT).replace('_', '-') + ".";
	}

}
