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

package io.github.mqttredis.paho.v3;

import java.lang.reflect.Field;
import java.util.Properties;

import javax.net.ssl.SSLSocketFactory;

import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.junit.jupiter.api.Test;

import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an application connects with arrives, all of it.
 */
class ConnectOptionsTests {

	@Test
	void whenCopiedThenNothingIsMissing() {
		MqttConnectOptions options = new MqttConnectOptions();
		options.setCleanSession(false);
		options.setMaxInflight(7);
		options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1);
		options.setPassword(new char[] { 'p' });
		Properties headers = new Properties();
		headers.setProperty("header", "value");
		options.setCustomWebSocketHeaders(headers);
		options.setAutomaticReconnect(true);
		options.setConnectionTimeout(1);
		options.setExecutorServiceTimeout(2);
		options.setHttpsHostnameVerificationEnabled(false);
		options.setKeepAliveInterval(3);
		options.setMaxReconnectDelay(4);
		options.setSSLHostnameVerifier((host, session) -> true);
		Properties tls = new Properties();
		tls.setProperty("com.ibm.ssl.protocol", "TLSv1.3");
		options.setSSLProperties(tls);
		options.setServerURIs(new String[] { "tcp://a", "ssl://b" });
		options.setSocketFactory(SSLSocketFactory.getDefault());
		options.setUserName("user");
		options.setWill("will", new byte[] { 4 }, 2, true);
		assertThat(ConnectOptions.copy(options)).usingRecursiveComparison().isEqualTo(options);
		assertThatEachDiffersFromItsDefault(options);
	}

	@Test
	void whenNothingWasSetThenDefaultsAreCopied() {
		MqttConnectOptions options = new MqttConnectOptions();
		assertThat(ConnectOptions.copy(options)).usingRecursiveComparison().isEqualTo(options);
	}

	/** Otherwise the test would not notice an option that is not copied. */
	private static void assertThatEachDiffersFromItsDefault(MqttConnectOptions options) {
		MqttConnectOptions defaults = new MqttConnectOptions();
		ReflectionUtils.doWithFields(options.getClass(), (field) -> {
			ReflectionUtils.makeAccessible(field);
			assertThat(field.get(options)).as(field.getName()).isNotEqualTo(field.get(defaults));
		}, ConnectOptionsTests::isOption);
	}

	private static boolean isOption(Field field) {
		return !java.lang.reflect.Modifier.isStatic(field.getModifiers());
	}

}
