"""Asking a server for one protocol version, and what its answer amounts to by itself. Versions are not compared here."""

import os
from dataclasses import dataclass
from enum import Enum

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from probes.tls import hello, server_hello, sslv2, suites
from probes.tls.conversation import say
from scanner.model.errors import Blocked, NetworkError, NotAdmitted
from scanner.model.network import Network
from scanner.model.target import Target
from scanner.model.verdict import Reason

PROTOCOL_VERSION, UNRECOGNIZED_NAME = 70, 112
FINAL_ALERTS = frozenset([PROTOCOL_VERSION, 40, 71, 86])
"""protocol_version, handshake_failure, insufficient_security, inappropriate_fallback: no matter of the hello's form."""
X25519 = 29


class Outcome(Enum):
    """What one question brought."""

    ACCEPTED = "accepted"
    OTHER_VERSION = "other version"  # the server went on, in another version
    WRONG_VERSION = "wrong version"  # it said that it is the version
    REFUSED = "refused"  # an alert, a close or a reset: proves something only beside an answer
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True)
class Answer:
    """`reason` where nothing was told; `cipher` and `said` (the first octets) where something was."""

    outcome: Outcome
    what: str
    cipher: str = ""
    said: bytes = b""
    reason: Reason = Reason.REFUSED
    final: bool = True


def hello_for(version: int, name: str | None, *, small: bool = False) -> bytes:
    """The hello that asks for a version: with all there is, or small for servers that cannot take that."""
    random, session = os.urandom(32), os.urandom(32) if version == hello.TLS13 else b""
    if not small:
        return hello.ClientHello(version, suites.every(version), random, name, session=session).to_bytes()
    share = (X25519, X25519PrivateKey.generate().public_key().public_bytes_raw())
    return hello.ClientHello(
        version,
        suites.few(version),
        random,
        name,
        groups=hello.FEW_GROUPS,
        signatures=hello.FEW_SIGNATURES,
        key_shares=(share,) if version == hello.TLS13 else (),
        session=session,
    ).to_bytes()


async def ask(net: Network, target: Target, version: int) -> Answer:
    """Ask for one version, and once more in other words unless the first answer leaves no doubt."""
    first = await _once(net, target, version, small=False)
    if first.final:
        return first
    second = await _once(net, target, version, small=True)
    return first if second.outcome is Outcome.UNTOLD and first.outcome is not Outcome.UNTOLD else second


async def _once(net: Network, target: Target, version: int, *, small: bool) -> Answer:
    try:
        if version == sslv2.VERSION:
            words = sslv2.hello(os.urandom(16))
            return _judge_sslv2(await say(net, target, words, _sslv2_enough))
        return judge(version, await say(net, target, hello_for(version, target.name, small=small), _enough))
    except (NotAdmitted, Blocked):
        raise
    except NetworkError as error:
        return Answer(Outcome.UNTOLD, str(error), reason=error.reason, final=False)


def judge(version: int, reply: bytes) -> Answer:
    """What a reply to a hello of SSL 3.0 or later says of the version asked for."""
    heard = server_hello.hear(reply)
    said = reply[:256]
    if heard.hello is not None:
        spoken = heard.hello.version
        what = f"{'HelloRetryRequest' if heard.hello.retry else 'ServerHello'} version 0x{spoken:04X}, "
        what += f"cipher 0x{heard.hello.suite:04X} ({suites.name(heard.hello.suite)})"
        same = Outcome.ACCEPTED if spoken == version else Outcome.OTHER_VERSION
        return Answer(same, what, suites.name(heard.hello.suite), said)
    if heard.alert is not None:
        return _refusal(heard.alert.description, said)
    return Answer(Outcome.REFUSED, "the connection was ended in answer to the hello", final=False)


def _refusal(description: int, said: bytes) -> Answer:
    what = f"alert {description}"
    if description == UNRECOGNIZED_NAME:
        return Answer(Outcome.UNTOLD, f"{what} (unrecognized_name)", reason=Reason.REFUSED)
    outcome = Outcome.WRONG_VERSION if description == PROTOCOL_VERSION else Outcome.REFUSED
    return Answer(outcome, what, said=said, final=description in FINAL_ALERTS)


def _judge_sslv2(reply: bytes) -> Answer:
    if _is_tls(reply):
        answer = judge(sslv2.VERSION, reply)
        return Answer(answer.outcome, answer.what, said=answer.said, reason=answer.reason)
    heard = sslv2.hear(reply)
    if heard is None:
        return Answer(Outcome.REFUSED, "the connection was ended in answer to the hello", final=False)
    if heard.ciphers:
        what = f"SSL 2.0 SERVER-HELLO, ciphers {', '.join(heard.ciphers)}"
        return Answer(Outcome.ACCEPTED, what, heard.ciphers[0], reply[:1024])
    return Answer(Outcome.WRONG_VERSION, "SSL 2.0 without a cipher in common", said=reply[:256])


def _is_tls(data: bytes) -> bool:
    """An alert or handshake record of SSL 3.0 and later, in answer to an SSL 2.0 hello."""
    return data[:1] in (b"\x15", b"\x16") and data[1:2] in (b"", b"\x03")


def _enough(data: bytes) -> bool:
    heard = server_hello.hear(data)
    return heard.hello is not None or heard.alert is not None


def _sslv2_enough(data: bytes) -> bool:
    return _enough(data) if _is_tls(data) else sslv2.hear(data) is not None
