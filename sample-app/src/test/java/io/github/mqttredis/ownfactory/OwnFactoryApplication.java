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

package io.github.mqttredis.ownfactory;

import org.eclipse.paho.client.mqttv3.IMqttAsyncClient;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.integration.mqtt.core.DefaultMqttPahoClientFactory;

/**
 * An application that has its own client factory, as older ones do. It says what our
 * post-processor made of it, and publishes a message.
 */
@SpringBootApplication(proxyBeanMethods = false)
public class OwnFactoryApplication {

	public static void main(String[] args) {
		SpringApplication.run(OwnFactoryApplication.class, args).close();
	}

	@Bean
	DefaultMqttPahoClientFactory ownFactory(@Value("${broker}") String broker) {
		DefaultMqttPahoClientFactory factory = new DefaultMqttPahoClientFactory();
		factory.getConnectionOptions().setServerURIs(new String[] { broker });
		factory.getConnectionOptions().setCleanSession(false);
		return factory;
	}

	@Bean
	ApplicationRunner publish(DefaultMqttPahoClientFactory factory, @Value("${broker}") String broker) {
		return (arguments) -> {
			IMqttAsyncClient client = factory.getAsyncClientInstance(broker, "own");
			System.out.println("factory " + factory.getClass().getName());
			System.out.println("client " + client.getClass().getName());
			client.connect(factory.getConnectionOptions()).waitForCompletion();
			client.publish("own", new byte[] { 1 }, 2, false).waitForCompletion();
			client.disconnect().waitForCompletion();
			System.out.println("published");
		};
	}

}
