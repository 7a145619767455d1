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

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

import io.github.mqttredis.integration.PahoV3PersistenceFactory;
import io.github.mqttredis.integration.PahoV5PersistenceFactory;
import io.github.mqttredis.integration.UndeliveredMessageRelay;
import io.github.mqttredis.paho.MessageObserver;
import io.github.mqttredis.paho.PahoMembers;
import io.github.mqttredis.paho.v3.SessionMqttClientPersistence;
import io.github.mqttredis.session.FormerStore;
import io.github.mqttredis.session.MqttUndeliveredMessageEvent;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.SessionStore;
import org.eclipse.paho.client.mqttv3.MqttClientPersistence;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.PropertyMapper;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.util.Assert;
import org.springframework.util.StringUtils;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for a Paho client: its own
 * persistence, unless Paho keeps sessions itself, and connect options from
 * {@code mqtt.client.*}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = MqttRedisPersistenceAutoConfiguration.class)
@Conditional(MqttClientAutoConfiguration.OnStoreOrNoneCondition.class)
@EnableConfigurationProperties({ MqttPersistenceProperties.class, MqttClientProperties.class })
public final class MqttClientAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(MqttConnectionDetails.class)
	PropertiesMqttConnectionDetails mqttConnectionDetails(MqttClientProperties properties,
			ObjectProvider<SslBundles> sslBundles) {
		return new PropertiesMqttConnectionDetails(properties, sslBundles.getIfAvailable());
	}

	@Bean
	@ConditionalOnBooleanProperty(name = MqttPersistenceProperties.ENABLED, matchIfMissing = true)
	UndeliveredMessageRelay mqttUndeliveredMessageRelay(MqttPersistenceProperties properties,
			ObjectProvider<SessionStore> store, BeanFactory beans, ApplicationEventPublisher publisher) {
		List<Consumer<MqttUndeliveredMessageEvent>> takers = new ArrayList<>();
		String channel = properties.undelivered().channel();
		if (StringUtils.hasText(channel)) {
			takers.add(new UndeliveredMessageRelay.ToChannel(beans, channel));
		}
		if (properties.undelivered().events()) {
			takers.add(publisher::publishEvent);
		}
		return new UndeliveredMessageRelay(store::getIfAvailable, takers);
	}

	private static String @Nullable [] serverUris(MqttConnectionDetails details) {
		List<String> uris = details.getServerUris();
		return uris.isEmpty() ? null : uris.toArray(String[]::new);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MqttConnectOptions.class)
	static class Version3 {

		@Bean
		@ConditionalOnBooleanProperty(name = MqttPersistenceProperties.ENABLED, matchIfMissing = true)
		@ConditionalOnMissingBean
		PahoV3PersistenceFactory pahoV3PersistenceFactory(SessionStore store, MqttPersistenceProperties properties,
				ObjectProvider<MessageObserver> observer, UndeliveredMessageRelay undelivered) {
			PahoMembers.of(MqttVersion.V3);
			FormerStore formerStore = properties.formerStore();
			return () -> {
				SessionMqttClientPersistence persistence = new SessionMqttClientPersistence(store,
						properties.brokerId(), properties.offlineBuffer().settings(), formerStore);
				persistence.observe(observer.getIfAvailable());
				persistence.handUndelivered(undelivered);
				return persistence;
			};
		}

		@Bean
		@Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
		@ConditionalOnBooleanProperty(name = MqttPersistenceProperties.ENABLED, matchIfMissing = true)
		@ConditionalOnMissingBean(MqttClientPersistence.class)
		SessionMqttClientPersistence mqttClientPersistence(PahoV3PersistenceFactory persistences) {
			return persistences.create();
		}

		@Bean
		@ConditionalOnMissingBean
		MqttConnectOptions mqttConnectOptions(MqttClientProperties properties, MqttConnectionDetails details,
				ObjectProvider<MqttConnectOptionsCustomizer> customizers) {
			MqttConnectOptions options = new MqttConnectOptions();
			PropertyMapper map = PropertyMapper.get();
			map.from(serverUris(details)).to(options::setServerURIs);
			map.from(details::getUsername).whenHasText().to(options::setUserName);
			map.from(details::getPassword).as(String::toCharArray).to(options::setPassword);
			map.from(details::getSslBundle).as(SslBundleSocketFactory::new).to(options::setSocketFactory);
			map.from(properties::keepAlive).asInt(Duration::toSeconds).to(options::setKeepAliveInterval);
			map.from(properties::connectionTimeout).asInt(Duration::toSeconds).to(options::setConnectionTimeout);
			map.from(properties::automaticReconnect).to(options::setAutomaticReconnect);
			map.from(properties::cleanSession).to(options::setCleanSession);
			map.from(properties::maxInflight).to(options::setMaxInflight);
			map.from(properties::will)
				.to((will) -> options.setWill(will.topic(), bytes(will.payload()), will.qos(), will.retained()));
			customizers.orderedStream().forEach((customizer) -> customizer.customize(options));
			return options;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MqttConnectionOptions.class)
	static class Version5 {

		@Bean
		@ConditionalOnBooleanProperty(name = MqttPersistenceProperties.ENABLED, matchIfMissing = true)
		@ConditionalOnMissingBean
		PahoV5PersistenceFactory pahoV5PersistenceFactory(SessionStore store, MqttPersistenceProperties properties,
				ObjectProvider<MessageObserver> observer, UndeliveredMessageRelay undelivered) {
			PahoMembers.of(MqttVersion.V5);
			FormerStore formerStore = properties.formerStore();
			return (serverUri) -> {
				var persistence = new io.github.mqttredis.paho.v5.SessionMqttClientPersistence(store, serverUri,
						properties.brokerId(), properties.offlineBuffer().settings(), formerStore);
				persistence.observe(observer.getIfAvailable());
				persistence.handUndelivered(undelivered);
				return persistence;
			};
		}

		@Bean
		@Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
		@ConditionalOnBooleanProperty(name = MqttPersistenceProperties.ENABLED, matchIfMissing = true)
		@ConditionalOnMissingBean(org.eclipse.paho.mqttv5.client.MqttClientPersistence.class)
		io.github.mqttredis.paho.v5.SessionMqttClientPersistence mqttv5ClientPersistence(
				PahoV5PersistenceFactory persistences, MqttPersistenceProperties persistence,
				MqttConnectionDetails details) {
			Assert.state(persistence.brokerId() != null || !details.getServerUris().isEmpty(),
					"Set mqtt.client.server-uris or mqtt.persistence.broker-id: the broker is part of the session's "
							+ "name, and Paho 5 does not tell a persistence which broker its client uses");
			return persistences.create(details.getServerUris().isEmpty() ? "" : details.getServerUris().get(0));
		}

		@Bean
		@ConditionalOnMissingBean
		MqttConnectionOptions mqttConnectionOptions(MqttClientProperties properties, MqttConnectionDetails details,
				ObjectProvider<MqttConnectionOptionsCustomizer> customizers) {
			MqttConnectionOptions options = new MqttConnectionOptions();
			PropertyMapper map = PropertyMapper.get();
			map.from(serverUris(details)).to(options::setServerURIs);
			map.from(details::getUsername).whenHasText().to(options::setUserName);
			map.from(details::getPassword).as(MqttClientAutoConfiguration::bytes).to(options::setPassword);
			map.from(details::getSslBundle).as(SslBundleSocketFactory::new).to(options::setSocketFactory);
			map.from(properties::keepAlive).asInt(Duration::toSeconds).to(options::setKeepAliveInterval);
			map.from(properties::connectionTimeout).asInt(Duration::toSeconds).to(options::setConnectionTimeout);
			map.from(properties::automaticReconnect).to(options::setAutomaticReconnect);
			map.from(properties::cleanSession).to(options::setCleanStart);
			map.from(properties::sessionExpiry).as(Duration::toSeconds).to(options::setSessionExpiryInterval);
			map.from(properties::will)
				.to((will) -> options.setWill(will.topic(),
						new MqttMessage(bytes(will.payload()), will.qos(), will.retained(), new MqttProperties())));
			customizers.orderedStream().forEach((customizer) -> customizer.customize(options));
			return options;
		}

	}

	/** Matches if there is a store for sessions, or none is to be used. */
	static class OnStoreOrNoneCondition extends AnyNestedCondition {

		OnStoreOrNoneCondition() {
			super(ConfigurationPhase.REGISTER_BEAN);
		}

		@ConditionalOnBooleanProperty(name = MqttPersistenceProperties.ENABLED, matchIfMissing = true)
		@ConditionalOnBean(SessionStore.class)
		static class Store {

		}

		@ConditionalOnBooleanProperty(name = MqttPersistenceProperties.ENABLED, havingValue = false)
		static class None {

		}

	}

	record PropertiesMqttConnectionDetails(MqttClientProperties properties,
			@Nullable SslBundles sslBundles) implements MqttConnectionDetails {

		@Override
		public List<String> getServerUris() {
			return this.properties.serverUris();
		}

		@Override
		public @Nullable String getUsername() {
			return this.properties.username();
		}

		@Override
		public @Nullable String getPassword() {
			return this.properties.password();
		}

		@Override
		public @Nullable SslBundle getSslBundle() {
			String name = this.properties.sslBundle();
			return StringUtils.hasText(name)
					? SslBundleSocketFactory.findBundle(this.sslBundles, "mqtt.client.ssl-bundle", name) : null;
		}

	}

	/**
	 * Makes sockets as an {@link SslBundle} says: with its key and trust material, and
	 * with its ciphers and protocols, which an SSL context alone does not carry.
	 */
	static final class SslBundleSocketFactory extends SSLSocketFactory {

		private final SSLSocketFactory delegate;

		private final SslOptions options;

		SslBundleSocketFactory(SslBundle bundle) {
			this.delegate = bundle.createSslContext().getSocketFactory();
			this.options = bundle.getOptions();
		}

		/** Find the bundle that a property names. */
		static SslBundle findBundle(@Nullable SslBundles bundles, String property, String name) {
			if (bundles == null || !bundles.getBundleNames().contains(name)) {
				throw new InvalidConfigurationPropertyValueException(property, name,
						"There is no such SSL bundle. Define it with spring.ssl.bundle.pem or spring.ssl.bundle.jks.");
			}
			return bundles.getBundle(name);
		}

		private Socket configure(Socket socket) {
			if (socket instanceof SSLSocket sslSocket) {
				PropertyMapper map = PropertyMapper.get();
				map.from(this.options::getCiphers).to(sslSocket::setEnabledCipherSuites);
				map.from(this.options::getEnabledProtocols).to(sslSocket::setEnabledProtocols);
			}
			return socket;
		}

		@Override
		public String[] getDefaultCipherSuites() {
			return this.delegate.getDefaultCipherSuites();
		}

		@Override
		public String[] getSupportedCipherSuites() {
			return this.delegate.getSupportedCipherSuites();
		}

		@Override
		public Socket createSocket() throws IOException {
			return configure(this.delegate.createSocket());
		}

		@Override
		public Socket createSocket(Socket socket, String host, int port, boolean autoClose) throws IOException {
			return configure(this.delegate.createSocket(socket, host, port, autoClose));
		}

		@Override
		public Socket createSocket(String host, int port) throws IOException {
			return configure(this.delegate.createSocket(host, port));
		}

		@Override
		public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
			return configure(this.delegate.createSocket(host, port, localHost, localPort));
		}

		@Override
		public Socket createSocket(InetAddress host, int port) throws IOException {
			return configure(this.delegate.createSocket(host, port));
		}

		@Override
		public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort)
				throws IOException {
			return configure(this.delegate.createSocket(host, port, localHost, localPort));
		}

	}

}
