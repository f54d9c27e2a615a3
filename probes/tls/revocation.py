"""Whether a certificate was revoked: by what the server stapled, by its authority's responder, by its list.

The authority is asked through the gate alone, which admits it only where the inspection file does; what is stapled
costs nothing and comes first. "Revoked" is believed when two answers say so, "good" when one does, and only an answer
counts that the issuer signed and that is not out of date.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from probes.tls import crl, ocsp, pointers
from probes.tls.chain_reading import ChainReading
from probes.tls.status import Answer, Status
from probes.tls.x509 import Certificate
from scanner.model.errors import NetworkError
from scanner.model.network import Network
from scanner.model.verdict import Reason

STAPLED, ASKED, LISTED = "stapled OCSP", "OCSP", "CRL"
RESPONDERS = 2
"""Of those that a certificate names, how many are asked."""

Get = Callable[[bool], Awaitable[bytes]]
"""Get an answer; afresh where it was had before."""


@dataclass(frozen=True, slots=True)
class Told:
    """One answer: the way it came, what it says, and its octets."""

    way: str
    place: str
    status: str
    what: str
    at: str | None = None
    raw: bytes = b""


@dataclass(slots=True)
class Revocation:
    """`revoked` is None where nothing proves either; `reason` then says how the looking ended.

    `named` says that there is any way to know: a staple, a responder or a list that can be asked.
    """

    named: bool = False
    revoked: bool | None = None
    reason: Reason = Reason.MALFORMED
    told: list[Told] = field(default_factory=list)

    def proven(self) -> Told | None:
        """The first answer that says revoked."""
        return next((each for each in self.told if each.status == Status.REVOKED), None)


@dataclass(frozen=True, slots=True)
class _Source:
    way: str
    place: str
    get: Get


async def looked_up(net: Network, reading: ChainReading, staple: bytes, again: Get, at: datetime) -> Revocation:
    """Look until something is proven. `again` gets the server's staple anew."""
    found = Revocation(named=bool(staple or _responders(reading) or _lists(reading)))
    if reading.issuer is not None:
        for source in _sources(net, reading, reading.issuer, staple, again):
            await _look(found, source, reading.leaf, reading.issuer, at)
            if found.revoked is not None:
                break
    return found


async def _look(found: Revocation, source: _Source, leaf: Certificate, issuer: Certificate, at: datetime) -> None:
    """One source; and once more where it says revoked and nobody else did before."""
    for anew in (False, True):
        answer, raw = await _answer(source, anew, leaf, issuer, at)
        when = answer.at.isoformat() if answer.at else None
        found.told.append(Told(source.way, source.place, answer.status.value, answer.what, when, raw))
        if answer.status is Status.UNTOLD:
            found.reason = _weightier(found.reason, answer.reason, first=len(found.told) == 1)
            return
        revoked = sum(each.status == Status.REVOKED for each in found.told)
        if answer.status is Status.GOOD:
            # who says both within a minute has told nothing
            found.revoked = None if revoked else False
            return
        if revoked > 1:
            found.revoked = True
            return


async def _answer(
    source: _Source, anew: bool, leaf: Certificate, issuer: Certificate, at: datetime
) -> tuple[Answer, bytes]:
    raw = b""
    try:
        raw = await source.get(anew)
        if source.way == LISTED:
            return await asyncio.to_thread(crl.read, raw, leaf, issuer, at), raw  # a list may have megabytes
        return ocsp.read(raw, leaf, issuer, at), raw
    except NetworkError as error:
        return Answer(Status.UNTOLD, str(error), reason=error.reason), raw


def _sources(net: Network, reading: ChainReading, issuer: Certificate, staple: bytes, again: Get) -> list[_Source]:
    async def stapled(anew: bool) -> bytes:
        return await again(anew) if anew else staple

    def responder(url: str) -> Get:
        async def get(anew: bool) -> bytes:
            return await net.ocsp(url, ocsp.request(reading.leaf, issuer), again=anew)

        return get

    def listed(url: str) -> Get:
        async def get(anew: bool) -> bytes:
            return await net.crl(url, again=anew)

        return get

    return [
        *([_Source(STAPLED, "", stapled)] if staple else []),
        *(_Source(ASKED, url, responder(url)) for url in _responders(reading)),
        *(_Source(LISTED, url, listed(url)) for url in _lists(reading)),
    ]


def _responders(reading: ChainReading) -> tuple[str, ...]:
    return _http(pointers.ocsp_urls(reading.leaf))


def _lists(reading: ChainReading) -> tuple[str, ...]:
    return _http(pointers.crl_urls(reading.leaf))


def _http(urls: tuple[str, ...]) -> tuple[str, ...]:
    """Those that HTTP can ask; LDAP and https (which would want a revocation check of its own) are left."""
    return tuple(url for url in urls if url.lower().startswith("http://"))[:RESPONDERS]


def _weightier(before: Reason, now: Reason, *, first: bool) -> Reason:
    """That the file does not admit the authority is what its reader can mend, and so stands above all else."""
    return now if first or before is not Reason.NOT_PERMITTED else before
