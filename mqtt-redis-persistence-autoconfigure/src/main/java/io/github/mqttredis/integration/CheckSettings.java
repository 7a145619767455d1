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

import org.jspecify.annotations.Nullable;

/**
 * What the checks of MQTT components go by.
 *
 * @param inject whether the components of the application are given a persistence
 * @param excluded the beans that are left alone
 * @param cleanSession what to do where a session is stored and thrown away
 * @param sessionExpiry how long Redis keeps a session that nobody owns, {@code null} for
 * ever
 * @param brokerId the broker's name in stored sessions, {@code null} where it is the URI
 * @since 0.1.0
 */
public record CheckSettings(boolean inject, ExcludedBeans excluded, CleanSessionPolicy cleanSession,
		@Nullable Duration sessionExpiry, @Nullable String brokerId) {

}
