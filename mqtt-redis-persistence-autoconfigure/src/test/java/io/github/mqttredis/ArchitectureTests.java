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

package io.github.mqttredis;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMembers;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who may know whom: autoconfigure knows all, integration knows paho, all know session,
 * and session knows nobody.
 */
class ArchitectureTests {

	private static final String ROOT = "io.github.mqttredis";

	private static final String SESSION = ROOT + ".session..";

	private static final String REDIS = ROOT + ".redis..";

	private static final String MEMORY = ROOT + ".memory..";

	private static final String PAHO = ROOT + ".paho..";

	private static final String PAHO_V3 = ROOT + ".paho.v3..";

	private static final String PAHO_V5 = ROOT + ".paho.v5..";

	private static final String FILESTORE = ROOT + ".filestore..";

	private static final String ENCRYPTION = ROOT + ".encryption..";

	private static final String OBSERVATION = ROOT + ".observation..";

	private static final String INTEGRATION = ROOT + ".integration..";

	private static final String ACTUATE = ROOT + ".actuate..";

	private static final String AUTOCONFIGURE = ROOT + ".autoconfigure..";

	private static JavaClasses analysed;

	@BeforeAll
	static void importClasses() {
		analysed = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests()).importPackages(ROOT);
	}

	@ParameterizedTest
	@ValueSource(strings = { SESSION, REDIS, MEMORY, PAHO_V3, PAHO_V5, FILESTORE, ENCRYPTION, OBSERVATION, INTEGRATION,
			ACTUATE, AUTOCONFIGURE })
	void whenAPackageIsNamedHereThenItHasClasses(String name) {
		assertThat(analysed.that(resideInAPackage(name))).isNotEmpty();
	}

	@Test
	void whenAClassExistsThenItIsInAPackageNamedHere() {
		check(classes().should()
			.resideInAnyPackage(SESSION, REDIS, MEMORY, PAHO, FILESTORE, ENCRYPTION, OBSERVATION, INTEGRATION, ACTUATE,
					AUTOCONFIGURE));
	}

	@Test
	void whenSessionThenKnowsOnlyJavaAndJSpecify() {
		check(classes().that()
			.resideInAPackage(SESSION)
			.should()
			.onlyDependOnClassesThat()
			.resideInAnyPackage(SESSION, "java..", "org.jspecify.."));
	}

	@Test
	void whenRedisThenKnowsOfOursOnlySession() {
		check(ofOursOnly(REDIS, SESSION));
	}

	@Test
	void whenMemoryThenKnowsOfOursOnlySessionAndNoLibraryOfRedis() {
		check(ofOursOnly(MEMORY, SESSION));
		check(noClasses().that()
			.resideInAPackage(MEMORY)
			.should()
			.dependOnClassesThat(resideInAnyPackage("org.springframework.data..")));
	}

	@Test
	void whenNotBoundToOneMqttClientThenDoesNotKnowThePahoLibraries() {
		check(noClasses().that()
			.resideOutsideOfPackages(PAHO_V3, PAHO_V5, INTEGRATION, AUTOCONFIGURE)
			.should()
			.dependOnClassesThat(resideInAnyPackage("org.eclipse.paho..")));
	}

	/** What another MQTT client would use as it is (ADR 13). */
	@Test
	void whenOfUseToAnyMqttClientThenNothingIsNamedAfterPaho() {
		String[] core = { SESSION, REDIS, MEMORY, ENCRYPTION, ACTUATE };
		check(noClasses().that().resideInAnyPackage(core).should().haveSimpleNameContaining("Paho"));
		check(noMembers().that()
			.areDeclaredInClassesThat(resideInAnyPackage(core))
			.should()
			.haveNameMatching("(?i).*paho.*"));
	}

	@Test
	void whenPahoThenKnowsOfOursOnlySession() {
		check(ofOursOnly(PAHO, SESSION));
	}

	@Test
	void whenPahoThenDoesNotKnowTheRedisLibraries() {
		check(noClasses().that()
			.resideInAPackage(PAHO)
			.should()
			.dependOnClassesThat(resideInAnyPackage("org.springframework.data..", "io.lettuce..", "redis.clients..")));
	}

	@Test
	void whenOnePahoVersionThenDoesNotKnowTheOther() {
		check(slices().matching(ROOT + ".paho.(*)..").should().notDependOnEachOther());
		check(noClasses().that()
			.resideInAPackage(PAHO_V3)
			.should()
			.dependOnClassesThat(resideInAnyPackage("org.eclipse.paho.mqttv5..")));
		check(noClasses().that()
			.resideInAPackage(PAHO_V5)
			.should()
			.dependOnClassesThat(resideInAnyPackage("org.eclipse.paho.client.mqttv3..")));
	}

	@Test
	void whenFileStoreThenKnowsOfOursOnlySession() {
		check(ofOursOnly(FILESTORE, SESSION));
	}

	@Test
	void whenEncryptionThenKnowsOfOursOnlySession() {
		check(ofOursOnly(ENCRYPTION, SESSION));
	}

	@Test
	void whenIntegrationThenKnowsOfOursOnlyPahoAndSession() {
		check(ofOursOnly(INTEGRATION, PAHO, SESSION));
	}

	@Test
	void whenObservationThenKnowsOfOursOnlyPahoAndSessionAndIsNeededByNobody() {
		check(ofOursOnly(OBSERVATION, PAHO, SESSION));
		check(noClasses().that()
			.resideOutsideOfPackages(OBSERVATION, AUTOCONFIGURE)
			.should()
			.dependOnClassesThat(resideInAnyPackage("io.micrometer.observation..", "io.micrometer.tracing..")));
	}

	@Test
	void whenActuateThenKnowsOfOursOnlySession() {
		check(ofOursOnly(ACTUATE, SESSION));
	}

	@Test
	void whenNotAutoconfigureThenDoesNotKnowIt() {
		check(noClasses().that()
			.resideOutsideOfPackage(AUTOCONFIGURE)
			.should()
			.dependOnClassesThat(resideInAnyPackage(AUTOCONFIGURE)));
	}

	private static void check(ArchRule rule) {
		rule.check(analysed);
	}

	private static ArchRule ofOursOnly(String of, String... known) {
		return noClasses().that()
			.resideInAPackage(of)
			.should()
			.dependOnClassesThat(
					resideInAPackage(ROOT + "..").and(not(resideInAPackage(of))).and(not(resideInAnyPackage(known))));
	}

}
