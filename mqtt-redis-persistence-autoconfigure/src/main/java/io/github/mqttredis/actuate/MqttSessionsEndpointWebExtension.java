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

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionInUseException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * {@link EndpointWebExtension @EndpointWebExtension} that knows who asks, and answers
 * with a status: 404 where there is no such session, 409 where somebody owns it, 503
 * where Redis does not answer.
 *
 * @since 0.1.0
 */
@EndpointWebExtension(endpoint = MqttSessionsEndpoint.class)
public class MqttSessionsEndpointWebExtension {

	private static final int CONFLICT = 409;

	private static final Object DONE = new Object();

	private final MqttSessionsEndpoint endpoint;

	/**
	 * Create the extension.
	 * @param endpoint the endpoint
	 */
	public MqttSessionsEndpointWebExtension(MqttSessionsEndpoint endpoint) {
		this.endpoint = endpoint;
	}

	/**
	 * List sessions.
	 * @param cursor the cursor of the page, none for the first one
	 * @param limit how many sessions the page is to have, about
	 * @return the sessions
	 */
	@ReadOperation
	public WebEndpointResponse<Object> sessions(@Nullable String cursor, @Nullable Integer limit) {
		return respond(() -> this.endpoint.readSessions(cursor, limit));
	}

	/**
	 * Show a session and a page of its records.
	 * @param security who asks
	 * @param id the id that the list of sessions gives it
	 * @param cursor the cursor of the page, none for the first one
	 * @param limit how many records the page is to have, about
	 * @param quarantine whether to show those in quarantine in place of the others
	 * @return the session
	 */
	@ReadOperation
	public WebEndpointResponse<Object> session(SecurityContext security, @Selector String id, @Nullable String cursor,
			@Nullable Integer limit, @Nullable Boolean quarantine) {
		return respond(() -> this.endpoint.readSession(security, id, cursor, limit, quarantine));
	}

	/**
	 * Delete a session that nobody owns.
	 * @param id the id that the list of sessions gives it
	 * @return nothing, or why it was not deleted
	 */
	@DeleteOperation
	public WebEndpointResponse<Object> delete(@Selector String id) {
		return respond(() -> this.endpoint.deleteSession(id) ? DONE : null);
	}

	/**
	 * Send a message again that is in quarantine.
	 * @param id the id that the list of sessions gives its session
	 * @param record the key of its record in quarantine, or the beginning of it
	 * @return nothing, or why it is not sent
	 */
	@WriteOperation
	public WebEndpointResponse<Object> requeue(@Selector String id, @Selector String record) {
		return respond(() -> this.endpoint.requeueRecord(id, record) ? DONE : null);
	}

	/**
	 * Remove one record.
	 * @param id the id that the list of sessions gives its session
	 * @param record its key
	 * @param quarantine whether it is in quarantine
	 * @return nothing, or why it was not removed
	 */
	@DeleteOperation
	public WebEndpointResponse<Object> discard(@Selector String id, @Selector String record,
			@Nullable Boolean quarantine) {
		return respond(() -> this.endpoint.discardRecord(id, record, quarantine) ? DONE : null);
	}

	/**
	 * Delete the sessions that nobody owns, and that nobody was seen to own for a time.
	 * @param olderThan the time, at least a minute
	 * @return what was deleted
	 */
	@DeleteOperation
	public WebEndpointResponse<Object> sweep(Duration olderThan) {
		return respond(() -> this.endpoint.sweepSessions(olderThan));
	}

	private static WebEndpointResponse<Object> respond(MqttSessionsEndpoint.Action<@Nullable Object> action) {
		try {
			Object result = action.run();
			if (result == null) {
				return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
			}
			return (result == DONE) ? new WebEndpointResponse<>(WebEndpointResponse.STATUS_NO_CONTENT)
					: new WebEndpointResponse<>(result);
		}
		catch (SessionInUseException ex) {
			Map<String, Object> body = error(ex);
			body.put("owner", ex.owner());
			body.put("leaseRemaining", ex.remaining().toMillis());
			return new WebEndpointResponse<>(body, CONFLICT);
		}
		catch (SessionException ex) {
			return new WebEndpointResponse<>(error(ex), WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
		}
	}

	private static Map<String, Object> error(SessionException ex) {
		Map<String, Object> body = new LinkedHashMap<>();
		body.put("error", String.valueOf(ex.getMessage()));
		return body;
	}

}
