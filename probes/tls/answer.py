"""What one answer to a hello amounts to by itself. Answers are not compared here."""

from dataclasses import dataclass
from enum import Enum

from probes.tls import key_exchange, server_hello, sslv2, suites
from probes.tls.key_exchange import KeyExchange
from probes.tls.server_hello import Heard, ServerHello
from scanner.model.errors import Malformed
from scanner.model.verdict import Reason

PROTOCOL_VERSION, UNRECOGNIZED_NAME, INAPPROPRIATE_FALLBACK = 70, 112, 86
FINAL_ALERTS = frozenset([PROTOCOL_VERSION, 40, 71, INAPPROPRIATE_FALLBACK])
"""protocol_version, handshake_failure, insufficient_security, inappropriate_fallback: no matter of the hello's form."""


class Outcome(Enum):
    """What one question brought."""

    ACCEPTED = "accepted"  # a ServerHello, of whatever version
    WRONG_VERSION = "wrong version"  # it said that it is the version
    REFUSED = "refused"  # an alert, a close or a reset: proves something only beside an answer
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True)
class Answer:
    """`what` is one line, `said` the first octets, `reason` why nothing was told where that is so.

    `final` says that the hello's form was not the matter, `alert` the alert's number. `hello`, `exchange`, `chain`
    and `staple` are what came with a ServerHello; `ciphers` what an SSL 2.0 server has in common with us.
    """

    outcome: Outcome
    what: str
    said: bytes = b""
    reason: Reason = Reason.REFUSED
    final: bool = True
    alert: int | None = None
    hello: ServerHello | None = None
    exchange: KeyExchange | None = None
    chain: tuple[bytes, ...] = ()
    staple: bytes | None = None
    ciphers: tuple[str, ...] = ()

    @property
    def version(self) -> int | None:
        """The version negotiated; None where none was."""
        if self.ciphers:
            return sslv2.VERSION
        return self.hello.version if self.hello is not None else None

    @property
    def suite(self) -> int:
        """The suite chosen, where one was."""
        return self.hello.suite if self.hello is not None else 0


def enough(data: bytes) -> bool:
    """Whether all has come that an answer is read from: the group comes last, before ServerHelloDone."""
    heard = server_hello.hear(data)
    if heard.alert is not None or heard.done or heard.key_exchange is not None:
        return True
    return heard.hello is not None and heard.hello.version >= 0x0304


def read(reply: bytes) -> Answer:
    """What a reply to a hello of SSL 3.0 or later says. Raises Malformed, OverBudget."""
    heard = server_hello.hear(reply)
    if heard.hello is not None:
        return _accepted(heard, heard.hello, reply)
    if heard.alert is None:
        return Answer(Outcome.REFUSED, "the connection was ended in answer to the hello", final=False)
    number = heard.alert.description
    what, said = f"alert {number}", reply[:64]
    if number == UNRECOGNIZED_NAME:
        return Answer(Outcome.UNTOLD, f"{what} (unrecognized_name)", said, alert=number)
    outcome = Outcome.WRONG_VERSION if number == PROTOCOL_VERSION else Outcome.REFUSED
    return Answer(outcome, what, said, final=number in FINAL_ALERTS, alert=number)


def _accepted(heard: Heard, hello: ServerHello, reply: bytes) -> Answer:
    what = f"{'HelloRetryRequest' if hello.retry else 'ServerHello'} version 0x{hello.version:04X}, "
    what += f"cipher 0x{hello.suite:04X} ({suites.name(hello.suite)})"
    exchange = None
    if heard.key_exchange is not None:
        try:
            exchange = key_exchange.read(heard.key_exchange, suites.table().get(hello.suite), hello.version)
        except Malformed:
            what += ", with a key exchange that cannot be read"
    if exchange is not None:
        what += f", {exchange.kind} of {exchange.bits} bits"
    chain = heard.certificates or ()
    return Answer(Outcome.ACCEPTED, what, reply[:256], hello=hello, exchange=exchange, chain=chain, staple=heard.staple)


def sslv2_enough(data: bytes) -> bool:
    """The same for an answer to an SSL 2.0 hello, which may be TLS."""
    return enough(data) if _is_tls(data) else sslv2.hear(data) is not None


def read_sslv2(reply: bytes) -> Answer:
    """What a reply to an SSL 2.0 hello says: only a cipher in common accepts. Raises Malformed."""
    if _is_tls(reply):
        answer = read(reply)
        refused = answer.outcome in (Outcome.ACCEPTED, Outcome.WRONG_VERSION)
        outcome = Outcome.WRONG_VERSION if refused else answer.outcome
        return Answer(outcome, answer.what, answer.said, answer.reason, alert=answer.alert)
    heard = sslv2.hear(reply)
    if heard is None:
        return Answer(Outcome.REFUSED, "the connection was ended in answer to the hello", final=False)
    if not heard.ciphers:
        return Answer(Outcome.WRONG_VERSION, "SSL 2.0 without a cipher in common", reply[:256])
    what = f"SSL 2.0 SERVER-HELLO, ciphers {', '.join(heard.ciphers)}"
    chain = (heard.certificate,) if heard.certificate else ()
    return Answer(Outcome.ACCEPTED, what, reply[:64], chain=chain, ciphers=heard.ciphers)


def _is_tls(data: bytes) -> bool:
    """An alert or handshake record of SSL 3.0 and later, in answer to an SSL 2.0 hello."""
    return data[:1] in (b"\x15", b"\x16") and data[1:2] in (b"", b"\x03")
