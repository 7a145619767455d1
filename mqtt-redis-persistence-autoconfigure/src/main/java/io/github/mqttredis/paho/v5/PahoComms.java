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

import io.github.mqttredis.paho.CommsInternals;
import io.github.mqttredis.paho.MalformedPublishException;
import io.github.mqttredis.paho.ReceivedPublish;
import io.github.mqttredis.paho.Receiver;
import io.github.mqttredis.paho.UndeliverableMessageException;
import io.github.mqttredis.session.MqttVersion;
import org.eclipse.paho.mqttv5.client.MqttToken;
import org.eclipse.paho.mqttv5.client.internal.ClientComms;
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

/**
 * The inner parts of a Paho 5 client that receiving needs besides connecting: its queue
 * to the callback, its queue to the broker and what is in flight.
 */
final class PahoComms extends CommsInternals implements Receiver {

	private final ClientComms comms;

	private final CommsCallback callback;

	private final MqttState state;

	PahoComms(ClientComms comms) {
		super(MqttVersion.V5, comms, comms.getClientState());
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
		connectionState().setReceiveMaximum(maximum);
	}

	/** See {@link #countReleases}. */
	void countRestoredReleases() {
		countReleases(MqttPubRel.class::isInstance, this.state::getActualInFlight);
	}

	/**
	 * Return whether one more message may be in flight.
	 * @return whether Paho takes it ({@code ClientState.send})
	 */
	boolean hasRoom() {
		return this.state.getActualInFlight() < connectionState().getReceiveMaximum();
	}

	private MqttConnectionState connectionState() {
		return (MqttConnectionState) connection();
	}

	@Override
	protected void fail(int packetId, int qos, UndeliverableMessageException reason) throws IOException {
		try {
			for (MqttToken token : this.comms.getPendingTokens()) {
				if (token.getMessageId() == packetId) {
					MqttProperties none = new MqttProperties();
					MqttAck end = (qos == 1) ? new MqttPubAck(MqttReturnCode.RETURN_CODE_SUCCESS, packetId, none)
							: new MqttPubComp(MqttReturnCode.RETURN_CODE_SUCCESS, packetId, none);
					fail(end, token, new MqttException(reason));
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
