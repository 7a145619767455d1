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

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

import io.github.mqttredis.integration.ComponentFinding.Kind;
import io.github.mqttredis.session.SessionStore;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.integration.mqtt.core.MqttComponent;

/**
 * Checks the application's MQTT components and reports, once each, what makes their
 * stored sessions useless. What can be told of the components themselves is told before
 * any of them starts, because a connect can remove a stored session; what the store knows
 * when the store has started. Components that come later are checked before they start.
 *
 * @since 0.1.0
 */
public final class ComponentChecker implements SmartInitializingSingleton, SmartLifecycle {

	private static final Log logger = LogFactory.getLog(ComponentChecker.class);

	private final ConfigurableListableBeanFactory beanFactory;

	private final List<ComponentInspector> inspectors;

	private final CheckSettings settings;

	private final ComponentFindings findings;

	private final int phase;

	private final Surroundings surroundings;

	private final StoredSessionChecks storedSessions;

	private final List<ComponentCheck> checks;

	private volatile boolean initialized;

	private volatile boolean running;

	/**
	 * Create the checker.
	 * @param beanFactory where the components are
	 * @param inspectors what knows the components of a version of MQTT
	 * @param settings what the checks go by
	 * @param store where sessions are kept
	 * @param findings where the findings go
	 * @param phase when to ask the store: after it started, before what uses MQTT
	 */
	public ComponentChecker(ConfigurableListableBeanFactory beanFactory, List<ComponentInspector> inspectors,
			CheckSettings settings, SessionStore store, ComponentFindings findings, int phase) {
		this.beanFactory = beanFactory;
		this.inspectors = List.copyOf(inspectors);
		this.settings = settings;
		this.findings = findings;
		this.phase = phase;
		this.surroundings = new Surroundings(settings);
		this.storedSessions = new StoredSessionChecks(store);
		this.checks = new ComponentChecks(settings).all();
	}

	/**
	 * Take note of a bean that has not made its client yet.
	 * @param bean a component or a client factory
	 * @param name its name
	 */
	void found(Object bean, String name) {
		this.surroundings.add(bean, shown(name));
	}

	/**
	 * Check a bean that comes after the others.
	 * @param bean a component or a client factory
	 */
	void complete(Object bean) {
		String name = this.surroundings.nameOf(bean);
		ClientView view = (this.initialized && name != null) ? inspect(Surroundings.target(bean), name) : null;
		if (view == null) {
			return;
		}
		try {
			report(check(view, views()));
			if (this.running) {
				report(checkStored(List.of(view)));
			}
		}
		catch (CleanSessionException ex) {
			gone(bean);
			throw ex;
		}
	}

	void gone(Object bean) {
		String name = this.surroundings.remove(bean);
		if (name != null) {
			this.findings.removeOf(name);
		}
	}

	/**
	 * A generated name says little where there is another one, as in XML.
	 */
	private String shown(String name) {
		String[] aliases = this.beanFactory.getAliases(name);
		return (aliases.length > 0 && name.contains(BeanFactoryUtils.GENERATED_BEAN_NAME_SEPARATOR)) ? aliases[0]
				: name;
	}

	@Override
	public void afterSingletonsInstantiated() {
		// What our post-processor did not see was made too early to get a persistence.
		for (String name : this.beanFactory.getBeanNamesForType(MqttComponent.class, true, false)) {
			Object bean = this.beanFactory.getSingleton(name);
			if (bean instanceof MqttComponent) {
				this.surroundings.add(bean, shown(name));
			}
		}
		this.initialized = true;
		Collection<ClientView> views = views();
		report(views.stream().flatMap((view) -> check(view, views)));
	}

	@Override
	public void start() {
		this.running = true;
		report(checkStored(views()));
	}

	private Collection<ClientView> views() {
		return this.surroundings.beans()
			.entrySet()
			.stream()
			.map((entry) -> inspect(entry.getKey(), entry.getValue()))
			.flatMap(Stream::ofNullable)
			.toList();
	}

	private @Nullable ClientView inspect(Object bean, String name) {
		try {
			for (ComponentInspector inspector : this.inspectors) {
				ClientView view = inspector.inspect(bean, name, this.surroundings);
				if (view != null) {
					return view;
				}
			}
		}
		catch (RuntimeException ex) {
			// A mock, for instance. No check is worth the start of an application.
			logger.debug("MQTT component '" + name + "' cannot be checked", ex);
		}
		return null;
	}

	private boolean isExcluded(ClientView view) {
		return this.settings.excluded().contains(view.name());
	}

	private Stream<ComponentFinding> check(ClientView view, Collection<ClientView> all) {
		return isExcluded(view) ? Stream.empty()
				: this.checks.stream().map((check) -> check.check(view, all)).flatMap(Stream::ofNullable);
	}

	private Stream<ComponentFinding> checkStored(Collection<ClientView> views) {
		return views.stream()
			.filter((view) -> !isExcluded(view))
			.map((view) -> this.storedSessions.waitingRecords(view, views))
			.flatMap(Stream::ofNullable);
	}

	private void report(Stream<ComponentFinding> found) {
		List<ComponentFinding> failures = new ArrayList<>();
		found.forEach((finding) -> {
			if (finding.kind() == Kind.CLEAN_SESSION && this.settings.cleanSession() == CleanSessionPolicy.FAIL) {
				failures.add(finding);
			}
			else if (this.findings.add(finding)) {
				logger.warn(finding);
			}
		});
		if (!failures.isEmpty()) {
			throw new CleanSessionException(failures);
		}
	}

	@Override
	public void stop() {
		this.running = false;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return this.phase;
	}

}
