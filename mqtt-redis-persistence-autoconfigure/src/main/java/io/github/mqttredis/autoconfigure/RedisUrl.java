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

package io.github.mqttredis.autoconfigure;

import java.net.URI;
import java.net.URISyntaxException;

import io.github.mqttredis.autoconfigure.MqttPersistenceProperties.Redis;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisPassword;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.util.Assert;
import org.springframework.util.StringUtils;

/**
 * The URL of a Redis, read as Spring Boot reads {@code spring.data.redis.url}. The
 * messages leave it out, because it may hold a password.
 *
 * @param host the host
 * @param port the port
 * @param ssl whether the connection is encrypted
 * @param username the user name
 * @param password the password
 * @param database the database index, {@code null} if the URL has none
 */
record RedisUrl(String host, int port, boolean ssl, @Nullable String username, @Nullable String password,
		@Nullable Integer database) {

	private static final int DEFAULT_PORT = 6379;

	private static final int LARGEST_PORT = 65535;

	static RedisUrl parse(String property, String url) {
		URI uri = toUri(property, url);
		boolean ssl = "rediss".equals(uri.getScheme());
		Assert.isTrue((ssl || "redis".equals(uri.getScheme())) && uri.getHost() != null,
				() -> property + " must start with redis:// or rediss://, followed by a host");
		Assert.isTrue(uri.getPort() == -1 || (uri.getPort() >= 1 && uri.getPort() <= LARGEST_PORT),
				() -> property + " must have a port between 1 and " + LARGEST_PORT);
		String path = (uri.getPath() != null) ? uri.getPath().replaceFirst("^/", "") : "";
		Assert.isTrue(path.matches("\\d{0,9}"), () -> property + " must end with the port, or a database index");
		String user = uri.getUserInfo();
		int colon = (user != null) ? user.indexOf(':') : -1;
		String name = (user != null && colon > 0) ? user.substring(0, colon) : null;
		String password = (user != null) ? user.substring(colon + 1) : null;
		return new RedisUrl(uri.getHost(), (uri.getPort() != -1) ? uri.getPort() : DEFAULT_PORT, ssl, name, password,
				path.isEmpty() ? null : Integer.valueOf(path));
	}

	private static URI toUri(String property, String url) {
		try {
			return new URI(url);
		}
		catch (URISyntaxException ex) {
			// The exception has the URL in its message, so it is no cause.
			throw new IllegalArgumentException(property + " must be a URL such as redis://localhost:6379: "
					+ ex.getReason() + " at character " + ex.getIndex());
		}
	}

	RedisStandaloneConfiguration toConfiguration(Redis properties) {
		RedisStandaloneConfiguration configuration = new RedisStandaloneConfiguration(this.host, this.port);
		boolean credentials = StringUtils.hasText(this.password);
		configuration.setUsername(credentials ? this.username : properties.username());
		configuration.setPassword(RedisPassword.of(credentials ? this.password : properties.password()));
		configuration.setDatabase((this.database != null) ? this.database : properties.database());
		return configuration;
	}

	@Override
	public String toString() {
		return this.host + ":" + this.port;
	}

}
