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

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import org.springframework.boot.health.actuate.endpoint.StatusAggregator;
import org.springframework.boot.health.contributor.Status;

/**
 * Tells the first of several statuses in an order. Spring Boot has one too, but not under
 * a name that both 4.0 and the versions after 4.2 know.
 */
final class OrderedStatusAggregator implements StatusAggregator {

	private final List<String> order;

	/**
	 * Create the aggregator.
	 * @param order the codes of the statuses, the worst first; as in Spring Boot's
	 * properties, only their letters and digits count
	 */
	OrderedStatusAggregator(List<String> order) {
		this.order = order.stream().map(OrderedStatusAggregator::uniform).toList();
	}

	@Override
	public Status getAggregateStatus(Set<Status> statuses) {
		return statuses.stream()
			.filter((status) -> rank(status) >= 0)
			.min(Comparator.comparingInt(this::rank).thenComparing(Status::getCode))
			.orElse(Status.UNKNOWN);
	}

	private int rank(Status status) {
		return this.order.indexOf(uniform(status.getCode()));
	}

	private static String uniform(String code) {
		return code.replaceAll("[^\\p{L}\\d]", "").toLowerCase(Locale.ROOT);
	}

}
