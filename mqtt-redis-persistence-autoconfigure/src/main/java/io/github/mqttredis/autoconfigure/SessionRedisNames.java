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

import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Names the properties with which an application says where the Redis of its sessions is.
 */
final class SessionRedisNames {

	private static final String OWN = "mqtt.persistence.redis.";

	private static final String APPLICATION = "spring.data.redis.";

	private final boolean url;

	private final boolean unixSocket;

	SessionRedisNames(Environment environment) {
		this.url = StringUtils.hasText(environment.getProperty(SessionRedis.URL));
		this.unixSocket = StringUtils.hasText(environment.getProperty(SessionRedis.UNIX_SOCKET));
	}

	private String prefix() {
		return (this.url || this.unixSocket) ? OWN : APPLICATION;
	}

	String username() {
		return prefix() + "username";
	}

	String addressAction() {
		if (this.unixSocket) {
			return "Start Redis with that socket (unixsocket and unixsocketperm in redis.conf, so that the user of this "
					+ "application may read and write it), or name another one with " + SessionRedis.UNIX_SOCKET + ".";
		}
		String other = this.url ? SessionRedis.URL
				: "spring.data.redis.host and spring.data.redis.port, or with spring.data.redis.url";
		return "Start Redis at that address, or name another one with " + other + ". Where it speaks TLS, set "
				+ sslBundle() + ".";
	}

	String sslAction() {
		return "Name an SSL bundle with " + sslBundle()
				+ " that trusts the certificate of Redis or its issuer, and that "
				+ "holds a key and a certificate where Redis asks for them (tls-auth-clients). The certificate of Redis has "
				+ "to name the host of its address. For a Redis that does not speak TLS, set neither that nor another property that asks for it.";
	}

	private String sslBundle() {
		return this.url ? OWN + "ssl-bundle" : APPLICATION + "ssl.bundle";
	}

	String passwordAction() {
		String inUrl = this.unixSocket ? "" : ", or put both into " + prefix() + "url";
		return "Set " + prefix() + "password, and " + username() + " where Redis has an ACL user for this application"
				+ inUrl + ". For a Redis without a password, set none of them.";
	}

}
