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

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far a session has come: the epoch grows with every acquisition of the lease, the
 * sequence with every command of the owner. No two commands set the same mark.
 *
 * @param epoch the epoch, 0 if there is no mark
 * @param sequence the number of the owner's last command in this epoch
 */
record Mark(long epoch, long sequence) {

	/**
	 * The mark of a session that has none.
	 */
	static final Mark NONE = new Mark(0, 0);

	private static final Pattern FORMAT = Pattern.compile("(\\d{1,18}):(\\d{1,18})");

	/**
	 * Read a stored mark.
	 * @param text the stored value, may be empty
	 * @return the mark, {@link #NONE} if there is none that can be read
	 */
	static Mark parse(String text) {
		Matcher matcher = FORMAT.matcher(text);
		return matcher.matches() ? new Mark(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))) : NONE;
	}

	@Override
	public String toString() {
		return this.epoch + ":" + this.sequence;
	}

}
