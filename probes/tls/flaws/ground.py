"""Whether there is ground for the flaws of SSL 3.0 to TLS 1.2: the version in which a server takes such a hello."""

import os
from dataclasses import dataclass

from probes.tls import hello, server_hello, suites
from probes.tls.conversation import NotOffered, say
from probes.tls.flaws.talk import HelloRefused, talking
from probes.tls.server_hello import Heard
from probes.tls.where import counted
from scanner.model.errors import OverBudget
from scanner.model.network import Network
from scanner.model.target import Target

VERSIONS = (hello.TLS12, hello.TLS10, hello.SSL3)
"""What is offered, one after the other; a server that speaks several takes its highest from the first."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The version to offer, and the first flight that it brought."""

    version: int
    heard: Heard


def offer(version: int) -> tuple[int, ...]:
    """Suites with a certificate, as few as every server has one of."""
    return suites.with_certificate(suites.few(version))


def rsa_exchange() -> tuple[int, ...]:
    """Every suite in which the client encrypts to the key of the certificate (RFC 5246 section 7.4.7.1)."""
    usual = (0x009D, 0x009C, 0x003D, 0x003C, 0x0035, 0x002F, 0x000A, 0x0005)
    known = (suite for suite in suites.table().values() if suite.exchange == suite.authentication == "RSA")
    return (*usual, *(each.code for each in known if not each.export and each.bits and each.code not in usual))


async def find(net: Network, target: Target, offered: tuple[int, ...] | None = None) -> Ground | None:
    """The ground; None where the server does without: it has no TLS, or refuses these hellos and takes another.

    The refusal is raised where no other hello is taken either: it may have been meant for us.
    """
    if counted(target):
        raise OverBudget("the service counts unfinished handshakes, and these would all be (R6)")
    refusal = HelloRefused(None)
    for version in VERSIONS:
        try:
            async with talking(net, target, offered or offer(version), version=version) as talk:
                return Ground(version, talk.heard)
        except NotOffered:
            return None
        except HelloRefused as error:
            refusal = error
    modern, legacy = await _takes(net, target, hello.TLS13), await _takes(net, target, hello.TLS12)
    if (modern or legacy) if offered else (modern and not legacy):
        return None
    raise refusal


async def _takes(net: Network, target: Target, version: int) -> bool:
    """Whether a hello with every suite of a version is answered by a ServerHello."""
    random, session = os.urandom(32), os.urandom(32) if version == hello.TLS13 else b""
    words = hello.ClientHello(version, suites.every(version), random, target.name, session=session).to_bytes()
    return server_hello.hear(await say(net, target, words, _enough)).hello is not None


def _enough(data: bytes) -> bool:
    heard = server_hello.hear(data)
    return heard.hello is not None or heard.alert is not None
