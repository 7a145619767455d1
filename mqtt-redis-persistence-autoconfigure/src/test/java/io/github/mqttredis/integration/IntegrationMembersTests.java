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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.mqttredis.paho.UnsupportedLibraryException;
import io.github.mqttredis.testing.RenamingLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.test.context.FilteredClassLoader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link IntegrationMembers}.
 */
class IntegrationMembersTests {

	private static final String PACKAGES = "org.springframework.integration.mqtt.";

	/** Where a field is asked for by its name. */
	private static final Pattern ASKED = Pattern.compile("(?:field\\([^\"]*|String CLIENT = )\"(\\w+)\"");

	@Test
	void whenSpringIntegrationIsTheOneWeKnowThenAllMembersAreThere() {
		assertThatNoException().isThrownBy(IntegrationMembers::check);
	}

	@Test
	void whenSpringIntegrationIsAnotherThenAllThatIsMissingIsNamedEachTimeWithWhereItWasFound() {
		ClassLoader other = new RenamingLoader(PACKAGES, "setClient", "persistence", "manualAcks");
		for (int i = 0; i < 2; i++) {
			assertThatExceptionOfType(UnsupportedLibraryException.class)
				.isThrownBy(() -> IntegrationMembers.check(other))
				.withMessageContaining("This version of Spring Integration is not supported: it has no "
						+ "AbstractMqttClientManager.setClient, AbstractMqttMessageDrivenChannelAdapter.manualAcks, "
						+ "DefaultMqttPahoClientFactory.persistence, Mqttv3ClientManager.persistence, "
						+ "Mqttv5ClientManager.persistence, Mqttv5PahoMessageDrivenChannelAdapter.persistence, "
						+ "Mqttv5PahoMessageHandler.persistence. It was found in ");
		}
	}

	@ParameterizedTest
	@CsvSource({ "org.eclipse.paho.client.mqttv3, v5", "org.eclipse.paho.mqttv5, v3" })
	void whenOnePahoIsThereThenNothingIsWantedThatNeedsTheOther(String missing, String there) {
		ClassLoader loader = new FilteredClassLoader(missing);
		assertThat(IntegrationMembers.of(loader)).extracting(IntegrationMembers::toString)
			.contains("Mqtt" + there + "ClientManager.persistence")
			.doesNotContain("Mqtt" + ("v3".equals(there) ? "v5" : "v3") + "ClientManager.persistence");
	}

	/** What is asked for elsewhere would be found to be missing only when it is used. */
	@Test
	void whenAFieldIsAskedForThenItIsInTheTable() throws Exception {
		Set<String> asked;
		try (Stream<Path> files = Files.list(Path.of("src/main/java/io/github/mqttredis/integration"))) {
			asked = files.map(IntegrationMembersTests::read)
				.flatMap((code) -> ASKED.matcher(code).results())
				.map((match) -> match.group(1))
				.collect(Collectors.toSet());
		}
		List<String> table = IntegrationMembers.of(getClass().getClassLoader())
			.stream()
			.map(IntegrationMembers::member)
			.toList();
		assertThat(asked).contains("lock", "persistence", "mqttClient", "headerMapper").isSubsetOf(table);
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
