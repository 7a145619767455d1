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

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Map;

import io.github.mqttredis.paho.CommsInternals;
import io.github.mqttredis.paho.MalformedPublishException;
import io.github.mqttredis.paho.PrivateMembers;
import io.github.mqttredis.paho.ReceivedPublish;
import io.github.mqttredis.paho.Receiver;
import io.github.mqttredis.paho.UndeliverableMessageException;
import org.eclipse.paho.mqttv5.client.MqttToken;
import org.eclipse.paho.mqttv5.client.internal.ClientComms;
import org.eclipse.paho.mqttv5.client.internal.ClientState;
import org.eclipse.paho.mqttv5.client.internal.CommsCallback;
import org.eclipse.paho.mqttv5.client.internal.MqttConnectionState;
import org.eclipse.paho.mqttv5.client.internal.MqttState;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.packet.MqttAck;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.MqttPubAck;
import org.eclipse.paho.mqttv5.common.packet.MqttPubComp;
import org.eclipse.paho.mqttv5.common.packet.MqttPubRec;
import org.eclipse.paho.mqttv5.common.packet.MqttPubRel;
import org.eclipse.paho.mqttv5.common.packet.MqttReturnCode;
import org.eclipse.paho.mqttv5.common.packet.MqttWireMessage;

/**
 * The inner parts of a Paho 5 client that receiving needs besides connecting: its queue
 * to the callback, its queue to the broker and what is in flight.
 */
final class PahoComms extends CommsInternals implements Receiver {

	private static final Field CONNECTION = PrivateMembers.field(ClientState.class, "mqttConnection");

	private static final Field QUEUE_LOCK = PrivateMembers.field(ClientState.class, "queueLock");

	private static final Field IN_FLIGHT = PrivateMembers.field(ClientState.class, "actualInFlight");

	private static final Field SENT_QOS_2 = PrivateMembers.field(ClientState.class, "outboundQoS2");

	private static final Method NOTIFY_RESULT = PrivateMembers.method(ClientState.class, "notifyResult",
			MqttWireMessage.class, MqttToken.class, MqttException.class);

	private final ClientComms comms;

	private final CommsCallback callback;

	private final MqttState state;

	PahoComms(ClientComms comms) {
		super(comms, comms.getClientState());
		this.comms = comms;
		this.state = comms.getClientState();
		this.callback = (CommsCallback) callback();
	}

	/**
	 * Note that something has come, which shows that the broker is there.
	 * @param bytes how much
	 */
	void received(int bytes) {
		this.state.notifyReceivedBytes(bytes);
	}

	@Override
	public Incoming read(byte[] packet) throws MalformedPublishException {
		PublishProperties properties = new PublishProperties();
		ReceivedPublish message = ReceivedPublish.read(packet, properties::read);
		return new Incoming(message,
				(done) -> this.callback.messageArrived(new DeliveredPublish(message, properties.properties(), done)));
	}

	@Override
	public void puback(int packetId) throws IOException {
		send(() -> new MqttPubAck(MqttReturnCode.RETURN_CODE_SUCCESS, packetId, new MqttProperties()));
	}

	@Override
	public void pubrec(int packetId) throws IOException {
		send(() -> new MqttPubRec(MqttReturnCode.RETURN_CODE_SUCCESS, packetId, new MqttProperties()));
	}

	@Override
	public void pubcomp(int packetId) throws IOException {
		send(() -> new MqttPubComp(MqttReturnCode.RETURN_CODE_SUCCESS, packetId, new MqttProperties()));
	}

	@SuppressWarnings("NullAway") // Paho's own answers have no token either
	private void send(Answer answer) throws IOException {
		try {
			this.state.send(answer.make(), null);
		}
		catch (MqttException ex) {
			throw new IOException(ex.getMessage(), ex);
		}
	}

	/**
	 * Set how many messages the broker takes at a time. Paho takes it from the CONNACK on
	 * its callback thread, when its sender may have sent more of what was restored.
	 * @param maximum the broker's Receive Maximum
	 */
	void setReceiveMaximum(int maximum) {
		connection().setReceiveMaximum(maximum);
	}

	/**
	 * Count the messages as in flight whose PUBREL was restored. Paho counts only their
	 * ends ({@code ClientState.notifyComplete}), and would then send as many messages
	 * more than the broker takes.
	 */
	void countRestoredReleases() {
		long releases = ((Map<?, ?>) PrivateMembers.get(SENT_QOS_2, this.state)).values()
			.stream()
			.filter(MqttPubRel.class::isInstance)
			.count();
		synchronized (PrivateMembers.get(QUEUE_LOCK, this.state)) {
			PrivateMembers.set(IN_FLIGHT, this.state, this.state.getActualInFlight() + (int) releases);
		}
	}

	/**
	 * Return whether one more message may be in flight.
	 * @return whether Paho takes it ({@code ClientState.send})
	 */
	boolean hasRoom() {
		return this.state.getActualInFlight() < connection().getReceiveMaximum();
	}

	private MqttConnectionState connection() {
		return (MqttConnectionState) PrivateMembers.get(CONNECTION, this.state);
	}

	@Override
	protected void fail(int packetId, int qos, UndeliverableMessageException reason) throws IOException {
		try {
			for (MqttToken token : this.comms.getPendingTokens()) {
				if (token.getMessageId() == packetId) {
					MqttProperties none = new MqttProperties();
					MqttAck end = (qos == 1) ? new MqttPubAck(MqttReturnCode.RETURN_CODE_SUCCESS, packetId, none)
							: new MqttPubComp(MqttReturnCode.RETURN_CODE_SUCCESS, packetId, none);
					PrivateMembers.run(NOTIFY_RESULT, this.state, end, token, new MqttException(reason));
				}
			}
		}
		catch (MqttException ex) {
			throw new IOException(ex.getMessage(), ex);
		}
	}

	@Override
	public boolean isConnected() {
		return this.comms.isConnected();
	}

	@FunctionalInterface
	private interface Answer {

		MqttAck make() throws MqttException;

	}

}
