"""ManageSieve before TLS (RFC 5804 sections 1.7 and 2.2): the capabilities that it greets with, STARTTLS."""

import re

from probes.tls.starttls.step import StartTls, Step, not_now, not_offered, ready
from scanner.model.errors import Malformed

LAST = re.compile(rb"(?:^|\n)(OK|NO|BYE)\b([^\r\n]*)\r?\n", re.I)


def _greeting(heard: bytes) -> Step | None:
    found = _last(heard)
    if found is None:
        return None
    if found[1].upper() != b"OK":
        return not_now(found[0])
    offered = re.search(rb'(?:^|\n)"STARTTLS"', heard, re.I)
    return Step(b"STARTTLS\r\n", _answer) if offered else not_offered("capabilities without STARTTLS")


def _answer(heard: bytes) -> Step | None:
    found = _last(heard)
    if found is None:
        return None
    match found[1].upper():
        case b"OK":
            return ready()
        case b"NO" if b"TRYLATER" not in found[2].upper():
            return not_offered(found[0])
        case _:
            return not_now(found[0])


def _last(heard: bytes) -> re.Match[bytes] | None:
    if heard[:1].upper() not in (b"", b'"', b"O", b"N", b"B"):
        raise Malformed("no ManageSieve reply")
    return LAST.search(heard)


STARTTLS = StartTls("sieve", (4190, 2000), _greeting)
