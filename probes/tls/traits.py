"""What of an answer may accuse a server: kinds of suite, primes, compression. Whether it does is said elsewhere."""

from probes.tls import hello
from probes.tls.answer import Answer
from probes.tls.suites import Suite, table

HEARD_TWICE = ("null", "anonymous", "export", "des", "rc4")
"""Kinds of suite that are only believed where two connections say so."""
SSLV3_CBC, COMPRESSION, FIELD = "sslv3-cbc", "compression", "field"


def kinds(suite: Suite | None) -> list[str]:
    """The kinds of suite that are told apart, by what the table says of them."""
    if suite is None:
        return []
    told = {
        "null": suite.cipher == "NULL",
        "anonymous": suite.authentication == "anon",
        "export": suite.export,
        "des": suite.cipher == "DES" or 0 < suite.bits <= 56,
        "rc4": suite.cipher == "RC4",
        "block64": suite.block64,
    }
    return [kind for kind, is_so in told.items() if is_so]


def traits(version: int, answer: Answer) -> list[object]:
    """Whatever has to be heard on two connections."""
    suite = table().get(answer.suite)
    found: list[object] = [kind for kind in kinds(suite) if kind in HEARD_TWICE]
    if version == hello.SSL3 and suite is not None and suite.mode == "cbc":
        found.append(SSLV3_CBC)
    if answer.exchange is not None and answer.exchange.kind == "field":
        found.append((FIELD, answer.exchange.bits))
    if answer.hello is not None and answer.hello.compression:
        found.append(COMPRESSION)
    return found
