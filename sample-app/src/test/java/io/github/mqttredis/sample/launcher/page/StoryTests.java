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

package io.github.mqttredis.sample.launcher.page;

import java.util.HashSet;
import java.util.Set;

import io.github.mqttredis.sample.launcher.page.Story.View;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class StoryTests {

	private final Story story = new Story();

	private final Set<String> arrived = new HashSet<>();

	@Test
	void whenTheStepsAreTakenThenTheStoryEndsWithWhatArrived() {
		assertThat(look(true, 7)).isEqualTo(new View(1, null, 0));
		assertThat(look(false, 8)).isEqualTo(new View(2, null, 0));
		assertThat(look(false, 107).step()).isEqualTo(2);
		assertThat(look(false, 108)).isEqualTo(new View(3, null, 0));
		this.story.killed(Set.of("a", "b"));
		assertThat(look(false, 108)).isEqualTo(new View(4, 2, 0));
		assertThat(look(true, 109)).isEqualTo(new View(4, 2, 0));
		this.arrived.add("a");
		assertThat(look(true, 110)).isEqualTo(new View(4, 2, 1));
		this.arrived.add("b");
		assertThat(look(true, 111)).isEqualTo(new View(5, 2, 2));
		assertThat(look(true, 112)).isEqualTo(new View(5, 2, 2));
	}

	@Test
	void whenTheBrokerComesBackTooEarlyThenTheStoryBeginsAgain() {
		look(false, 0);
		assertThat(look(true, 50).step()).isEqualTo(1);
		look(false, 50);
		assertThat(look(false, 149).step()).isEqualTo(2);
		assertThat(look(false, 150).step()).isEqualTo(3);
		assertThat(look(true, 151).step()).isEqualTo(1);
	}

	@Test
	void whenTheGatewayIsKilledWhileTheBrokerIsThereThenThatIsNoPartOfTheStory() {
		look(true, 0);
		this.story.killed(Set.of("a"));
		assertThat(look(true, 0)).isEqualTo(new View(1, null, 0));
	}

	@Test
	void whenTheGatewayIsKilledTwiceThenTheSecondTimeCounts() {
		look(false, 0);
		this.story.killed(Set.of("a"));
		this.story.killed(Set.of("a", "b", "c"));
		assertThat(look(false, 0)).isEqualTo(new View(4, 3, 0));
	}

	@Test
	void whenTheStoryHasEndedThenItCanBeToldAgain() {
		look(false, 0);
		this.story.killed(Set.of("a"));
		this.arrived.add("a");
		assertThat(look(true, 0).step()).isEqualTo(5);
		assertThat(look(false, 30)).isEqualTo(new View(2, null, 0));
		assertThat(look(false, 130).step()).isEqualTo(3);
	}

	private View look(boolean brokerIsOn, long published) {
		return this.story.look(brokerIsOn, published,
				(ids) -> ids.stream().filter((id) -> !this.arrived.contains(id)).toList());
	}

}
