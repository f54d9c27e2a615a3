"""`gnutls-serv` with priorities of long ago: TLS 1.0, RC4, 3DES, NULL, anonymous (Debian builds it without SSL 3.0)."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.lab.certificates import Issued
from tests.lab.server import needs, running

LEGACY = (
    "NORMAL:-VERS-ALL:+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0:+ARCFOUR-128:+3DES-CBC:+NULL:+MD5:+SHA1"
    ":+ANON-DH:+ANON-ECDH:+RSA:+DHE-RSA:+SIGN-ALL:%UNSAFE_RENEGOTIATION"
)
WELL_KEPT = "SECURE192:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA"


@contextlib.contextmanager
def gnutls_server(
    folder: Path, address: str, leaf: Issued, *options: str, priority: str = LEGACY, port: int = 4439
) -> Iterator[None]:
    """Run it on every address of the family, as it knows no other way. `folder` is made."""
    needs("gnutls-serv")
    folder.mkdir(parents=True, exist_ok=True)
    certificate, key = leaf.write(folder)
    words: list[str | Path] = ["--http", "--port", str(port), "--x509certfile", certificate, "--x509keyfile", key]
    with running(
        ["gnutls-serv", *words, "--priority", priority, *options], address=address, ports=[port], folder=folder
    ):
        yield
