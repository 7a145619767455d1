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

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

import io.github.mqttredis.paho.PahoMembers.Member;
import io.github.mqttredis.session.MqttVersion;
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
		assertThatExceptionOfType(UnsupportedPahoException.class)
			.isThrownBy(() -> PahoMembers.find(version, new RenamingLoader("pendingFlows", "notifyResult")))
			.withMessageContaining("MQTT " + ((version == MqttVersion.V3) ? "3" : "5"))
			.withMessageContaining("it has no ClientState.pendingFlows, ClientState.notifyResult. It was found in ");
	}

	@ParameterizedTest
	@EnumSource
	void whenPahoIsNotThereThenAllMembersAreMissing(MqttVersion version) {
		assertThatExceptionOfType(UnsupportedPahoException.class)
			.isThrownBy(() -> PahoMembers.find(version, ClassLoader.getPlatformClassLoader()))
			.satisfies((ex) -> assertThat(Member.of(version))
				.allSatisfy((member) -> assertThat(ex).hasMessageContaining(member.toString())));
	}

	/** A Paho whose members have other names. */
	private static final class RenamingLoader extends ClassLoader {

		private final String[] names;

		RenamingLoader(String... names) {
			super(PahoMembersTests.class.getClassLoader());
			this.names = names;
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			if (!name.startsWith("org.eclipse.paho.")) {
				return super.loadClass(name, resolve);
			}
			Class<?> loaded = findLoadedClass(name);
			return (loaded != null) ? loaded : define(name);
		}

		private Class<?> define(String name) throws ClassNotFoundException {
			try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
				if (in == null) {
					throw new ClassNotFoundException(name);
				}
				String code = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
				for (String member : this.names) {
					// Of the same length, so that the class file stays one.
					code = code.replace(member, "X" + member.substring(1));
				}
				byte[] bytes = code.getBytes(StandardCharsets.ISO_8859_1);
				return defineClass(name, bytes, 0, bytes.length);
			}
			catch (IOException ex) {
				throw new ClassNotFoundException(name, ex);
			}
		}

	}

}
