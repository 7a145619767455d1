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
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Free ports of the loopback interface for servers that are started later, each of which
 * is given out once while a JVM of tests runs.
 * <p>
 * They are below those that a system gives to connections, one of which could take a port
 * before its server does. As long as this JVM runs it holds the UDP port of the same
 * number, so that another one leaves the port alone.
 */
public final class Ports {

	private static final int FIRST = 10_000;

	private static final int BEHIND_LAST = 32_000;

	private static final int ATTEMPTS = 1000;

	private static final List<DatagramSocket> CLAIMS = new ArrayList<>();

	private Ports() {
	}

	/**
	 * Return a port on which nothing listens.
	 * @return the port
	 */
	public static int free() {
		return free(0);
	}

	/**
	 * Return a port on which nothing listens, nor on another one above it.
	 * @param distance how far the other one is above it, 0 if there is none
	 * @return the port
	 */
	static synchronized int free(int distance) {
		for (int i = 0; i < ATTEMPTS; i++) {
			int port = ThreadLocalRandom.current().nextInt(FIRST, BEHIND_LAST);
			try {
				DatagramSocket claim = new DatagramSocket(
						new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
				CLAIMS.add(claim);
				new ServerSocket(port).close();
				new ServerSocket((distance > 0) ? port + distance : 0).close();
				return port;
			}
			catch (BindException ex) {
				// Somebody has it.
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		}
		throw new IllegalStateException("No port is free");
	}

}
