"""What an answer to a recursive question shows: recursion, its refusal, or neither. Pure."""

from dataclasses import dataclass

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype

from probes.domain.answer import read
from scanner.model.verdict import Reason


@dataclass(frozen=True, slots=True)
class Shown:
    """`recursive` is None where the answer shows neither, for `reason`. `records` is how many it answered with."""

    recursive: bool | None
    reason: Reason | None = None
    records: tuple[str, ...] = ()


def describe(message: dns.message.Message, name: str, kind: str) -> Shown:
    """Recursion is RA set and an answer for a name the server does not serve itself (R27).

    REFUSED, or RA left clear, is a server that does not recurse for us. RA with a failure instead of an
    answer proves neither: it may recurse for us and merely have failed this time. An answer that stays cut short over TCP shows nothing.
    """
    code = message.rcode()
    if message.flags & dns.flags.TC:
        return Shown(None, Reason.MALFORMED)
    if code == dns.rcode.REFUSED or not message.flags & dns.flags.RA:
        answered = code in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN, dns.rcode.REFUSED)
        return Shown(False) if answered else Shown(None, Reason.MALFORMED)
    if message.flags & dns.flags.AA:
        return Shown(None, Reason.NO_VANTAGE)
    answer = read(message, name, kind)
    if answer.records or answer.aliases:
        return Shown(True, records=(*answer.aliases, *answer.texts))
    return Shown(None, answer.reason or Reason.MALFORMED)
