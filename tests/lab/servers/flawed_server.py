"""tlslite-ng with known flaws put into it: **fakes** of servers that no package has any more.

Each flaw follows its advisory and the rule that it breaks:
heartbleed   CVE-2014-0160, RFC 6520 section 4: as many octets come back as the request claims
early-ccs    CVE-2014-0224, RFC 5246 section 7.1: a ChangeCipherSpec before the key exchange turns decryption on
ticketbleed  CVE-2016-9244, RFC 5077 section 3.4: the session identifier comes back with 32 octets
robot-...    RFC 5246 section 7.4.7.1, kinds as in "Return Of Bleichenbacher's Oracle Threat" (USENIX Security 2018)
"""

import contextlib
import itertools
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.lab.certificates import Issued

SECRET = b"PRIVATE-OF-OTHERS-"
"""What the fakes leak; nothing that is kept may hold it, or part of it."""
KEY_EXCHANGE, HEARTBEAT, CHANGE_CIPHER_SPEC = 16, 24, 20
BAD_RECORD_MAC, DECRYPT_ERROR, ILLEGAL_PARAMETER = 20, 51, 47


def connection_class(flaw: str) -> Any:
    """A TLSConnection with one flaw."""
    tlslite = pytest.importorskip("tlslite.tlsconnection")
    messages = pytest.importorskip("tlslite.messages")

    class Flawed(tlslite.TLSConnection):  # type: ignore[misc]
        early = keyed = False

        def _getNextRecord(self) -> Iterator[Any]:
            while True:
                result: Any = 0
                for result in super()._getNextRecord():
                    if result in (0, 1):
                        yield result
                    else:
                        break
                header, parser = result
                if self.early:
                    yield from self._sendError(BAD_RECORD_MAC)
                self.keyed = self.keyed or (header.type == 22 and parser.bytes[:1] == bytes([KEY_EXCHANGE]))
                if flaw == "heartbleed" and header.type == HEARTBEAT:
                    yield from self._leak(bytes(parser.bytes))
                elif flaw == "early-ccs" and header.type == CHANGE_CIPHER_SPEC and not self.keyed:
                    self.early = True
                else:
                    yield header, parser
                    return

        def _leak(self, request: bytes) -> Iterator[Any]:
            claimed = int.from_bytes(request[1:3], "big")
            memory = request[3:] + SECRET * 4000
            answer = messages.Heartbeat().create(2, bytearray(memory[:claimed]), 16)
            yield from self._sendMsg(answer)

        def _sendMsg(self, message: Any, *words: Any, **more: Any) -> Iterator[Any]:
            if flaw == "ticketbleed" and isinstance(message, messages.ServerHello) and message.session_id:
                message.session_id = (message.session_id + bytearray(SECRET * 2))[:32]
            yield from super()._sendMsg(message, *words, **more)

    return Flawed


class Oracle:
    """A private key that lets a server's caller know what it decrypted to."""

    def __init__(self, key: Any, connection: Any, flaw: str, turns: Iterator[int]) -> None:
        self._key, self._connection, self._flaw, self._turns = key, connection, flaw, turns

    def __getattr__(self, name: str) -> Any:
        return getattr(self._key, name)

    def __len__(self) -> int:
        return len(self._key)

    def decrypt(self, sealed: bytearray) -> Any:
        """Decrypt a premaster secret, and give something away where it is not as it should be."""
        size = len(sealed)
        block = self._key._rawPrivateKeyOp(int.from_bytes(sealed, "big")).to_bytes(size, "big")
        begins, formed = block[:2] == b"\x00\x02", block[size - 49] == 0 and 0 not in block[2 : size - 49]
        version = bytes(self._connection.clientVersion)
        right = begins and formed and block[size - 48 : size - 46] == version
        match self._flaw:
            case "robot-beginning" if not begins:
                self._alert(DECRYPT_ERROR)
            case "robot-form" if begins and not formed:
                self._alert(ILLEGAL_PARAMETER)
            case "robot-all" if not right:
                self._alert(DECRYPT_ERROR)
            case "robot-closes" if not (begins and formed):
                self._connection.sock.shutdown(socket.SHUT_RDWR)
                raise OSError("closed, as the flaw is")
            case "robot-early" if not begins:
                self._alert(BAD_RECORD_MAC)
            case "robot-fickle":
                self._alert(DECRYPT_ERROR if next(self._turns) % 3 else ILLEGAL_PARAMETER)
            case _:
                pass
        return self._key.decrypt(sealed)

    def _alert(self, description: int) -> None:
        for _ in self._connection._sendError(description):
            pass


@contextlib.contextmanager
def flawed_server(address: str, leaf: Issued, flaw: str, *, port: int = 4430, smtp: bool = False) -> Iterator[None]:
    """Serve TLS 1.0 to 1.2 with one flaw; "" has none of them, and is the well-kept twin. `smtp`: after STARTTLS."""
    api: Any = pytest.importorskip("tlslite.api")
    chain = api.X509CertChain()
    chain.parsePemList(leaf.pem.decode())
    key = api.parsePEMKey(leaf.key_pem.decode(), private=True, implementations=["python"])
    settings = api.HandshakeSettings()
    settings.minVersion, settings.maxVersion = (3, 1), (3, 3)
    settings.ticketKeys = [bytearray(range(32))]
    flawed, turns = connection_class(flaw), itertools.count()

    def visit(accepted: socket.socket) -> None:
        with accepted, contextlib.suppress(Exception):
            accepted.settimeout(30)
            if smtp:
                _starttls(accepted)
            session = flawed(accepted)
            session.clientVersion = (3, 3)
            session.handshakeServer(certChain=chain, privateKey=Oracle(key, session, flaw, turns), settings=settings)
            session.read(min=1, max=4096)
            session.write(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")
            session.close()

    with _listening(address, port, visit):
        yield


def _starttls(accepted: socket.socket) -> None:
    """RFC 3207, as far as a client goes that wants nothing but TLS."""
    accepted.sendall(b"220 a.example ESMTP\r\n")
    while not accepted.recv(1024).upper().startswith(b"STARTTLS"):
        accepted.sendall(b"250-a.example\r\n250 STARTTLS\r\n")
    accepted.sendall(b"220 go ahead\r\n")


@contextlib.contextmanager
def _listening(address: str, port: int, visit: Callable[[socket.socket], None]) -> Iterator[None]:
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
