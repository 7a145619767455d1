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
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.mqttredis.integration.IntegrationSettings.CleanSessionPolicy;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.session.SessionUnavailableException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.integration.mqtt.core.MqttComponent;
import org.springframework.util.StringUtils;

/**
 * Checks the application's MQTT components, and reports once for each what makes its
 * stored session useless. Findings about the components are reported before any of them
 * starts, because a connect can remove a stored session. Findings that need the store are
 * reported when the store has started. Components that are added later are checked before
 * they start.
 *
 * @since 0.1.0
 */
public final class ComponentChecker implements SmartInitializingSingleton, ApplicationListener<ContextRefreshedEvent> {

	private static final Log logger = LogFactory.getLog(ComponentChecker.class);

	private static final Duration SHORTEST_EXPIRY = Duration.ofMinutes(1);

	/** Paho's default, of version 3 alone. */
	private static final int SMALL_WINDOW = 10;

	private final ConfigurableListableBeanFactory beanFactory;

	private final List<PahoVersion> versions;

	private final IntegrationSettings settings;

	private final CopyOnWriteArrayList<Finding> findings = new CopyOnWriteArrayList<>();

	private final SessionStore store;

	/** Beans without their proxies; weak, because nobody says when a prototype ends. */
	private final Map<Object, String> beans = Collections.synchronizedMap(new WeakHashMap<>());

	private volatile boolean initialized;

	private volatile boolean started;

	ComponentChecker(ConfigurableListableBeanFactory beanFactory, ObjectProvider<PahoVersion> versions,
			IntegrationSettings settings, SessionStore store) {
		this.beanFactory = beanFactory;
		this.versions = versions.orderedStream().toList();
		this.settings = settings;
		this.store = store;
	}

	/**
	 * Return what was found and is not mended yet, in the order in which it was found.
	 * @return a copy
	 */
	public List<Finding> findings() {
		return List.copyOf(this.findings);
	}

	/** Take note of a bean that has not made its client yet. */
	void found(Object bean, String name) {
		// A generated name says little if there is another one, as in XML.
		String[] aliases = this.beanFactory.getAliases(name);
		boolean generated = aliases.length > 0 && name.contains(BeanFactoryUtils.GENERATED_BEAN_NAME_SEPARATOR);
		this.beans.putIfAbsent(ComponentFields.target(bean), generated ? aliases[0] : name);
	}

	/** Check a bean that comes after the others. */
	void complete(Object bean) {
		String name = nameOf(bean);
		View view = (this.initialized && name != null) ? inspect(ComponentFields.target(bean), name) : null;
		if (view == null) {
			return;
		}
		try {
			report(check(view, views()));
			report(this.started ? checkStored(view) : Stream.empty());
		}
		catch (CleanSessionException ex) {
			gone(bean);
			throw ex;
		}
	}

	void gone(Object bean) {
		String name = this.beans.remove(ComponentFields.target(bean));
		if (name != null) {
			this.findings.removeIf((finding) -> List.of(finding.component().split(", ")).contains(name));
		}
	}

	@Override
	public void afterSingletonsInstantiated() {
		// What our post-processor did not see was made too early to get a persistence.
		for (String name : this.beanFactory.getBeanNamesForType(MqttComponent.class, true, false)) {
			Object bean = this.beanFactory.getSingleton(name);
			if (bean instanceof MqttComponent) {
				found(bean, name);
			}
		}
		this.initialized = true;
		Collection<View> views = views();
		report(views.stream().flatMap((view) -> check(view, views)));
	}

	@Override
	public void onApplicationEvent(ContextRefreshedEvent event) {
		this.started = true;
		report(views().stream().flatMap(this::checkStored));
	}

	private Collection<View> views() {
		Map<Object, String> known;
		synchronized (this.beans) {
			known = Map.copyOf(this.beans);
		}
		return known.entrySet()
			.stream()
			.flatMap((entry) -> Stream.ofNullable(inspect(entry.getKey(), entry.getValue())))
			.toList();
	}

