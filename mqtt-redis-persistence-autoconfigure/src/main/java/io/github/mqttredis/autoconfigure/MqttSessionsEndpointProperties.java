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

import java.util.Set;

import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What the endpoint of stored MQTT sessions shows.
 *
 * @param showPayloads When to show the payloads of stored messages.
 * @param roles Roles used to determine whether a user is authorized to be shown payloads.
 * When empty, all authenticated users are authorized.
 */
@ConfigurationProperties("management.endpoint.mqttsessions")
record MqttSessionsEndpointProperties(@DefaultValue("never") Show showPayloads, @DefaultValue Set<String> roles) {

}
