"""HTTP questions: bounded, remembered, every hop of a redirect admitted by itself (R26). It judges nothing."""

import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from statistics import median
from typing import Any

import aiohttp
from aiohttp import http_exceptions
from multidict import CIMultiDict
from yarl import URL

from scanner.model.errors import Malformed, NetworkError, OverBudget
from scanner.model.network import Response
from scanner.network.crossing import Crossing
from scanner.network.failure import as_network_error
from scanner.network.gate import Gate
from scanner.network.http_session import HEADER_BYTES, Session
from scanner.network.inflate import Inflater
from scanner.network.memory import Memory
from scanner.network.permit import Permit
from scanner.network.question import Act, Question
from scanner.network.sessions import Sessions

CLOCKS, CLOCKS_KEPT = 3, 256
"""Addresses whose clocks are held beside ours: as few as may be called agreement, and as many as are remembered."""

AGREEING = 60.0
"""Seconds between the middle half of other clocks that still count as agreement."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request to one admitted place; `url` carries the name that is sent as Host and SNI."""

    question: Question
    url: URL
    method: str
    headers: tuple[tuple[str, str], ...]
    most: int
    timeout: float
    body: bytes | None = None

    @property
    def plain(self) -> bool:
        return self.method == "GET" and not self.headers and not self.body


def url_of(scheme: str, host: str, port: int, path: str) -> URL:
    """A URL whose path goes out as written: nothing is quoted or normalised away. Raises Malformed."""
    rooted = path if path.startswith("/") else f"/{path}"
    try:
        origin = str(URL.build(scheme=scheme, host=host, port=port)).rstrip("/")
        return URL(origin + rooted, encoded=True)
    except ValueError as error:
        raise Malformed(f"no URL: {scheme}, {host}, {port}, {path[:200]}") from error


class Http:
    """Every HTTP session of a scan. Close it at the end."""

    def __init__(self, gate: Gate, clock: Callable[[], datetime], agent: str, connections: int) -> None:
        self._gate = gate
        self._clock = clock
        self._memory = Memory()
        self._sessions = Sessions(gate, agent, connections)
        self._offsets: dict[str, float] = {}

    @property
    def clock_offset(self) -> float | None:
        """Seconds that other clocks are ahead of ours, by the Date of sites at enough addresses that agree; else None."""
        offsets = sorted(self._offsets.values())
        if len(offsets) < CLOCKS or offsets[-1 - len(offsets) // 4] - offsets[len(offsets) // 4] > AGREEING:
            return None
        return round(median(offsets), 1)

    async def get(self, request: Request) -> Response:
        """The answer; a plain GET that was answered before is not sent again."""
        if not request.plain:
            return await self._ask(request)
        key = (request.question.address, str(request.url))
        return await self._memory.get(key, request.most, lambda: self._ask(request))

    async def close(self) -> None:
        await self._sessions.close()

    async def _ask(self, request: Request) -> Response:
        question = replace(request.question, act=Act.REQUEST, transport="tcp", opens=False)
        what = f"{request.method} {request.url}"
        async with self._gate.switch.deadline(question.unit, request.timeout, what) as timer:
            crossing = Crossing(self._gate, question, timer)
            try:
                with self._sessions.using(question) as session:
                    response = await self._exchange(session, crossing, request)
            except BaseException as error:
                crossing.ended(error)
                raise
            crossing.ended()
            return response

    def _compare_clocks(self, address: str, headers: Sequence[tuple[str, str]]) -> None:
        """Keep what the first answer of an address says of the time (RFC 9110 section 6.6.1)."""
        if address in self._offsets or len(self._offsets) >= CLOCKS_KEPT:
            return
        written = next((value for name, value in headers if name == "date"), "")
        try:
            moment = parsedate_to_datetime(written)
            self._offsets[address] = (moment - self._clock()).total_seconds()
        except (ValueError, TypeError, OverflowError):  # no date, or one without a zone
            return

    async def _exchange(self, session: Session, crossing: Crossing, request: Request) -> Response:
        try:
            answer = await session.send(
                crossing, request.method, request.url, CIMultiDict(request.headers), request.body
            )
            try:
                permit = crossing.requests[-1]
                permit.answered(str(answer.status))
                permit.received += sum(len(name) + len(value) + 4 for name, value in answer.raw_headers)
                headers = _headers(answer)
                inflater = Inflater(_encoding(headers), request.most)
                await _read(answer, inflater, permit)
            finally:
                answer.close()  # gives a connection back whose answer was read to its end, and cuts any other
        except aiohttp.ClientError as error:
            raise _as_network_error(error, request) from error
        except ValueError as error:
            raise Malformed(f"{request.method} {request.url}: {error}") from error
        seconds = round(time.monotonic() - permit.begun, 4)
        body = bytes(inflater.body)
        self._compare_clocks(request.question.address, headers)
        return Response(str(request.url), answer.status, headers, body, inflater.full, self._clock(), seconds)


async def _read(answer: aiohttp.ClientResponse, inflater: Inflater, permit: Permit) -> None:
    while not inflater.full:
        data = await answer.content.readany()
        permit.received += len(data)
        if not data:
            return
        inflater.feed(data)


def _headers(answer: aiohttp.ClientResponse) -> tuple[tuple[str, str], ...]:
    raw: Sequence[tuple[bytes, bytes]] = answer.raw_headers
    if sum(len(name) + len(value) for name, value in raw) > HEADER_BYTES:
        raise OverBudget(f"more than {HEADER_BYTES} bytes of headers")
    return tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in raw)


def _encoding(headers: Sequence[tuple[str, str]]) -> str:
    return next((value for name, value in headers if name == "content-encoding"), "")


def _as_network_error(error: aiohttp.ClientError, request: Request) -> NetworkError:
    what = f"{request.method} {request.url}"
    match error:
        case aiohttp.ClientConnectorError() | aiohttp.ClientSSLError():
            return as_network_error(error.os_error, what)
        case aiohttp.ServerDisconnectedError():
            return Malformed(f"{what}: closed before it answered")
        case aiohttp.ClientOSError():
            tls = error.__cause__ if isinstance(error.__cause__, ssl.SSLError) else None  # an alert after the handshake
            return as_network_error(tls or error, what)
    cause: BaseException | Any = error
    while cause is not None:
        if isinstance(cause, http_exceptions.LineTooLong):
            return OverBudget(f"{what}: a header longer than {HEADER_BYTES} bytes")
        cause = cause.__cause__ or cause.__context__
    return Malformed(f"{what}: {type(error).__name__}: {str(error)[:200]}")