	private @Nullable View inspect(Object bean, String name) {
		try {
			return this.versions.stream()
				.flatMap((version) -> Stream.ofNullable(version.inspect(bean, name, this)))
				.findFirst()
				.orElse(null);
		}
		catch (RuntimeException ex) {
			// A mock, for instance. No check is worth the start of an application.
			logger.debug("MQTT component '" + name + "' cannot be checked", ex);
			return null;
		}
	}

	private Stream<Finding> check(View view, Collection<View> all) {
		if (this.settings.excludes(view.name())) {
			return Stream.empty();
		}
		Stream<@Nullable Finding> own = (view.ownClient() && view.stored()) ? Stream.of(cleanSession(view),
				sessionExpiry(view), redisExpiry(view), shortExpiry(view), maxInflight(view), emptyClientId(view))
				: Stream.empty();
		return Stream.concat(own, Stream.of(notStored(view), sharedClientId(view, all))).flatMap(Stream::ofNullable);
	}

	private static @Nullable Finding notStored(View view) {
		return view.storage().reason.isEmpty() ? null
				: view.finding(Kind.NOT_STORED,
						"The MQTT session of '%s' is not stored in Redis, because " + view.storage().reason,
						view.storage().mend + ". If it need not be stored, list it in mqtt.persistence.exclude-beans");
	}

	/** Paho's connect removes the records before it tries to reach the broker. */
	private @Nullable Finding cleanSession(View view) {
		if (!view.cleanSession() || this.settings.cleanSession() == CleanSessionPolicy.ALLOW) {
			return null;
		}
		boolean v3 = view.session().version() == MqttVersion.V3;
		return view.finding(Kind.CLEAN_SESSION,
				"The MQTT client of '%s' discards its stored session at each connect, because "
						+ (v3 ? "cleanSession" : "cleanStart") + " is true",
				(v3 ? "Call setCleanSession(false) on its MqttConnectOptions"
						: "Call setCleanStart(false) and setSessionExpiryInterval on its MqttConnectionOptions")
						+ ", or, if these are made from properties, set mqtt.client.clean-session=false. If this "
						+ "is intended, set mqtt.persistence.clean-session=allow");
	}

	/** Without the interval a session ends with its link (MQTT 5, 3.1.2.11.2). */
	private static @Nullable Finding sessionExpiry(View view) {
		Long expiry = view.sessionExpiry();
		boolean kept = view.session().version() != MqttVersion.V5 || expiry != null && expiry > 0;
		return (kept || view.cleanSession()) ? null
				: view.finding(Kind.SESSION_EXPIRY,
						"The broker forgets the MQTT session of '%s' when the link is lost, because no session expiry "
								+ "interval is set",
						"Call setSessionExpiryInterval on its MqttConnectionOptions, or, if these are made from "
								+ "properties, set mqtt.client.session-expiry above 0s");
	}

	/**
	 * The broker goes on with exchanges of QoS 2 that Redis has forgotten. How long an
	 * MQTT 3 broker keeps a session is not known here.
	 */
	private @Nullable Finding redisExpiry(View view) {
		Duration redis = this.settings.sessionExpiry();
		Long broker = view.sessionExpiry();
		if (redis == null || broker == null || view.cleanSession()
				|| redis.compareTo(Duration.ofSeconds(broker)) >= 0) {
			return null;
		}
		return view.finding(Kind.REDIS_EXPIRY,
				"Redis forgets the MQTT session of '%s' after " + redis.toSeconds()
						+ " s without an owner, but the broker only after " + broker + " s",
				"Raise mqtt.persistence.session-expiry, or lower mqtt.client.session-expiry or the interval that "
						+ "the application sets with setSessionExpiryInterval");
	}

