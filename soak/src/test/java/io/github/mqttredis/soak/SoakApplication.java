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

package io.github.mqttredis.soak;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.mqttredis.testing.Await;
import org.eclipse.paho.client.mqttv3.IMqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;

import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;
import org.springframework.integration.mqtt.core.Mqttv5ClientManager;
import org.springframework.integration.mqtt.inbound.MqttPahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.inbound.Mqttv5PahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.outbound.MqttPahoMessageHandler;
import org.springframework.integration.mqtt.outbound.Mqttv5PahoMessageHandler;
import org.springframework.integration.mqtt.support.MqttHeaders;
import org.springframework.integration.support.MessageBuilder;
import org.springframework.messaging.MessageChannel;

/**
 * An application with some clients, as a process of its own, that does what it reads on
 * its standard input and says on its standard output what came of it. What it has said
 * holds, however it ends.
 */
@EnableAutoConfiguration
@EnableIntegration
public class SoakApplication {

	/** After many faults in a row it would be longer than what recovery may take. */
	private static final int LONGEST_PAUSE_MILLIS = 16_000;

	/** What a message begins with ends here, the rest is there for its size. */
	static final char END = '#';

	private static final int LONGEST_REASON = 200;

	/**
	 * Run until told to stop, or killed.
	 * @param arguments the clients, such as {@code v3-one,v5-two}, the URI of the broker,
	 * and keep-alive in seconds; the rest is for Spring Boot
	 * @throws IOException if nobody can tell it anything
	 */
	public static void main(String[] arguments) throws IOException {
		List<String> clients = List.of(arguments[0].split(","));
		ConfigurableApplicationContext context = new SpringApplicationBuilder(SoakApplication.class)
			.web(WebApplicationType.NONE)
			.bannerMode(Banner.Mode.OFF)
			.registerShutdownHook(false)
			.initializers((starting) -> clients.forEach((client) -> define((GenericApplicationContext) starting, client,
					arguments[1], Integer.parseInt(arguments[2]))))
			.run(Stream.of(arguments).skip(3).toArray(String[]::new));
		say("@started");
		new Orders(context).obey();
	}

	static synchronized void say(String line) {
		System.out.println(line);
	}

	private static void define(GenericApplicationContext context, String client, String uri, int keepAlive) {
		if (client.startsWith("v3")) {
			define3(context, client, uri, keepAlive);
		}
		else {
			define5(context, client, uri, keepAlive);
		}
	}

	private static void define3(GenericApplicationContext context, String client, String uri, int keepAlive) {
		MqttConnectOptions options = new MqttConnectOptions();
		options.setServerURIs(new String[] { uri });
		options.setCleanSession(false);
		options.setAutomaticReconnect(true);
		options.setMaxReconnectDelay(LONGEST_PAUSE_MILLIS);
		options.setMaxInflight(1000);
		options.setKeepAliveInterval(keepAlive);
		options.setConnectionTimeout(keepAlive);
		context.registerBean(client + "-manager", Mqttv3ClientManager.class,
				() -> quick(new Mqttv3ClientManager(options, client)));
		context.registerBean(client + "-publish", IntegrationFlow.class, () -> {
			MqttPahoMessageHandler handler = new MqttPahoMessageHandler(
					context.getBean(client + "-manager", Mqttv3ClientManager.class));
			handler.setAsync(true);
			return IntegrationFlow.from(client).handle(handler).get();
		});
		context.registerBean(client + "-receive", IntegrationFlow.class, () -> {
			MqttPahoMessageDrivenChannelAdapter adapter = new MqttPahoMessageDrivenChannelAdapter(
					context.getBean(client + "-manager", Mqttv3ClientManager.class), "down/" + client);
			adapter.setQos(2);
			return IntegrationFlow.from(adapter).handle((payload, headers) -> got(client, payload)).get();
		});
	}

	private static void define5(GenericApplicationContext context, String client, String uri, int keepAlive) {
		MqttConnectionOptions options = new MqttConnectionOptions();
		options.setServerURIs(new String[] { uri });
		options.setCleanStart(false);
		options.setSessionExpiryInterval(86_400L);
		options.setAutomaticReconnect(true);
		options.setMaxReconnectDelay(LONGEST_PAUSE_MILLIS);
		options.setKeepAliveInterval(keepAlive);
		options.setConnectionTimeout(keepAlive);
		context.registerBean(client + "-manager", Mqttv5ClientManager.class,
				() -> quick(new Mqttv5ClientManager(options, client)));
		context.registerBean(client + "-publish", IntegrationFlow.class, () -> {
			Mqttv5PahoMessageHandler handler = new Mqttv5PahoMessageHandler(
					context.getBean(client + "-manager", Mqttv5ClientManager.class));
			handler.setAsync(true);
			return IntegrationFlow.from(client).handle(handler).get();
		});
		context.registerBean(client + "-receive", IntegrationFlow.class, () -> {
			Mqttv5PahoMessageDrivenChannelAdapter adapter = new Mqttv5PahoMessageDrivenChannelAdapter(
					context.getBean(client + "-manager", Mqttv5ClientManager.class), "down/" + client);
			adapter.setPayloadType(String.class);
			adapter.setQos(2);
			return IntegrationFlow.from(adapter).handle((payload, headers) -> got(client, payload)).get();
		});
	}

