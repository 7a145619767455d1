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

package io.github.mqttredis.actuate;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * A stored MQTT session with a page of its records.
 *
 * @param session the session
 * @param records the records
 * @param next the cursor of the next page, {@code null} after the last one
 * @since 0.1.0
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SessionRecordsDescriptor(SessionDescriptor session, List<RecordDescriptor> records,
		@Nullable String next) implements OperationResponseBody {

}
