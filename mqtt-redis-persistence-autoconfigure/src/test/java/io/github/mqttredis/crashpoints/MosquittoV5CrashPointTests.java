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

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIf;

/**
 * The crash points of a Paho 5 client, against Mosquitto where it is installed.
 */
@Tag("thorough")
@EnabledIf(value = "isInstalled", disabledReason = "mosquitto is not on the PATH")
class MosquittoV5CrashPointTests extends MosquittoCrashPointTests {

	@Override
	Variant variant() {
		return Variant.V5;
	}

}
