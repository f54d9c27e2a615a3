"""Java's own TLS (JSSE of OpenJDK 17) with its disabled algorithms enabled: SSL 3.0, RC4, DES, export, anonymous, NULL."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.lab.certificates import Issued
from tests.lab.server import needs, running

SOURCE = Path(__file__).with_name("JsseServer.java")
LIGHT = ("-Xms16m", "-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")


@contextlib.contextmanager
def jsse(folder: Path, address: str, leaf: Issued, *, port: int = 4430) -> Iterator[None]:
    """Run it with one certificate. `folder` is made. The single-file launch compiles in memory."""
    needs("java", "javac", "openssl")
    folder.mkdir(parents=True, exist_ok=True)
    certificate, key = leaf.write(folder)
    store = folder / "keys.p12"
    words = ["-in", certificate, "-inkey", key, "-out", store, "-passout", "pass:changeit"]
    subprocess.run(["/usr/bin/openssl", "pkcs12", "-export", *words], check=True, capture_output=True, timeout=60)
    command: list[str | Path] = ["/usr/bin/java", *LIGHT, SOURCE, address, str(port), store]
    with running(command, address=address, ports=[port], folder=folder, seconds=90):
        yield
