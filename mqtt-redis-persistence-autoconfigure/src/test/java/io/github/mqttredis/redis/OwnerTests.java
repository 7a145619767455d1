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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.github.mqttredis.testing.Await;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When an owner counts as dead. {@code ContainerOwnershipTests} has the same for
 * processes in containers.
 */
@EnabledOnOs(OS.LINUX)
class OwnerTests {

	private static final Duration LEASE = Duration.ofSeconds(10);

	private final Owner self = Owner.ofThisProcess(LEASE);

	@Test
	void whenOwnerLivesThenIsNotProvablyDead() {
		assertThat(this.self.isProvablyDead(Owner.ofThisProcess(LEASE))).isFalse();
		assertThat(Owner.parse(this.self.token())).isEqualTo(this.self);
	}

	@Test
	void whenStartIsNotedThenNoClockThatCanBeSetIsAsked() throws IOException {
		// Field 22 of proc(5).
		String stat = Files.readString(Path.of("/proc/self/stat"));
		assertThat(stat.replaceFirst(".*\\) ", "").split(" ")[22 - 3]).isEqualTo(Long.toString(this.self.started()));
	}

	@Test
	void whenProcessIsGoneThenOwnerIsProvablyDead() throws Exception {
		Process process = new ProcessBuilder("true").start();
		assertThat(process.waitFor(Await.MILLIS, TimeUnit.MILLISECONDS)).isTrue();
		Owner gone = with(process.pid(), this.self.started(), this.self.boot());
		assertThat(gone.isProvablyDead(this.self)).isTrue();
	}

	@Test
	void whenAnotherProcessHasItsIdThenOwnerIsProvablyDead() {
		// Started a hundredth of a second earlier: a container that was restarted at
		// once.
		assertThat(with(this.self.pid(), this.self.started() - 1, this.self.boot()).isProvablyDead(this.self)).isTrue();
	}

	@Test
	void whenBootNamespaceUserOrHostDifferThenNothingIsProved() {
		long nobody = Long.MAX_VALUE;
		assertThat(with(nobody, 1, this.self.boot()).isProvablyDead(this.self)).isTrue();
		assertThat(with(nobody, 1, this.self.boot() + "1").isProvablyDead(this.self)).isFalse();
		assertThat(with(nobody, 1, this.self.boot().replace("pid:", "pid:1")).isProvablyDead(this.self)).isFalse();
		assertThat(with(nobody, 1, "").isProvablyDead(with(1, 1, ""))).isFalse();
		assertThat(new Owner("elsewhere", nobody, 1, this.self.boot(), "r", 1).isProvablyDead(this.self)).isFalse();
	}

	@Test
	void whenProcTellsNothingThenOwnerHasNoBoot(@TempDir Path proc) throws IOException {
		assertThat(Owner.ofThisProcess(LEASE, proc).boot()).isEmpty();
		Files.createSymbolicLink(proc.resolve("self"), Path.of("1" + this.self.pid()));
		Path own = Files.createDirectory(proc.resolve(Long.toString(this.self.pid())));
		Files.copy(Path.of("/proc/self/stat"), own.resolve("stat"));
		assertThat(Owner.ofThisProcess(LEASE, proc).boot()).isEmpty();
	}

	private Owner with(long pid, long started, String boot) {
		return new Owner(this.self.host(), pid, started, boot, "random", 1);
	}

}
