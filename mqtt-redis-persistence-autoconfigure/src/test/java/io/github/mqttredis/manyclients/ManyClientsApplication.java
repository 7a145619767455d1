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

package io.github.mqttredis.manyclients;

import java.util.Collection;
import java.util.Scanner;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.dsl.StandardIntegrationFlow;
import org.springframework.integration.endpoint.MessageProducerSupport;
import org.springframework.integration.mqtt.core.DefaultMqttPahoClientFactory;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;
import org.springframework.integration.mqtt.core.Mqttv5ClientManager;
import org.springframework.integration.mqtt.event.MqttSubscribedEvent;
import org.springframework.integration.mqtt.inbound.MqttPahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.inbound.Mqttv5PahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.outbound.AbstractMqttMessageHandler;
import org.springframework.integration.mqtt.outbound.MqttPahoMessageHandler;
import org.springframework.integration.mqtt.outbound.Mqttv5PahoMessageHandler;
import org.springframework.integration.mqtt.support.MqttHeaders;
import org.springframework.integration.support.MessageBuilder;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.MessagingException;

/**
 * An application with many clients, as a process of its own, which says on its standard
 * output what it has published and received. Two clients of each kind come from a client
 * manager, the others are made by factories or by the components themselves.
 * <p>
 * Paho takes some tenths of a second to connect, so those others are started by a few
 * threads.
 */
@EnableAutoConfiguration
@EnableIntegration
public class ManyClientsApplication {

	/** How many each client publishes for each line on the standard input. */
	static final int MESSAGES = 10;

	private static final int STARTERS = 8;

	private final Set<Object> subscribed = ConcurrentHashMap.newKeySet();

	private final CountDownLatch all;

	ManyClientsApplication(@Value("${clients}") int clients) {
		this.all = new CountDownLatch(4 * clients);
	}

	/**
	 * Run until killed.
	 * @param arguments number of clients of each kind, name of this run, number of
	 * messages of each client, and the URI of each broker; the rest is for Spring Boot
	 */
	public static void main(String[] arguments) throws InterruptedException {
		int clients = Integer.parseInt(arguments[0]);
		ConfigurableApplicationContext context = new SpringApplicationBuilder(ManyClientsApplication.class)
			.web(WebApplicationType.NONE)
			.bannerMode(Banner.Mode.OFF)
			.initializers((starting) -> {
				for (int broker = 0; broker < 2; broker++) {
					define((GenericApplicationContext) starting, broker, arguments[1 + broker], clients);
				}
			})
			.properties("clients=" + clients)
			.run(Stream.of(arguments).skip(3).toArray(String[]::new));
		startAll(context.getBeansOfType(StandardIntegrationFlow.class).values());
		context.getBean(ManyClientsApplication.class).all.await();
		Scanner orders = new Scanner(System.in);
		while (orders.hasNextLine()) {
			String run = orders.nextLine();
			for (int broker = 0; broker < 2; broker++) {
				for (String version : new String[] { "v3", "v5" }) {
					String group = broker + "/" + version;
					new Thread(() -> publish(context, group, clients, run), group).start();
				}
			}
		}
	}

	private static void startAll(Collection<StandardIntegrationFlow> flows) throws InterruptedException {
		ExecutorService starters = Executors.newFixedThreadPool(STARTERS);
		flows.forEach((flow) -> starters.execute(flow::start));
		starters.shutdown();
		starters.awaitTermination(5, TimeUnit.MINUTES);
	}

	private static synchronized void say(String line) {
		System.out.println(line);
	}

	@EventListener
	void subscribed(MqttSubscribedEvent event) {
		if (this.subscribed.add(event.getSource())) {
			say("@subscribed");
			this.all.countDown();
		}
	}

	private static void publish(ConfigurableApplicationContext context, String group, int clients, String run) {
		for (int message = 0; message < MESSAGES; message++) {
			for (int client = 0; client < clients; client++) {
				int qos = 1 + message % 2;
				String payload = group + "/" + client + "/" + run + "/" + message + "/q" + qos;
				try {
					context.getBean(group + "/out/" + client, MessageChannel.class)
						.send(MessageBuilder.withPayload(payload).setHeader(MqttHeaders.QOS, qos).build());
					say("@returned " + payload);
				}
				catch (MessagingException ex) {
					say("@failed " + payload + " " + ex.getMessage());
				}
			}
		}
	}

