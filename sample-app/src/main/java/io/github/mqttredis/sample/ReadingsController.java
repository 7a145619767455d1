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

package io.github.mqttredis.sample;

import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

import org.eclipse.paho.client.mqttv3.MqttException;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.messaging.MessagingException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * The HTTP endpoint that publishes readings.
 */
@RestController
class ReadingsController {

	private final Readings readings;

	ReadingsController(Readings readings) {
		this.readings = readings;
	}

	@PostMapping("/readings")
	@ResponseStatus(HttpStatus.ACCEPTED)
	Accepted publish(@RequestBody NewReading body, @RequestParam(defaultValue = "1") int qos) throws MqttException {
		if (qos < 0 || qos > 2) {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "qos must be 0, 1 or 2");
		}
		Reading reading = body.toReading();
		this.readings.publish(reading, qos);
		return new Accepted(reading.id());
	}

	@ExceptionHandler({ MqttException.class, MessagingException.class })
	ProblemDetail notAccepted(Exception failure) {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE,
				"Not accepted: " + failure.getMessage() + ". The outcome is unknown; a retry may duplicate it.");
		problem.setTitle("Reading not accepted");
		return problem;
	}

	/**
	 * The body of a request.
	 *
	 * @param id tells this reading from every other; made up if there is none
	 * @param sensor the sensor
	 * @param value the value, in degrees Celsius
	 */
	record NewReading(@Nullable String id, @Nullable String sensor, double value) {

		Reading toReading() {
			return new Reading(Objects.requireNonNullElseGet(this.id, () -> UUID.randomUUID().toString()),
					Objects.requireNonNullElse(this.sensor, "http"), this.value, Instant.now());
		}

	}

	/**
	 * The body of an answer: the reading is in the store.
	 *
	 * @param id the id of the reading
	 */
	record Accepted(String id) {

	}

}