	/** A number without a unit that was meant to be of another one. */
	private @Nullable Finding shortExpiry(View view) {
		Duration redis = this.settings.sessionExpiry();
		boolean inRedis = redis != null && redis.compareTo(SHORTEST_EXPIRY) < 0;
		Duration broker = (view.sessionExpiry() != null) ? Duration.ofSeconds(view.sessionExpiry()) : null;
		Duration kept = inRedis ? redis : broker;
		if (kept == null || kept.isZero() || kept.compareTo(SHORTEST_EXPIRY) >= 0) {
			return null;
		}
		return view
			.finding(Kind.SHORT_EXPIRY,
					(inRedis ? "Redis" : "The broker") + " forgets the MQTT session of '%s' after " + kept
						.toSeconds() + " s: an application that is down for longer loses it",
					"Raise " + (inRedis ? "mqtt.persistence.session-expiry"
							: "mqtt.client.session-expiry, or the interval that the application sets with "
									+ "setSessionExpiryInterval")
							+ "; a number without a unit is in seconds");
	}

	/** What a restart restores counts, so that the first new message may be refused. */
	private @Nullable Finding maxInflight(View view) {
		Integer window = view.maxInflight();
		if (this.settings.buffering() || window == null || window > SMALL_WINDOW) {
			return null;
		}
		return view.finding(Kind.MAX_INFLIGHT,
				"The MQTT client of '%s' refuses messages while " + window
						+ " are in flight, including those that a restart restores",
				"Call setMaxInflight(1000) on its MqttConnectOptions, or, if these are made from properties, "
						+ "raise mqtt.client.max-inflight. Or let messages wait, with "
						+ "mqtt.persistence.offline-buffer.enabled=true");
	}

	private static @Nullable Finding emptyClientId(View view) {
		return StringUtils.hasText(view.session().clientId()) ? null
				: view.finding(Kind.EMPTY_CLIENT_ID,
						"The MQTT client of '%s' has no client id, so its stored session cannot be found again",
						"Give it a client id that stays the same at every start");
	}

	private static @Nullable Finding sharedClientId(View view, Collection<View> all) {
		List<View> sharing = all.stream()
			.filter(View::ownClient)
			.filter((other) -> other.session().clientId().equals(view.session().clientId())
					&& other.session().broker().equals(view.session().broker()))
			.toList();
		if (!view.ownClient() || sharing.size() < 2 || sharing.stream().noneMatch(View::stored)) {
			return null;
		}
		List<String> names = sharing.stream().map(View::name).sorted().toList();
		return new Finding(Kind.SHARED_CLIENT_ID, String.join(", ", names),
				names.stream().collect(Collectors.joining("' and '", "'", "'")) + " share the MQTT client id '"
						+ view.session().clientId() + "', at " + view.session().broker()
						+ ": the broker disconnects one when another connects, and only one can store its session",
				"Give each its own client id, or let them share a client manager");
	}

	private Stream<Finding> checkStored(View view) {
		boolean waits = view.stored() && view.waitsForMessage() && !this.settings.excludes(view.name());
		long records = waits ? countRecords(view.session()) : 0;
		return (records == 0) ? Stream.empty()
				: Stream.of(view.finding(Kind.RECORDS_WAIT,
						records + " stored records of '%s' wait until the application sends its first message: "
								+ "an MqttPahoMessageHandler without a client manager connects only then",
						"Use a client manager, which connects at start"));
	}

	private long countRecords(SessionId id) {
		try {
			return this.store.countRecords(id);
		}
		catch (SessionUnavailableException | RuntimeException ex) {
			// A store may be the application's own.
			logger.debug("Could not look at MQTT session " + id, ex);
			return 0;
		}
	}

	private void report(Stream<Finding> found) {
		List<Finding> failures = new ArrayList<>();
		found.forEach((finding) -> {
			if (finding.kind() == Kind.CLEAN_SESSION && this.settings.cleanSession() == CleanSessionPolicy.FAIL) {
				failures.add(finding);
			}
			else if (this.findings.addIfAbsent(finding)) {
				logger.warn(finding);
			}
		});
		if (!failures.isEmpty()) {
			throw new CleanSessionException(failures);
		}
	}

	/** Return the name of an object, {@code null} if it is no bean. */
	@Nullable String nameOf(Object object) {
		return this.beans.get(ComponentFields.target(object));
	}

