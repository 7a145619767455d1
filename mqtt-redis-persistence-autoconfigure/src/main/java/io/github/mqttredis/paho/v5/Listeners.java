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

package io.github.mqttredis.paho.v5;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

import org.eclipse.paho.mqttv5.client.IMqttMessageListener;
import org.eclipse.paho.mqttv5.common.util.MqttTopicValidator;
import org.jspecify.annotations.Nullable;

/**
 * The listeners that an application gave its subscriptions. Stands in for Paho's tables,
 * which are plain hash maps ({@code CommsCallback}): Paho looks through them while it
 * hands a message over, and a subscription that another thread makes then ends the link
 * with a {@code ConcurrentModificationException}, and is missing. Needs no lock: nothing
 * is held while a listener runs, which may wait for whoever subscribes.
 */
final class Listeners {

	private final Map<String, Listener> byFilter = new ConcurrentHashMap<>();

	/**
	 * Set or remove the listener of a subscription.
	 * @param filter its topic filter
	 * @param listener the listener, {@code null} for none
	 * @param identifier the subscription's identifier (3.8.2.1.2), {@code null} for none
	 * @return puts back what was there before
	 * @throws IllegalArgumentException if that is no topic filter
	 */
	Runnable set(String filter, @Nullable IMqttMessageListener listener, @Nullable Integer identifier) {
		MqttTopicValidator.validate(filter, true, true);
		Listener before = put(filter, (listener != null) ? new Listener(filter, listener, identifier) : null);
		return () -> put(filter, before);
	}

	private @Nullable Listener put(String filter, @Nullable Listener listener) {
		return (listener != null) ? this.byFilter.put(filter, listener) : this.byFilter.remove(filter);
	}

	/**
	 * Return who takes a message.
	 * @param topic its topic
	 * @param identifiers what the broker says which subscriptions it is for
	 * @return the listeners of these, or else those whose filter matches
	 */
	List<IMqttMessageListener> of(String topic, List<Integer> identifiers) {
		List<IMqttMessageListener> named = find(
				(listener) -> listener.identifier != null && identifiers.contains(listener.identifier));
		return !named.isEmpty() ? named : find((listener) -> MqttTopicValidator.isMatched(listener.filter, topic));
	}

	private List<IMqttMessageListener> find(Predicate<Listener> condition) {
		return this.byFilter.values().stream().filter(condition).map(Listener::delegate).toList();
	}

	boolean isEmpty() {
		return this.byFilter.isEmpty();
	}

	private record Listener(String filter, IMqttMessageListener delegate, @Nullable Integer identifier) {

	}

}
