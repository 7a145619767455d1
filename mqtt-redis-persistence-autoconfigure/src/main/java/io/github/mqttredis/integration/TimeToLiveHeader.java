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

package io.github.mqttredis.integration;

import java.time.Duration;
import java.util.Map;

import io.github.mqttredis.paho.v3.ExpiringMqttMessage;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.PriorityOrdered;
import org.springframework.integration.mapping.HeaderMapper;
import org.springframework.integration.mqtt.outbound.MqttPahoMessageHandler;
import org.springframework.integration.mqtt.outbound.Mqttv5PahoMessageHandler;
import org.springframework.integration.mqtt.support.MqttHeaders;
import org.springframework.integration.mqtt.support.MqttMessageConverter;
import org.springframework.integration.support.AbstractIntegrationMessageBuilder;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageHeaders;

/**
 * Has outbound handlers read how long a message may wait for the broker from a header:
 * {@value #NAME}, a {@link Duration} or a number of seconds. With MQTT 5 that is the
 * message's Message Expiry Interval, which the broker learns as well.
 * <p>
 * What reads it runs first, so that no proxy hides a handler from it.
 *
 * @since 0.1.0
 */
public final class TimeToLiveHeader {

	/** The name of the header. */
	public static final String NAME = MqttHeaders.PREFIX + "timeToLive";

	private TimeToLiveHeader() {
	}

	private static @Nullable Duration read(MessageHeaders headers) {
		Object value = headers.get(NAME);
		Duration time = (value instanceof Number seconds) ? Duration.ofMillis((long) (seconds.doubleValue() * 1000))
				: (value instanceof Duration duration) ? duration : null;
		if (value != null && (time == null || time.isNegative())) {
			throw new IllegalArgumentException("The header " + NAME + " must be a Duration or a number of seconds, not "
					+ value.getClass().getName() + " '" + value + "'");
		}
		return time;
	}

	/** Serves handlers for MQTT 3.1.1. */
	public static final class Version3 implements BeanPostProcessor, PriorityOrdered {

		@Override
		public int getOrder() {
			return HIGHEST_PRECEDENCE;
		}

		@Override
		public Object postProcessAfterInitialization(Object bean, String beanName) {
			if (bean instanceof MqttPahoMessageHandler handler
					&& ComponentFields.field(handler, "converter") instanceof MqttMessageConverter converter) {
				handler.setConverter(new ExpiringConverter(converter));
			}
			return bean;
		}

	}

	/** Serves handlers for MQTT 5. */
	public static final class Version5 implements BeanPostProcessor, PriorityOrdered {

		@Override
		public int getOrder() {
			return HIGHEST_PRECEDENCE;
		}

		@Override
		@SuppressWarnings("unchecked")
		public Object postProcessAfterInitialization(Object bean, String beanName) {
			if (bean instanceof Mqttv5PahoMessageHandler handler
					&& ComponentFields.field(handler, "headerMapper") instanceof HeaderMapper<?> mapper) {
				handler.setHeaderMapper(new ExpiringMapper((HeaderMapper<MqttProperties>) mapper));
			}
			return bean;
		}

	}

	private record ExpiringConverter(MqttMessageConverter delegate) implements MqttMessageConverter {

		@Override
		public @Nullable Object fromMessage(Message<?> message, Class<?> targetClass) {
			Object converted = this.delegate.fromMessage(message, targetClass);
			Duration time = read(message.getHeaders());
			return (time != null && converted instanceof MqttMessage mqtt) ? new ExpiringMqttMessage(mqtt, time)
					: converted;
		}

		@Override
		public @Nullable Message<?> toMessage(Object payload, @Nullable MessageHeaders headers) {
			return this.delegate.toMessage(payload, headers);
		}

		@Override
		public @Nullable Message<?> toMessage(@Nullable String topic, MqttMessage message) {
			return this.delegate.toMessage(topic, message);
		}

		@Override
		public @Nullable AbstractIntegrationMessageBuilder<?> toMessageBuilder(@Nullable String topic,
				MqttMessage message) {
			return this.delegate.toMessageBuilder(topic, message);
		}

	}

	private record ExpiringMapper(HeaderMapper<MqttProperties> delegate) implements HeaderMapper<MqttProperties> {

		@Override
		public void fromHeaders(MessageHeaders headers, MqttProperties target) {
			this.delegate.fromHeaders(headers, target);
			Duration time = read(headers);
			if (time != null && !time.isZero()) {
				// In whole seconds, and 0 would be at once (MQTT 5, 3.3.2.3.3).
				target.setMessageExpiryInterval(Math.max(1, time.plusMillis(999).toSeconds()));
			}
		}

		@Override
		public Map<String, Object> toHeaders(MqttProperties source) {
			return this.delegate.toHeaders(source);
		}

	}

}
