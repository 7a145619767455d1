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

package io.github.mqttredis.crashpoints;

import java.util.List;

/**
 * What came of a crash.
 *
 * @param reached whether the process came to the point
 * @param violations what is wrong, empty if nothing is
 * @param story what happened, for who has to find out why
 */
record Verdict(boolean reached, List<String> violations, String story) {

	boolean isGood() {
		return this.violations.isEmpty();
	}

	@Override
	public String toString() {
		return (this.reached ? "" : "point not reached; ") + this.violations + "\n" + this.story;
	}

}
