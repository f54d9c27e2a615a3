"""The chain that a server presents: by the library's handshake, else out of a hand-made one. Not described here."""

import os
from dataclasses import dataclass
from datetime import datetime

from probes.tls import hello, server_hello, suites
from probes.tls.conversation import say
from scanner.model.errors import Blocked, Malformed, NetworkError, NotAdmitted, TimedOut
from scanner.model.network import Network
from scanner.model.verdict import Reason

OLD_VERSIONS = (hello.TLS12, hello.TLS10, hello.SSL3)


@dataclass(frozen=True, slots=True)
class Presented:
    """DER, leaf first, as sent; when (UTC); and how it was got."""

    chain: tuple[bytes, ...]
    at: datetime
    how: str


async def present(net: Network, name: str | None) -> Presented:
    """The chain by a full handshake; where that fails (a very old server, one that demands a certificate of the
    client), by the Certificate message, which comes in the clear up to TLS 1.2. Raises the handshake's error
    where neither brings one."""
    try:
        handshake = await net.handshake(name=name)
        if handshake.chain:
            return Presented(handshake.chain, handshake.at, f"{handshake.version} {handshake.cipher}")
        failure: NetworkError = Malformed("the handshake showed no certificate")
    except (NotAdmitted, Blocked):
        raise
    except NetworkError as error:
        failure = error
    for version in OLD_VERSIONS:
        try:
            chain = await _in_the_clear(net, version, name)
        except (NotAdmitted, Blocked):
            raise
        except NetworkError as error:
            failure = _weightier(failure, error)
            if isinstance(error, TimedOut):
                break
            continue
        if chain:
            return Presented(chain, net.now(), f"Certificate message of a hello 0x{version:04X}")
    raise failure


async def _in_the_clear(net: Network, version: int, name: str | None) -> tuple[bytes, ...]:
    offer = suites.with_certificate(suites.every(version) if version != hello.SSL3 else suites.few(version))
    reply = await say(net, hello.ClientHello(version, offer, os.urandom(32), name).to_bytes(), _enough)
    return server_hello.hear(reply).certificates or ()


def _enough(data: bytes) -> bool:
    heard = server_hello.hear(data)
    return heard.certificates is not None or heard.alert is not None or heard.done


def _weightier(first: NetworkError, second: NetworkError) -> NetworkError:
    """An answer past its budget says more than the library's refusal of it."""
    return second if second.reason is Reason.BUDGET else first
