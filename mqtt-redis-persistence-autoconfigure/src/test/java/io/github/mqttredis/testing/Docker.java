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

package io.github.mqttredis.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.HostConfig;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.images.RemoteDockerImage;
import org.testcontainers.utility.DockerImageName;

/**
 * Where the tests take their servers from: from containers where Docker runs and has the
 * image, from executables of this machine elsewhere. The system property
 * {@code test.servers} settles it: {@code docker}, {@code local} or {@code auto}, the
 * default. {@code test.redis.image} and {@code test.mosquitto.image} name the images.
 */
public final class Docker {

	private static final Log logger = LogFactory.getLog(Docker.class);

	private static final String SERVERS = System.getProperty("test.servers", "auto");

	private static final Map<DockerImageName, Boolean> IMAGES = new ConcurrentHashMap<>();

	private static final boolean RUNNING = !"local".equals(SERVERS) && isAround()
			&& DockerClientFactory.instance().isDockerAvailable();

	private Docker() {
	}

	/**
	 * Return whether Docker runs and the tests may use it.
	 * @return whether there can be containers
	 */
	public static boolean isRunning() {
		return RUNNING;
	}

	/**
	 * Return the image of Redis.
	 * @return its name
	 */
	public static DockerImageName redisImage() {
		return image("test.redis.image", "redis:8.0");
	}

	static DockerImageName mosquittoImage() {
		return image("test.mosquitto.image", "eclipse-mosquitto:2.0");
	}

	private static DockerImageName image(String property, String standard) {
		String official = DockerImageName.parse(standard).getUnversionedPart();
		return DockerImageName.parse(System.getProperty(property, standard)).asCompatibleSubstituteFor(official);
	}

	/**
	 * Asking Testcontainers takes time and writes to the log, even where there is none.
	 */
	private static boolean isAround() {
		String home = System.getProperty("user.home");
		String runtime = Objects.requireNonNullElse(System.getenv("XDG_RUNTIME_DIR"), "/nowhere");
		return System.getenv("DOCKER_HOST") != null || Stream
			.of("/var/run/docker.sock", home + "/.docker/run/docker.sock", home + "/.docker/desktop/docker.sock",
					runtime + "/docker.sock")
			.anyMatch((socket) -> Files.exists(Path.of(socket)));
	}

	/**
	 * Return whether a server of an image is to run in a container. It shares network and
	 * files with the tests, which only Docker on the same Linux can do.
	 */
	static boolean provides(DockerImageName image) {
		if (System.getProperty("test.servers", "auto").equals("auto") && System.getProperty("test.redis") != null) {
			return false;
		}
		boolean provided = isRunning() && isHere() && IMAGES.computeIfAbsent(image, Docker::isAvailable);
		if (!provided && "docker".equals(SERVERS)) {
			throw new IllegalStateException("test.servers is docker, but Docker has no " + image);
		}
		return provided;
	}

	private static boolean isHere() {
		URI host = DockerClientFactory.instance().getTransportConfig().getDockerHost();
		return System.getProperty("os.name").startsWith("Linux") && "unix".equals(host.getScheme());
	}

	private static boolean isAvailable(DockerImageName image) {
		try {
			new RemoteDockerImage(image).get();
			return true;
		}
		catch (RuntimeException ex) {
			logger.warn("Docker has no " + image + ", so tests use what is installed", ex);
			return false;
		}
	}

	/**
	 * Start a container.
	 * @param image its image
	 * @param command what runs in it
	 * @return its process
	 */
	static ServerProcess start(DockerImageName image, List<String> command) {
		String files = System.getProperty("java.io.tmpdir");
		GenericContainer<?> container = new GenericContainer<>(image)
			.withCreateContainerCmdModifier((create) -> create.withUser(user(files))
				.withHostConfig(Objects.requireNonNullElseGet(create.getHostConfig(), HostConfig::newHostConfig)
					.withNetworkMode("host")
					.withBinds(Bind.parse(files + ":" + files))))
			.withCommand(command.toArray(String[]::new));
		container.start();
		return new Container(container);
	}

	/** What the server writes is to be deleted by those who run the tests. */
	private static String user(String files) {
		try {
			Path probe = Files.createTempFile(Path.of(files), "user-", null);
			String user = Files.getAttribute(probe, "unix:uid") + ":" + Files.getAttribute(probe, "unix:gid");
			Files.delete(probe);
			return user;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * The process of a container.
	 *
	 * @param container the container, which goes with its process
	 */
	private record Container(GenericContainer<?> container) implements ServerProcess {

		private static DockerClient client() {
			return DockerClientFactory.lazyClient();
		}

		@Override
		public boolean isAlive() {
			return this.container.isRunning();
		}

		@Override
		public void kill() {
			this.container.stop();
		}

		@Override
		public void terminate() {
			client().stopContainerCmd(this.container.getContainerId()).exec();
		}

		@Override
		public void pause() {
			client().pauseContainerCmd(this.container.getContainerId()).exec();
		}

		@Override
		public void resume() {
			client().unpauseContainerCmd(this.container.getContainerId()).exec();
		}

	}

}
