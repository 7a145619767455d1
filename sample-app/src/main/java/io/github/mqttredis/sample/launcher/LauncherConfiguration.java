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

package io.github.mqttredis.sample.launcher;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;

import io.github.mqttredis.sample.launcher.LauncherOptions.Store;
import io.github.mqttredis.sample.launcher.LauncherOptions.Task;
import io.github.mqttredis.sample.launcher.demo.LongOutage;
import io.github.mqttredis.sample.launcher.demo.OutageApplication;
import io.github.mqttredis.sample.launcher.demo.Soak;
import io.github.mqttredis.sample.launcher.page.LivePage;
import io.github.mqttredis.sample.launcher.page.LivePage.Servers;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.SessionId;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * The servers and the gateway that the launcher supervises; they stop in the opposite
 * order.
 *
 * <p>
 * No stereotype annotation, see the package.
 */
@ImportAutoConfiguration({ SslAutoConfiguration.class, DataRedisAutoConfiguration.class })
class LauncherConfiguration {

	/**
	 * How long each direction of the link takes in the crash demo and the soak: long
	 * enough to keep hundreds of messages in flight.
	 */
	static final Duration LATENCY = Duration.ofMillis(300);

	@Bean
	LauncherOptions launcherOptions(ApplicationArguments arguments) {
		return LauncherOptions.of(arguments);
	}

	@Bean
	Settings settings(Environment environment) {
		return new Settings(environment);
	}

	@Bean
	DataDirectory dataDirectory() {
		return new DataDirectory();
	}

	@Bean
	@Conditional(NotConfigured.Redis.class)
	EmbeddedRedis embeddedRedis(DataDirectory directory, LauncherOptions options) {
		return new EmbeddedRedis(directory.subdirectory("redis"), options.task() == Task.SOAK);
	}

	@Bean
	@Conditional(NotConfigured.Redis.class)
	DataRedisConnectionDetails redisConnectionDetails(EmbeddedRedis redis) {
		return new DataRedisConnectionDetails() {

			@Override
			public Standalone getStandalone() {
				return Standalone.of(EmbeddedRedis.HOST, redis.port());
			}

		};
	}

	@Bean
	@Conditional(NotConfigured.MqttBroker.class)
	EmbeddedBroker embeddedBroker(DataDirectory directory) {
		return new EmbeddedBroker(directory.subdirectory("broker"), OutageApplication.topics());
	}

	@Bean
	Broker broker(Settings settings, ObjectProvider<EmbeddedBroker> embedded) {
		EmbeddedBroker broker = embedded.getIfAvailable();
		return (broker != null) ? new Broker(List.of(broker.uri()), null, null) : settings.broker();
	}

	@Bean
	DeliveryObserver deliveryObserver(Broker broker, ObjectProvider<EmbeddedBroker> embedded) {
		EmbeddedBroker own = embedded.getIfAvailable();
		return new DeliveryObserver((own != null) ? new Broker(List.of(own.observerUri()), null, null) : broker);
	}

	@Bean
	@Lazy
	SlowLink slowLink(Broker broker) {
		return new SlowLink(broker.uri(), LATENCY);
	}

	@Bean(defaultCandidate = false)
	@Lazy
	SlowLink redisLink(ObjectProvider<EmbeddedRedis> redis) {
		EmbeddedRedis own = own(redis, "--soak kills Redis", "spring.data.redis.*");
		return new SlowLink("tcp://" + EmbeddedRedis.HOST + ":" + own.port(), Duration.ZERO);
	}

	@Bean
	GatewaySettings gatewaySettings(LauncherOptions options, Settings settings, ApplicationArguments arguments,
			Broker broker, ObjectProvider<SlowLink> link, @Qualifier("redisLink") ObjectProvider<SlowLink> redisLink,
			ObjectProvider<EmbeddedRedis> redis, DataDirectory directory) {
		GatewayArguments gateway = new GatewayArguments(settings, LauncherOptions.forGateway(arguments));
		redis.ifAvailable(gateway::embeddedRedis);
		boolean linked = EnumSet.of(Task.CRASH_DEMO, Task.SOAK).contains(options.task());
		gateway.broker(linked ? List.of(link.getObject().uri()) : broker.uris());
		switch (options.task()) {
			case CRASH_DEMO -> gateway.crashDemo(options.store() == Store.MEMORY);
			case LONG_OUTAGE -> gateway.longOutage(options.messages(), directory.subdirectory("notes"));
			case SOAK -> gateway.soak(redisLink.getObject().port());
			case SHOW -> gateway.page();
		}
		return gateway.toSettings(options.task() == Task.SHOW);
	}

	@Bean
	@Lazy
	Gateway gateway(GatewaySettings settings) {
		return new Gateway(settings);
	}

	@Bean
	@Lazy
	InflightReader inflightReader(StringRedisTemplate redis, Settings settings, SlowLink link) {
		return new InflightReader(redis, InflightReader.key(settings.keyPrefix(), settings.clientId(),
				settings.brokerId(link.uri()), MqttVersion.V3));
	}

	@Bean
	@Lazy
	LongOutage longOutage(LauncherOptions options, Gateway gateway, StringRedisTemplate redis, Settings settings,
			Broker broker, ObjectProvider<EmbeddedBroker> embedded, DeliveryObserver observer,
			DataDirectory directory) {
		EmbeddedBroker own = own(embedded, "--long-outage turns the broker off", Settings.SERVER_URIS);
		InflightReader inflight = new InflightReader(redis, InflightReader.key(settings.keyPrefix(),
				settings.clientId(), settings.brokerId(broker.uri()), MqttVersion.V5));
		return new LongOutage(options, gateway, inflight, observer, own, directory.subdirectory("notes"));
	}

	private static <T> T own(ObjectProvider<T> embedded, String why, String property) {
		T own = embedded.getIfAvailable();
		if (own == null) {
			throw new LauncherException(why + ", so it must be the launcher's own: leave " + property + " out");
		}
		return own;
	}

	@Bean
	@Lazy
	Soak soak(LauncherOptions options, Gateway gateway, InflightReader inflight, DeliveryObserver observer,
			EmbeddedRedis redis, @Qualifier("redisLink") SlowLink redisLink, ObjectProvider<EmbeddedBroker> embedded,
			SlowLink link) {
		EmbeddedBroker own = own(embedded, "--soak turns the broker off", Settings.SERVER_URIS);
		return new Soak(options, gateway, inflight, observer, new SoakMeans(gateway, redis, redisLink, own, link)::of);
	}

	@Bean
	@Lazy
	LivePage livePage(GatewaySettings gateway, DeliveryObserver observer, Settings settings, Broker broker,
			RedisConnectionFactory connectionFactory, ObjectProvider<EmbeddedRedis> redis,
			ObjectProvider<EmbeddedBroker> embedded) {
		SessionId session = SessionId.ofUri(settings.clientId(), settings.brokerId(broker.uri()), MqttVersion.V3);
		return new LivePage(gateway, observer, new Servers(connectionFactory, settings.keyPrefix(), session,
				redis.getIfAvailable(), embedded.getIfAvailable()), settings.pagePort());
	}

}
