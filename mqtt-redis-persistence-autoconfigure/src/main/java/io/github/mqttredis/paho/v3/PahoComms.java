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

package io.github.mqttredis.paho.v3;

import java.io.IOException;

import io.github.mqttredis.paho.CommsInternals;
import io.github.mqttredis.paho.MalformedPublishException;
import io.github.mqttredis.paho.ReceivedPublish;
import io.github.mqttredis.paho.Receiver;
import io.github.mqttredis.paho.UndeliverableMessageException;
import io.github.mqttredis.session.MqttVersion;
import org.eclipse.paho.client.mqttv3.MqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.internal.ClientComms;
import org.eclipse.paho.client.mqttv3.internal.CommsCallback;
import org.eclipse.paho.client.mqttv3.internal.wire.MqttAck;
import org.eclipse.paho.client.mqttv3.internal.wire.MqttPubAck;
import org.eclipse.paho.client.mqttv3.internal.wire.MqttPubComp;
import org.eclipse.paho.client.mqttv3.internal.wire.MqttPubRec;

/**
 * The inner parts of a Paho 3 client that receiving needs besides connecting: its queue
 * to the callback, and its queue to the broker.
 */
final class PahoComms extends CommsInternals implements Receiver {

	private final ClientComms comms;

	PahoComms(ClientComms comms) {
		super(MqttVersion.V3, comms, comms.getClientState());
		this.comms = comms;
	}

	@Override
	public Incoming read(byte[] packet) throws MalformedPublishException {
		ReceivedPublish message = ReceivedPublish.read(packet, (bytes) -> "");
		return new Incoming(message,
				(done) -> ((CommsCallback) callback()).messageArrived(new DeliveredPublish(message, done)));
	}

	@Override
	public void puback(int packetId) throws IOException {
		send(new MqttPubAck(packetId));
	}

	@Override
	public void pubrec(int packetId) throws IOException {
		send(new MqttPubRec((byte) 0, new byte[] { (byte) (packetId >> 8), (byte) packetId }));
	}

	@Override
	public void pubcomp(int packetId) throws IOException {
		send(new MqttPubComp(packetId));
	}

	@SuppressWarnings("NullAway") // Paho's own answers have no token either
	private void send(MqttAck answer) throws IOException {
		try {
			this.comms.getClientState().send(answer, null);
		}
		catch (MqttException ex) {
			throw new IOException(ex.getMessage(), ex);
		}
	}

	@Override
	protected void fail(int packetId, int qos, UndeliverableMessageException reason) {
		for (MqttDeliveryToken token : this.comms.getPendingDeliveryTokens()) {
			if (token.getMessageId() == packetId) {
				MqttAck end = (qos == 1) ? new MqttPubAck(packetId) : new MqttPubComp(packetId);
				fail(end, token, new MqttException(reason));
			}
		}
	}

	@Override
	public boolean isConnected() {
		return this.comms.isConnected();
	}

	/**
	 * Note that something has come, which shows that the broker is there.
	 * @param bytes how much
	 */
	void received(int bytes) {
		this.comms.getClientState().notifyReceivedBytes(bytes);
	}

}