	private static Mqttv3ClientManager quick(Mqttv3ClientManager manager) {
		manager.setQuiescentTimeout(1000);
		return manager;
	}

	private static Mqttv5ClientManager quick(Mqttv5ClientManager manager) {
		manager.setQuiescentTimeout(1000);
		return manager;
	}

	private static Object got(String client, Object payload) {
		long begun = System.nanoTime();
		String text = payload.toString();
		say("@got " + begun + " " + client + " " + text.substring(0, text.indexOf(END)));
		return null;
	}

	/**
	 * Does what the standard input says.
	 */
	private static final class Orders {

		private final ConfigurableApplicationContext context;

		private final Map<String, ExecutorService> publishers = new HashMap<>();

		Orders(ConfigurableApplicationContext context) {
			this.context = context;
		}

		private void obey() throws IOException {
			BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
			for (String order = orders.readLine(); order != null; order = orders.readLine()) {
				String[] words = order.split(" ");
				switch (words[0]) {
					case "publish" ->
						this.publishers.computeIfAbsent(words[1], (client) -> Executors.newSingleThreadExecutor())
							.execute(() -> publish(words));
					case "pause" -> {
						this.context.stop();
						say("@paused");
					}
					case "resume" -> {
						startAgain();
						say("@resumed");
					}
					case "stats" -> say("@stats " + stats());
					case "stop" -> {
						this.context.close();
						say("@stopped");
						System.exit(0);
					}
					default -> throw new IllegalArgumentException(order);
				}
			}
			// Who started this is gone.
			Runtime.getRuntime().halt(1);
		}

		/** A start fails as the first one does, if Redis refuses to write meanwhile. */
		private void startAgain() {
			Await.until("the context goes on", () -> {
				try {
					this.context.start();
					return true;
				}
				catch (RuntimeException ex) {
					ex.printStackTrace();
					this.context.stop();
					return false;
				}
			});
		}

		/** Words: publish, client, id, QoS, retained, size, topic. */
		private void publish(String[] words) {
			StringBuilder payload = new StringBuilder(words[2]).append(END);
			while (payload.length() < Integer.parseInt(words[5])) {
				payload.append((char) ('a' + payload.length() % 26));
			}
			try {
				this.context.getBean(words[1], MessageChannel.class)
					.send(MessageBuilder.withPayload(payload.toString())
						.setHeader(MqttHeaders.TOPIC, words[6])
						.setHeader(MqttHeaders.QOS, Integer.parseInt(words[3]))
						.setHeader(MqttHeaders.RETAINED, Boolean.parseBoolean(words[4]))
						.build());
				say("@accepted " + words[2]);
			}
			catch (RuntimeException ex) {
				say("@refused " + words[2] + " " + root(ex));
			}
		}

		private static String root(Throwable failure) {
			Throwable root = failure;
			while (root.getCause() != null) {
				root = root.getCause();
			}
			String text = root.toString().replace('\n', ' ');
			return text.substring(0, Math.min(text.length(), LONGEST_REASON));
		}

		/**
		 * Connected clients, sockets, heap after a collection, and the names of threads.
		 */
		private String stats() {
			System.gc();
			Runtime runtime = Runtime.getRuntime();
			long connected = this.context.getBeansOfType(ClientManager.class)
				.values()
				.stream()
				.filter(Orders::isConnected)
				.count();
			String threads = Thread.getAllStackTraces()
				.keySet()
				.stream()
				.map((thread) -> thread.getName().replace(' ', '_'))
				.sorted()
				.collect(Collectors.joining(","));
			return connected + " " + sockets() + " " + (runtime.totalMemory() - runtime.freeMemory()) + " " + threads;
		}

		private static boolean isConnected(ClientManager<?, ?> manager) {
			Object client = manager.getClient();
			return (client instanceof IMqttAsyncClient three) ? three.isConnected()
					: client instanceof org.eclipse.paho.mqttv5.client.IMqttAsyncClient five && five.isConnected();
		}

		private static long sockets() {
			File[] files = new File("/proc/self/fd").listFiles();
			return (files != null) ? Arrays.stream(files).filter(Orders::isSocket).count() : 0;
		}

		private static boolean isSocket(File file) {
			try {
				return Files.readSymbolicLink(file.toPath()).toString().startsWith("socket:");
			}
			catch (IOException ex) {
				// It was closed meanwhile.
				return false;
			}
		}

	}

}
