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

package io.github.mqttredis.paho;

import io.github.mqttredis.paho.PahoMembers.Member;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.testing.RenamingLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link PahoMembers}.
 */
class PahoMembersTests {

	@ParameterizedTest
	@EnumSource
	void whenPahoIsTheOneWeKnowThenAllMembersAreThere(MqttVersion version) {
		assertThat(PahoMembers.of(version)).isSameAs(PahoMembers.of(version));
	}

	@ParameterizedTest
	@EnumSource
	void whenPahoIsAnotherThenAllThatIsMissingIsNamedWithWhereItWasFound(MqttVersion version) {
		assertThatExceptionOfType(UnsupportedLibraryException.class)
			.isThrownBy(() -> PahoMembers.find(version,
					new RenamingLoader("org.eclipse.paho.", "pendingFlows", "notifyResult")))
			.withMessageContaining("MQTT " + ((version == MqttVersion.V3) ? "3" : "5"))
			.withMessageContaining("it has no ClientState.pendingFlows, ClientState.notifyResult. It was found in ");
	}

	@Test
	void whenPaho5HasNoPlaceForConnectOptionsThenThatIsNamed() {
		assertThatExceptionOfType(UnsupportedLibraryException.class)
			.isThrownBy(() -> PahoMembers.find(MqttVersion.V5, new RenamingLoader("org.eclipse.paho.", "connOpts")))
			.withMessageContaining("it has no MqttAsyncClient.connOpts. It was found in ");
	}

	@ParameterizedTest
	@EnumSource
	void whenPahoIsNotThereThenAllMembersAreMissing(MqttVersion version) {
		assertThatExceptionOfType(UnsupportedLibraryException.class)
			.isThrownBy(() -> PahoMembers.find(version, ClassLoader.getPlatformClassLoader()))
			.satisfies((ex) -> assertThat(Member.of(version))
				.allSatisfy((member) -> assertThat(ex).hasMessageContaining(member.toString())));
	}

}
