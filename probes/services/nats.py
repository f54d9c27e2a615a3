"""Whether NATS obeys a stranger: INFO asks for no login, and CONNECT and PING are answered. Nothing is subscribed."""

from probes.services.dialogues.nats import MOST, info
from probes.services.openness import Answer, open_probe
from scanner.model.network import Network, Stream
from scanner.model.target import Target

PORTS = (4222,)
CONNECT = (
    b'CONNECT {"verbose":false,"pedantic":false,"tls_required":%s,"name":"yuanjian","lang":"python","version":"1"}\r\n'
)
PING, PONG, REFUSED = b"PING\r\n", b"PONG\r\n", b"-ERR 'Authorization Violation'"
ASYNCHRONOUS = 3
"""Messages that may come before the answer: a second INFO (of the account), a PING of the server's own."""


async def ask(target: Target, net: Network) -> Answer:
    """The greeting; where it wants no login, CONNECT and PING, in TLS where TLS is wanted."""
    async with net.connect(tls=target.tls is True) as stream:
        told = info(await stream.receive_until(b"\r\n", MOST))
        if told is None:
            return Answer(None, "no INFO in the protocol's form")
        if told.get("auth_required"):
            return Answer(False, "INFO: auth_required")
        needs_tls = told.get("tls_required") is True and target.tls is not True
        if needs_tls:
            await stream.start_tls()
        await stream.send(CONNECT % (b"true" if needs_tls else b"false") + PING)
        return describe(await _answer(stream))


async def _answer(stream: Stream) -> bytes:
    for _ in range(ASYNCHRONOUS):
        line = await stream.receive_until(b"\r\n", MOST)
        if not line.startswith((b"INFO ", PING, b"+OK")):
            return line
    return b""


def describe(line: bytes) -> Answer:
    """PONG: obeyed. An authorization violation: a login is wanted after all."""
    if line == PONG:
        return Answer(True, "INFO without auth_required; CONNECT, PING: PONG")
    if line.startswith(REFUSED):
        return Answer(False, "CONNECT, PING: Authorization Violation")
    return Answer(None, "CONNECT, PING: neither PONG nor a refusal")


PROBE = open_probe("nats", PORTS, ask)
