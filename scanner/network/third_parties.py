"""Questions to those who are asked about a target: certificate authorities and RDAP servers (R1). It judges nothing."""

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_address

from yarl import URL

from scanner.model.errors import Malformed, NetworkError, NotAdmitted, OverBudget, Unreachable
from scanner.model.verdict import Reason
from scanner.network.gate import Gate
from scanner.network.http import Http, Request
from scanner.network.patience import in_turn
from scanner.network.question import Act, Party, Question, TrafficClass

REQUEST_BYTES = 4096
"""An OCSP request about one certificate takes under 200."""

OCSP_BYTES, CRL_BYTES, RDAP_BYTES = 64 * 1024, 16 * 1024 * 1024, 256 * 1024
"""What an answer may take. Lists of large authorities have some megabytes."""

SECONDS = 20.0

ADDRESSES = 2
"""Of a server's addresses, how many are tried."""

REMEMBERED_BYTES = 64 * 1024 * 1024

FAILED_FOR = 300.0
"""Seconds in which a server that did not answer is not asked the same again: many certificates share one."""

AGENT = ("User-Agent", "Yuanjian")
"""A third party learns neither which inspection it is nor who inspects: that is confidential (Order 151 Art. 5)."""

WRITTEN = re.compile(r"[!-~]{1,1024}")
"""RFC 3986 section 2: what may stand in a URL, and nothing that ends a line of the request."""

SCHEMES = {Party.OCSP: ("http",), Party.RDAP: ("https", "http")}

Headers = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class _Known:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    body: bytes | None = None
    error: NetworkError | None = None
    failed_at: float = 0.0
    times: int = 0


class ThirdParties:
    """Each question is asked once in a scan: two hundred certificates of one authority cost it one list."""

    def __init__(self, gate: Gate, http: Http) -> None:
        self._gate = gate
        self._http = http
        self._known: dict[tuple[Party, str, bytes | None], _Known] = {}
        self._size = 0

    async def ocsp(self, unit: str, probe: str, url: str, request: bytes, *, again: bool = False) -> bytes:
        """The DER of an OCSP response (RFC 6960 appendix A.1), unread."""
        if len(request) > REQUEST_BYTES or request[:1] != b"\x30":
            raise NotAdmitted("no OCSP request", Reason.PROBE_FAULT)
        headers = (AGENT, ("Content-Type", "application/ocsp-request"), ("Accept", "application/ocsp-response"))
        return await self._once(_question(unit, probe, Party.OCSP), url, headers, OCSP_BYTES, request, again=again)

    async def crl(self, unit: str, probe: str, url: str, *, again: bool = False) -> bytes:
        """A revocation list as its distribution point gives it (RFC 5280 section 4.2.1.13), unread."""
        return await self._once(_question(unit, probe, Party.OCSP), url, (AGENT,), CRL_BYTES, again=again)

    async def rdap(self, unit: str, probe: str, url: str) -> bytes:
        """The JSON of an RDAP answer (RFC 7480 section 4.2), unread."""
        headers = (AGENT, ("Accept", "application/rdap+json"))
        return await self._once(_question(unit, probe, Party.RDAP), url, headers, RDAP_BYTES)

    async def _once(
        self,
        question: Question,
        url: str,
        headers: Headers,
        most: int,
        body: bytes | None = None,
        *,
        again: bool = False,
    ) -> bytes:
        """Ask, or remember; those who ask the same meanwhile wait for it. `again` wants an answer that was had twice."""
        request = self._request(question, url, headers, most, body)
        known = self._known.setdefault((question.party, str(request.url), body), _Known())
        async with in_turn(known.lock):
            if known.body is not None and known.times > again:
                return known.body
            if known.error is not None and time.monotonic() - known.failed_at < FAILED_FOR:
                raise known.error
            try:
                answer = await self._ask(request)
            except NetworkError as error:
                if error.reason not in (Reason.INTERRUPTED, Reason.OWN_LAG):
                    known.error, known.failed_at = error, time.monotonic()
                raise
            self._size += len(answer) - len(known.body or b"")
            known.body, known.times = answer, known.times + 1
        self._trim()
        return answer

    def _request(self, question: Question, written: str, headers: Headers, most: int, body: bytes | None) -> Request:
        """A request that may be asked at all. Raises NotAdmitted, counted and audited."""
        try:
            url = URL(written if WRITTEN.fullmatch(written) else "", encoded=True)
            host, port = (url.raw_host or "").lower().rstrip("."), url.port or 0
        except ValueError:
            url, host, port = URL(), "", 0
        question = replace(question, port=port, name=host[:255] or None)
        if not self._gate.admits_party(question.party):
            raise self._gate.refuse(question, Reason.NOT_PERMITTED, "the file admits no such third party")
        if url.scheme not in SCHEMES[question.party] or not host or not port or url.raw_user or url.raw_query_string:
            raise self._gate.refuse(question, Reason.NOT_PERMITTED, f"no place to ask: {written[:200]!r}")
        if _is_literal(host):
            question = replace(question, address=host.strip("[]"), name=None)
        return Request(question, url.with_fragment(None), "POST" if body else "GET", headers, most, SECONDS, body)

    async def _ask(self, request: Request) -> bytes:
        last: NetworkError = Unreachable(f"{request.url.raw_host} has no address")
        for address in await self._addresses(request.question):
            try:
                response = await self._http.get(replace(request, question=replace(request.question, address=address)))
            except NotAdmitted:
                raise
            except NetworkError as error:
                last = error
                continue
            if response.status != 200:
                raise Malformed(f"{request.method} {request.url}: HTTP status {response.status}")
            if response.truncated:
                raise OverBudget(f"{request.url}: more than {request.most} bytes")
            return response.body
        raise last

    async def _addresses(self, question: Question) -> Sequence[str]:
        if question.name is None:
            return (question.address,)
        resolution = await self._gate.ledger.resolution(question.name)
        if not resolution.addresses and resolution.reason is not None:
            raise Unreachable(f"{question.name} could not be resolved", resolution.reason)
        return resolution.addresses[:ADDRESSES]

    def _trim(self) -> None:
        """Forget the oldest answers beyond the bound."""
        for key, known in list(self._known.items()):
            if self._size <= REMEMBERED_BYTES:
                return
            if known.body is not None:
                self._size -= len(known.body)
                del self._known[key]


def _question(unit: str, probe: str, party: Party) -> Question:
    """`address` and `port` are set once the server is known."""
    return Question(unit, "", 0, Act.REQUEST, probe, klass=TrafficClass.INFRASTRUCTURE, party=party)


def _is_literal(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
