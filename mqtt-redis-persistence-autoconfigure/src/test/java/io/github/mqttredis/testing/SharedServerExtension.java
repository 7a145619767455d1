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

package io.github.mqttredis.testing;

import java.util.Map;
import java.util.function.Supplier;

import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

import org.springframework.util.ReflectionUtils;

/**
 * Starts the servers of the fields with {@link SharedServer}. They are closed with the
 * store of the class.
 */
final class SharedServerExtension implements BeforeAllCallback {

	private static final Map<Class<?>, Supplier<AutoCloseable>> STARTS = Map.of(ArtemisBroker.class,
			ArtemisBroker::start, MosquittoBroker.class, MosquittoBroker::start, RedisServer.class, RedisServer::start,
			RedisCluster.class, RedisCluster::start);

	private static final Namespace SERVERS = Namespace.create(SharedServerExtension.class);

	@Override
	public void beforeAll(ExtensionContext context) {
		ReflectionUtils.doWithFields(context.getRequiredTestClass(), (field) -> {
			AutoCloseable server = STARTS.get(field.getType()).get();
			context.getStore(SERVERS).put(field, server);
			ReflectionUtils.makeAccessible(field);
			field.set(null, server);
		}, (field) -> field.isAnnotationPresent(SharedServer.class));
	}

}
