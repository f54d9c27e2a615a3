"""What one DNS message says of one name and one kind of record. Pure: it asks nothing and judges nothing."""

from dataclasses import dataclass

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype

from scanner.model.verdict import Reason

LONGEST_CHAIN = 8
"""Aliases followed; a longer chain is a fault of the zone."""

REASONS = {dns.rcode.REFUSED: Reason.REFUSED, dns.rcode.SERVFAIL: Reason.UNREACHABLE}
"""What an answer that is none counts as; every other response code is `malformed`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The records of one kind at a name, aliases followed.

    `records` is () only where their absence is proven (NXDOMAIN or NODATA, RFC 2308 section 2), and None
    where nothing is proven: then `reason` says why, or `onward` names the alias whose target has to be
    asked next. `aliases` are the targets of the CNAMEs on the way. `exists` is the first name's: False
    only by NXDOMAIN without an alias.
    """

    records: tuple[dns.rdata.Rdata, ...] | None = None
    aliases: tuple[str, ...] = ()
    exists: bool | None = None
    reason: Reason | None = None
    onward: str | None = None

    @property
    def absent(self) -> bool:
        return self.records == ()

    @property
    def own(self) -> tuple[dns.rdata.Rdata, ...] | None:
        """The records that the name owns itself: none of those behind an alias."""
        return () if self.records and self.aliases else self.records

    @property
    def texts(self) -> tuple[str, ...]:
        """The records in presentation form, sorted; () where there is none to show."""
        return tuple(sorted(shown(record) for record in self.records or ()))


def shown(record: dns.rdata.Rdata) -> str:
    """A record in presentation form: escaped, printable ASCII, one line."""
    return str(record.to_text()).encode("ascii", "backslashreplace").decode("ascii")


def name_of(name: dns.name.Name) -> str:
    """A name as the product writes it: lower-case A-labels, no final dot; the root is "."."""
    return str(name.to_text(omit_final_dot=True)).lower()


def read(message: dns.message.Message, name: str, kind: str) -> Answer:
    """What `message` says in answer to a question for `kind` at `name`. Never raises for what a server sent."""
    code = message.rcode()
    if message.flags & dns.flags.TC:
        return Answer(reason=Reason.MALFORMED)
    if code not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        return Answer(reason=REASONS.get(code, Reason.MALFORMED))
    try:
        last = dns.name.from_text(name)
    except (dns.exception.DNSException, UnicodeError, ValueError):
        return Answer(reason=Reason.MALFORMED)
    return _followed(message, last, dns.rdatatype.from_text(kind))


def _followed(message: dns.message.Message, last: dns.name.Name, kind: dns.rdatatype.RdataType) -> Answer:
    aliases: list[str] = []
    for _ in range(LONGEST_CHAIN + 1):
        records = _records(message, last, kind)
        if records:
            return Answer(records, tuple(aliases), exists=True)
        target = _records(message, last, dns.rdatatype.CNAME)
        if kind == dns.rdatatype.CNAME or not target:
            return _absence(message, last, tuple(aliases))
        last = target[0].target  # type: ignore[attr-defined]
        aliases.append(name_of(last))
    return Answer(aliases=tuple(aliases), exists=True, reason=Reason.MALFORMED)


def _absence(message: dns.message.Message, last: dns.name.Name, aliases: tuple[str, ...]) -> Answer:
    """No record of the kind in the answer: proven absent, only pointed elsewhere, or nothing proven."""
    if message.rcode() == dns.rcode.NXDOMAIN:
        return Answer((), aliases, exists=bool(aliases))
    proven = any(rrset.rdtype == dns.rdatatype.SOA and last.is_subdomain(rrset.name) for rrset in message.authority)
    if proven or (not aliases and not message.answer and not message.authority):
        return Answer((), aliases, exists=True)
    if aliases:
        return Answer(None, aliases, exists=True, onward=aliases[-1])
    return Answer(reason=Reason.MALFORMED)  # a referral, or an answer to something else


def _records(
    message: dns.message.Message, name: dns.name.Name, kind: dns.rdatatype.RdataType
) -> tuple[dns.rdata.Rdata, ...]:
    return tuple(
        record
        for rrset in message.answer
        if rrset.name == name and rrset.rdtype == kind and rrset.rdclass == dns.rdataclass.IN
        for record in rrset
    )