	private static void define(GenericApplicationContext context, int broker, String uri, int clients) {
		MqttConnectOptions options = new MqttConnectOptions();
		options.setServerURIs(new String[] { uri });
		options.setCleanSession(false);
		options.setAutomaticReconnect(true);
		options.setMaxInflight(1000);
		DefaultMqttPahoClientFactory factory = new DefaultMqttPahoClientFactory();
		factory.setConnectionOptions(options);
		context.registerBean("factory-" + broker, DefaultMqttPahoClientFactory.class, () -> factory);
		MqttConnectionOptions options5 = new MqttConnectionOptions();
		options5.setServerURIs(new String[] { uri });
		options5.setCleanStart(false);
		options5.setSessionExpiryInterval(3600L);
		options5.setAutomaticReconnect(true);
		IntStream.range(0, clients).forEach((client) -> {
			String v3 = broker + "/v3";
			String v5 = broker + "/v5";
			if (!isManaged(client)) {
				define(context, v3, client,
						() -> new MqttPahoMessageHandler(id("v3-out", client), factory(context, broker)),
						() -> new MqttPahoMessageDrivenChannelAdapter(id("v3-in", client), factory(context, broker),
								topic("v3", client)));
				define(context, v5, client, () -> new Mqttv5PahoMessageHandler(options5, id("v5-out", client)),
						() -> text(new Mqttv5PahoMessageDrivenChannelAdapter(options5, id("v5-in", client),
								topic("v5", client)), 1));
				return;
			}
			manager3(context, v3 + "/manager/out/" + client, options, id("v3-out", client));
			manager3(context, v3 + "/manager/in/" + client, options, id("v3-in", client));
			manager5(context, v5 + "/manager/out/" + client, options5, id("v5-out", client));
			manager5(context, v5 + "/manager/in/" + client, options5, id("v5-in", client));
			define(context, v3, client,
					() -> new MqttPahoMessageHandler(
							context.getBean(v3 + "/manager/out/" + client, Mqttv3ClientManager.class)),
					() -> new MqttPahoMessageDrivenChannelAdapter(
							context.getBean(v3 + "/manager/in/" + client, Mqttv3ClientManager.class),
							topic("v3", client)));
			define(context, v5, client,
					() -> new Mqttv5PahoMessageHandler(
							context.getBean(v5 + "/manager/out/" + client, Mqttv5ClientManager.class)),
					() -> text(new Mqttv5PahoMessageDrivenChannelAdapter(
							context.getBean(v5 + "/manager/in/" + client, Mqttv5ClientManager.class),
							topic("v5", client)), 2));
		});
	}

	private static boolean isManaged(int client) {
		return client % 13 == 0;
	}

	private static DefaultMqttPahoClientFactory factory(GenericApplicationContext context, int broker) {
		return context.getBean("factory-" + broker, DefaultMqttPahoClientFactory.class);
	}

	/**
	 * The same at both brokers.
	 */
	private static String id(String kind, int client) {
		return kind + "-" + client;
	}

	private static String topic(String version, int client) {
		return "down/" + version + "/" + client;
	}

	private static Mqttv5PahoMessageDrivenChannelAdapter text(Mqttv5PahoMessageDrivenChannelAdapter adapter, int qos) {
		adapter.setPayloadType(String.class);
		adapter.setQos(qos);
		return adapter;
	}

	private static void manager3(GenericApplicationContext context, String name, MqttConnectOptions options,
			String id) {
		context.registerBean(name, Mqttv3ClientManager.class, () -> new Mqttv3ClientManager(options, id));
	}

	private static void manager5(GenericApplicationContext context, String name, MqttConnectionOptions options,
			String id) {
		context.registerBean(name, Mqttv5ClientManager.class, () -> new Mqttv5ClientManager(options, id));
	}

	private static void define(GenericApplicationContext context, String group, int client,
			Supplier<AbstractMqttMessageHandler<?, ?>> out, Supplier<MessageProducerSupport> in) {
		boolean managed = isManaged(client);
		String up = "up/" + group.substring(group.indexOf('/') + 1) + "/" + client;
		context.registerBean(group + "/publish/" + client, IntegrationFlow.class, () -> {
			AbstractMqttMessageHandler<?, ?> handler = out.get();
			handler.setAsync(true);
			handler.setDefaultTopic(up);
			return IntegrationFlow.from(group + "/out/" + client)
				.handle(handler, (endpoint) -> endpoint.autoStartup(managed))
				.get();
		});
		context.registerBean(group + "/receive/" + client, IntegrationFlow.class, () -> {
			MessageProducerSupport adapter = in.get();
			adapter.setAutoStartup(managed);
			return IntegrationFlow.from(adapter).handle((payload, headers) -> {
				say("@received " + group + "/" + client + " " + payload);
				return null;
			}).get();
		});
	}

}
