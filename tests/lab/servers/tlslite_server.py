"""tlslite-ng, an implementation of its own in Python: SSL 3.0, RC4, 3DES, anonymous and NULL suites."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.certificates import Issued

Version = tuple[int, int]
SSL3, TLS10, TLS12, TLS13 = (3, 0), (3, 1), (3, 3), (3, 4)
OLD = ("aes128", "aes256", "3des", "rc4")


@contextlib.contextmanager
def tlslite_server(
    address: str,
    leaf: Issued,
    *,
    lowest: Version = SSL3,
    highest: Version = SSL3,
    ciphers: tuple[str, ...] = OLD,
    anonymous: bool = False,
    port: int = 4430,
) -> Iterator[None]:
    """Serve handshakes in threads of this process, one visit each."""
    api: Any = pytest.importorskip("tlslite.api")
    chain = api.X509CertChain()
    chain.parsePemList(leaf.pem.decode())
    key = api.parsePEMKey(leaf.key_pem.decode(), private=True)
    settings = api.HandshakeSettings()
    settings.minVersion, settings.maxVersion = lowest, highest
    settings.versions = [each for each in settings.versions if lowest <= each <= highest]  # else it takes TLS 1.2 too
    settings.cipherNames = list(ciphers)
    settings.macNames = ["sha", "sha256", "sha384", "md5", "aead"]

    def visit(accepted: socket.socket) -> None:
        with accepted, contextlib.suppress(Exception):
            accepted.settimeout(30)
            session = api.TLSConnection(accepted)
            session.handshakeServer(certChain=chain, privateKey=key, settings=settings, anon=anonymous)
            session.read(min=1, max=4096)
            session.write(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")
            session.close()

    with socket.create_server((address, port)) as listening:

        def serve() -> None:
            while True:
                try:
                    accepted, _ = listening.accept()
                except OSError:
                    return
                threading.Thread(target=visit, args=(accepted,), daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(10)
