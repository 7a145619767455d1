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

package io.github.mqttredis.paho.v5;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

import io.github.mqttredis.paho.GuardedLink;
import org.eclipse.paho.mqttv5.client.internal.NetworkModule;
import org.eclipse.paho.mqttv5.common.MqttException;

/**
 * A network module whose link is guarded. Serves TCP, TLS and WebSocket alike.
 *
 * @param delegate the module that connects
 * @param link guards its link
 */
record BarrierNetworkModule(NetworkModule delegate, GuardedLink link) implements NetworkModule {

	@Override
	public void start() throws IOException, MqttException {
		this.link.<MqttException>open(this.delegate::start);
	}

	@Override
	public InputStream getInputStream() throws IOException {
		return this.link.guard(this.delegate.getInputStream());
	}

	@Override
	public OutputStream getOutputStream() throws IOException {
		return this.link.guard(this.delegate.getOutputStream(), this.delegate::stop);
	}

	@Override
	public void stop() throws IOException {
		this.link.close(this.delegate::stop);
	}

	@Override
	public String getServerURI() {
		return this.delegate.getServerURI();
	}

}
