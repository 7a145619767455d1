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

package io.github.mqttredis.paho;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import io.github.mqttredis.session.MqttVersion;
import org.jspecify.annotations.Nullable;

/**
 * The non-public members of Paho that our clients need. All are looked up once, and all
 * missing members are reported together. Both versions of Paho name them alike.
 *
 * @since 0.1.0
 */
public final class PahoMembers {

	private static final String V3 = "org.eclipse.paho.client.mqttv3.";

	private static final String V5 = "org.eclipse.paho.mqttv5.client.";

	private static final String CLIENT = "MqttAsyncClient";

	/** In place of a number of parameters. */
	public static final int FIELD = -1;

	private static final Map<MqttVersion, PahoMembers> FOUND = new ConcurrentHashMap<>();

	private final Map<Member, AccessibleObject> members;

	private PahoMembers(Map<Member, AccessibleObject> members) {
		this.members = members;
	}

	/**
	 * Find the members.
	 * @param version the version of MQTT that a Paho speaks
	 * @return the members
	 * @throws UnsupportedLibraryException if that Paho lacks some of them
	 */
	public static PahoMembers of(MqttVersion version) {
		return FOUND.computeIfAbsent(version, (key) -> find(key, PahoMembers.class.getClassLoader()));
	}

	static PahoMembers find(MqttVersion version, @Nullable ClassLoader loader) {
		Map<Member, AccessibleObject> found = new EnumMap<>(Member.class);
		List<String> missing = new ArrayList<>();
		for (Member member : Member.of(version)) {
			AccessibleObject object = find(load(version, member.path(), loader), member.member, member.parameters);
			if (object == null) {
				missing.add(member.toString());
			}
			else {
				found.put(member, object);
			}
		}
		if (!missing.isEmpty()) {
			throw new UnsupportedLibraryException("Paho for MQTT " + ((version == MqttVersion.V3) ? "3" : "5"),
					load(version, CLIENT, loader), missing);
		}
		return new PahoMembers(found);
	}

	private static @Nullable Class<?> load(MqttVersion version, String name, @Nullable ClassLoader loader) {
		try {
			return Class.forName(((version == MqttVersion.V3) ? V3 : V5) + name, false, loader);
		}
		catch (ClassNotFoundException | LinkageError ex) {
			return null;
		}
	}

	/**
	 * Find a member, and make it accessible.
	 * @param declaring the class that declares it, {@code null} if there is none
	 * @param name its name
	 * @param parameters how many parameters the method has, {@link #FIELD} for a field
	 * @return the member, {@code null} if it is not there
	 */
	public static @Nullable AccessibleObject find(@Nullable Class<?> declaring, String name, int parameters) {
		if (declaring == null) {
			return null;
		}
		try {
			AccessibleObject found = ((parameters == FIELD)
					? Stream.of(declaring.getDeclaredFields()).filter((field) -> field.getName().equals(name))
					: Stream.of(declaring.getDeclaredMethods())
						.filter((method) -> method.getName().equals(name) && !method.isBridge()
								&& method.getParameterCount() == parameters))
				.map(AccessibleObject.class::cast)
				.findFirst()
				.orElse(null);
			if (found != null) {
				found.setAccessible(true);
			}
			return found;
		}
		catch (LinkageError ex) {
			// It needs a class that is not there.
			return null;
		}
	}

	/**
	 * Read a field.
	 * @param member the field
	 * @param target the object that has it
	 * @return its value
	 */
	Object get(Member member, Object target) {
		try {
			return ((Field) object(member)).get(target);
		}
		catch (IllegalAccessException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Write a field.
	 * @param member the field
	 * @param target the object that has it
	 * @param value its new value
	 */
	void set(Member member, Object target, Object value) {
		try {
			((Field) object(member)).set(target, value);
		}
		catch (IllegalAccessException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Call a method.
	 * @param member the method
	 * @param target the object that has it
	 * @param arguments its arguments
	 * @return what it returns
	 * @throws InvocationTargetException if it throws
	 */
	@Nullable Object call(Member member, Object target, @Nullable Object... arguments) throws InvocationTargetException {
		try {
			return ((Method) object(member)).invoke(target, arguments);
		}
		catch (IllegalAccessException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Set what a client of Paho 5 that never connects passes for connected with.
	 * @param client the client
	 * @param options its options
	 */
	public static void connectOptions(Object client, Object options) {
		of(MqttVersion.V5).set(Member.CONNECT_OPTIONS, client, options);
	}

	private AccessibleObject object(Member member) {
		return Objects.requireNonNull(this.members.get(member));
	}

	/**
	 * A member.
	 */
	enum Member {

		/** What calls the application. */
		CALLBACK("ClientComms", "callback"),

		/** Whether the thread of that runs. */
		CALLBACK_STATE("CommsCallback", "current_state"),

		/** Whether that is meant to run. */
		CALLBACK_RUNNING("CommsCallback", "isRunning", 0),

		/** The messages that Paho's sender has not taken yet. */
		MESSAGES("ClientState", "pendingMessages"),

		/** What waits to be sent besides messages. */
		ANSWERS("ClientState", "pendingFlows"),

		/** Ends a token. */
		NOTIFY_RESULT("ClientState", "notifyResult", 3),

		/** Messages of QoS 1 that are in flight. */
		SENT_QOS_1("ClientState", "outboundQoS1"),

		/** Messages of QoS 2 that are in flight. */
		SENT_QOS_2("ClientState", "outboundQoS2"),

		/** The packet ids that are in use. */
		IDS("ClientState", "inUseMsgIds"),

		/** The packet id that was given last. */
		LAST_ID("ClientState", "nextMsgId"),

		/** Gives a packet id back. */
		RELEASE("ClientState", "releaseMessageId", 1),

		/** What the broker takes. Only in Paho 5. */
		CONNECTION("ClientState", "mqttConnection"),

		/** Guards what waits to be sent. Asked for in Paho 5 only. */
		QUEUE_LOCK("ClientState", "queueLock"),

		/** How many messages are in flight. Asked for in Paho 5 only. */
		IN_FLIGHT("ClientState", "actualInFlight"),

		/** The tokens, by packet id. Asked for in Paho 5 only. */
		TOKENS("ClientState", "tokenStore"),

		/** What a client connects with. Asked for in Paho 5 only. */
		CONNECT_OPTIONS(CLIENT, "connOpts");

		private final String type;

		private final String member;

		private final int parameters;

		Member(String type, String member) {
			this(type, member, FIELD);
		}

		Member(String type, String member, int parameters) {
			this.type = type;
			this.member = member;
			this.parameters = parameters;
		}

		/**
		 * Return the members that a version has to have.
		 * @param version the version of MQTT
		 * @return the members
		 */
		static List<Member> of(MqttVersion version) {
			return Stream.of(values())
				.filter((member) -> version == MqttVersion.V5 || member.ordinal() < CONNECTION.ordinal())
				.toList();
		}

		private String path() {
			return this.type.equals(CLIENT) ? CLIENT : "internal." + this.type;
		}

		@Override
		public String toString() {
			return this.type + "." + this.member;
		}

	}

}
