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

package io.github.mqttredis.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A key of a server on the loopback interface, with a certificate that it signed itself.
 */
public final class TlsMaterial {

	private static final String PASSWORD = "changeit";

	private static final String ALIAS = "server";

	private final Path keyStore;

	private TlsMaterial(Path keyStore) {
		this.keyStore = keyStore;
	}

	/**
	 * Make a key with the JDK's own tool.
	 * @return the key
	 */
	public static TlsMaterial create() throws IOException, InterruptedException {
		return createFor("ip:127.0.0.1");
	}

	/**
	 * Make a key for a server of any name.
	 * @param name the name in the certificate, as keytool takes it
	 * @return the key
	 */
	public static TlsMaterial createFor(String name) throws IOException, InterruptedException {
		Path directory = Files.createTempDirectory("tls-");
		directory.toFile().deleteOnExit();
		Path keyStore = directory.resolve("server.p12");
		keyStore.toFile().deleteOnExit();
		Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
				"-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC", "-genkeypair", "-alias", ALIAS, "-keyalg", "EC",
				"-groupname", "secp256r1", "-storetype", "PKCS12", "-keystore", keyStore.toString(), "-storepass",
				PASSWORD, "-dname", "CN=localhost", "-ext", "SAN=" + name)
			.redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.DISCARD)
			.start();
		if (!keytool.waitFor(Await.MILLIS, TimeUnit.MILLISECONDS) || keytool.exitValue() != 0) {
			throw new IOException("keytool made no key");
		}
		return new TlsMaterial(keyStore);
	}

	Path keyStore() {
		return this.keyStore;
	}

	String password() {
		return PASSWORD;
	}

	/**
	 * Write the certificate as PEM.
	 * @return the file
	 */
	public Path certificateFile() throws IOException, GeneralSecurityException {
		return pem("CERTIFICATE", load().getCertificate(ALIAS).getEncoded());
	}

	/**
	 * Write the private key as PEM.
	 * @return the file
	 */
	public Path privateKeyFile() throws IOException, GeneralSecurityException {
		return pem("PRIVATE KEY", load().getKey(ALIAS, PASSWORD.toCharArray()).getEncoded());
	}

	private Path pem(String what, byte[] content) throws IOException {
		Path file = Files.createTempFile(this.keyStore.getParent(), "tls-", ".pem");
		file.toFile().deleteOnExit();
		String text = Base64.getMimeEncoder(64, new byte[] { '\n' }).encodeToString(content);
		return Files.writeString(file, "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n");
	}

	private KeyStore load() throws IOException, GeneralSecurityException {
		KeyStore own = KeyStore.getInstance("PKCS12");
		try (InputStream in = Files.newInputStream(this.keyStore)) {
			own.load(in, PASSWORD.toCharArray());
		}
		return own;
	}

	/**
	 * Return what a client needs that trusts this server alone.
	 * @return the context
	 */
	public SSLContext trusting() throws IOException, GeneralSecurityException {
		KeyStore own = load();
		KeyStore trusted = KeyStore.getInstance("PKCS12");
		trusted.load(null, null);
		trusted.setCertificateEntry(ALIAS, own.getCertificate(ALIAS));
		TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		managers.init(trusted);
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(null, managers.getTrustManagers(), null);
		return context;
	}

}
