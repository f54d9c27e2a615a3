import java.io.FileInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.security.KeyStore;
import java.security.Security;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** Java's own TLS with everything enabled that it still has. Usage: ADDRESS PORT KEYSTORE (PKCS#12, "changeit") */
public class JsseServer {
    public static void main(String[] words) throws Exception {
        Security.setProperty("jdk.tls.disabledAlgorithms", "");
        Security.setProperty("jdk.certpath.disabledAlgorithms", "");
        Security.setProperty("jdk.tls.legacyAlgorithms", "");
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream file = new FileInputStream(words[2])) {
            keys.load(file, "changeit".toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance("SunX509");
        managers.init(keys, "changeit".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        SSLServerSocket listening = (SSLServerSocket) context.getServerSocketFactory()
            .createServerSocket(Integer.parseInt(words[1]), 100, InetAddress.getByName(words[0]));
        listening.setEnabledProtocols(listening.getSupportedProtocols());
        listening.setEnabledCipherSuites(listening.getSupportedCipherSuites());
        while (true) {
            SSLSocket accepted = (SSLSocket) listening.accept();
            Thread visit = new Thread(() -> serve(accepted));
            visit.setDaemon(true);
            visit.start();
        }
    }

    private static void serve(SSLSocket accepted) {
        try (accepted) {
            accepted.setSoTimeout(30000);
            OutputStream out = accepted.getOutputStream();
            if (accepted.getInputStream().read() >= 0) {
                out.write("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes("US-ASCII"));
                out.flush();
            }
        } catch (java.io.IOException error) {
            // Scanners break handshakes off; the next visit is served all the same.
        }
    }
}