	/**
	 * Return how it stands with something that has no persistence: one thing if it is no
	 * bean, another if it is, unless the application wants it so.
	 */
	Storage without(Object object, Storage inline, Storage bean) {
		String name = nameOf(object);
		if (!this.settings.inject() || name != null && this.settings.excludes(name)) {
			return Storage.LEFT;
		}
		return (name != null) ? bean : inline;
	}

	SessionId session(String clientId, String serverUri, MqttVersion version) {
		String brokerId = this.settings.brokerId();
		return (brokerId != null) ? new SessionId(clientId, brokerId, version)
				: SessionId.ofUri(clientId, serverUri, version);
	}

	/**
	 * What is known of a component that makes a client, or uses that of a client manager.
	 *
	 * @param name the component's bean name
	 * @param session the session that it would store
	 * @param storage whether it does
	 * @param ownClient whether it makes the client itself
	 * @param cleanSession whether each connect throws the session away
	 * @param sessionExpiry for how many seconds the broker keeps it, if that is said
	 * @param maxInflight how many messages may be in flight, if the client says so
	 * @param waitsForMessage whether the client is made when the first message comes
	 */
	record View(String name, SessionId session, Storage storage, boolean ownClient, boolean cleanSession,
			@Nullable Long sessionExpiry, @Nullable Integer maxInflight, boolean waitsForMessage) {

		boolean stored() {
			return this.storage == Storage.STORED;
		}

		/** The problem has {@code %s} instead of the name. */
		Finding finding(Kind kind, String problem, String mend) {
			return new Finding(kind, this.name, problem.formatted(this.name), mend);
		}

	}

	/** Whether a component's session is stored in Redis, and if it is not, why. */
	enum Storage {

		/** It is. */
		STORED("", ""),

		/** The application does not want it to be, or has a persistence of its own. */
		LEFT("", ""),

		INLINE_FACTORY("its client factory is not a bean: it was created inline, or from a URL",
				"Pass a client manager bean to its constructor, or an MqttPahoClientFactory bean"),
		UNSERVED_FACTORY("its client factory cannot be given a persistence",
				"Use a client manager bean or the auto-configured MqttPahoClientFactory, or let the factory's class"
						+ " extend DefaultMqttPahoClientFactory without final methods"),
		INLINE_MANAGER("its client manager is not a bean", "Declare the client manager as a bean"),

		/** A bean that was not seen by our post-processors. */
		TOO_EARLY("it was created before it could be given a persistence",
				"Make sure that no BeanPostProcessor or BeanFactoryPostProcessor depends on it");

		/** Why the session is not stored although it should be, empty if it need not. */
		private final String reason;

		private final String mend;

		Storage(String reason, String mend) {
			this.reason = reason;
			this.mend = mend;
		}

	}

	/**
	 * Something about an MQTT component that makes its stored session useless, or that
	 * loses messages.
	 *
	 * @param kind what it is
	 * @param component the bean name of the component, several with commas between them
	 * @param problem what is wrong, and what comes of it
	 * @param mend which property or setter mends it
	 */
	public record Finding(Kind kind, String component, String problem, String mend) {

		@Override
		public String toString() {
			return this.problem + ". " + this.mend;
		}

	}

	/** What was found; what each means is in {@code docs/start-up-reports.md}. */
	enum Kind {

		NOT_STORED, CLEAN_SESSION, SESSION_EXPIRY, REDIS_EXPIRY, SHORT_EXPIRY, MAX_INFLIGHT, EMPTY_CLIENT_ID,
		SHARED_CLIENT_ID, RECORDS_WAIT

	}

	/** Clients would throw stored sessions away as soon as they connect. */
	public static class CleanSessionException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		private final transient List<Finding> findings;

		CleanSessionException(List<Finding> findings) {
			super(findings.stream().map(Finding::toString).collect(Collectors.joining(" ")));
			this.findings = findings;
		}

		/**
		 * Return what was found, component by component.
		 * @return the findings
		 */
		public List<Finding> findings() {
			return this.findings;
		}

	}

}
