"""The operator's own traffic: feeds, notification, time stamps, RDAP's bootstrap. No inspected address is asked here."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import requests
import urllib3.exceptions

from scanner import __version__
from scanner.model.errors import Malformed, NetworkError, NotAdmitted, OverBudget, TimedOut, Unreachable
from scanner.model.verdict import Reason
from scanner.network.allowed import Allowed, Purpose
from scanner.network.audit import AuditLog
from scanner.network.question import TrafficClass

MOST_BYTES = 64 * 1024 * 1024
SECONDS = 60.0
"""For a whole answer; PATIENCE for each part of it."""
PATIENCE = 10.0
HOPS = 5
CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What an allow-listed server said; `url` is where redirects ended. The body is as sent."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


class Outward:
    """A context manager over an audit log of the operator's own. One question at a time; certificates are verified."""

    def __init__(self, allowed: Allowed, audit: Path) -> None:
        self._allowed = allowed
        self._audit = AuditLog(audit)
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        await self._audit.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._audit.__aexit__(kind, error, trace)

    async def get(
        self, purpose: Purpose, url: str, *, headers: Mapping[str, str] | None = None, most: int = MOST_BYTES
    ) -> Answer:
        """The answer, whatever its status; redirects are followed to allow-listed origins alone."""
        for _ in range(HOPS):
            answer = await self._ask("GET", purpose, url, headers or {}, None, most)
            location = answer.headers.get("location")
            if answer.status not in (301, 302, 303, 307, 308) or location is None:
                return answer
            url = urljoin(url, location)
        raise OverBudget(f"{url[:200]}: more than {HOPS} redirects")

    async def post(
        self, purpose: Purpose, url: str, body: bytes, *, headers: Mapping[str, str], most: int = 1024 * 1024
    ) -> Answer:
        """The answer to what is sent, whatever its status; a redirect is an answer, and is not followed."""
        return await self._ask("POST", purpose, url, headers, body, most)

    async def _ask(
        self, method: str, purpose: Purpose, url: str, headers: Mapping[str, str], body: bytes | None, most: int
    ) -> Answer:
        """One request. Raises NotAdmitted where the operator's list has no such place; what is not audited is not sent."""
        if self._audit.failure is not None:
            raise NotAdmitted("the audit log cannot be written", Reason.NOT_PERMITTED)
        if not self._allowed.admits(purpose, url):
            self._write(method, purpose, url, f"refused: {Reason.NOT_PERMITTED}")
            raise NotAdmitted(f"{url[:200]} is not on the operator's list for {purpose}", Reason.NOT_PERMITTED)
        async with self._turn:
            begun = time.monotonic()
            try:
                answer = await _in_a_thread(
                    lambda: _request(method, url, headers, body, most, self._allowed.proxy), url
                )
            except NetworkError as error:
                self._write(method, purpose, url, error.reason.value, begun, len(body or b""))
                raise
            self._write(method, purpose, url, str(answer.status), begun, len(body or b""), len(answer.body))
        return answer

    def _write(
        self,
        method: str,
        purpose: Purpose,
        url: str,
        outcome: str,
        begun: float | None = None,
        sent: int | None = None,
        received: int | None = None,
    ) -> None:
        parts = urlsplit(url)
        self._audit.write(
            **{"class": TrafficClass.OPERATOR.value},
            purpose=purpose.value,
            act=method.lower(),
            name=(parts.netloc.rpartition("@")[2])[:255],
            path=parts.path[:1024],
            outcome=outcome,
            ms=None if begun is None else round((time.monotonic() - begun) * 1000, 1),
            sent=sent,
            received=received,
        )


async def _in_a_thread(ask: Callable[[], Answer], url: str) -> Answer:
    """What `ask` returns or raises, or TimedOut at the deadline.

    requests has no deadline of its own for a head that drips. Its thread is let go then, and is a daemon's: it
    holds up neither the loop's end nor the process's.
    """
    loop = asyncio.get_running_loop()
    told: asyncio.Future[Answer] = loop.create_future()

    def settle(answer: Answer | None, error: BaseException | None) -> None:
        if not told.done() and error is not None:
            told.set_exception(error)
        elif not told.done() and answer is not None:
            told.set_result(answer)

    def work() -> None:
        answer, fault = None, None
        try:
            answer = ask()
        except BaseException as error:
            fault = error
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, answer, fault)

    threading.Thread(target=work, name="outward", daemon=True).start()
    try:
        async with asyncio.timeout(SECONDS):
            return await told
    except TimeoutError:
        raise TimedOut(f"{url[:200]}: no end within {SECONDS:g} s") from None


def _request(
    method: str, url: str, headers: Mapping[str, str], body: bytes | None, most: int, proxy: str | None
) -> Answer:
    """One request by requests, in a thread of its own: nothing of the environment, bounded in bytes and time."""
    ends = time.monotonic() + SECONDS
    own = {"User-Agent": f"Yuanjian/{__version__}", "Accept-Encoding": "identity"}
    try:
        with requests.Session() as session:
            session.trust_env = False  # neither a .netrc's passwords nor somebody's proxy
            session.proxies = {"http": proxy, "https": proxy} if proxy else {}
            with session.request(
                method,
                url,
                headers=own | dict(headers),
                data=body,
                timeout=PATIENCE,
                allow_redirects=False,
                stream=True,
            ) as response:
                content = bytearray()
                while part := response.raw.read1(CHUNK, decode_content=False):
                    content += part
                    if len(content) > most:
                        raise OverBudget(f"{url[:200]}: more than {most} bytes")
                    if time.monotonic() > ends:
                        raise TimedOut(f"{url[:200]}: no end within {SECONDS:g} s")
                lowered = {name.lower(): value for name, value in response.headers.items()}
                return Answer(url, response.status_code, lowered, bytes(content))
    except (requests.Timeout, urllib3.exceptions.ReadTimeoutError, urllib3.exceptions.ConnectTimeoutError) as error:
        raise TimedOut(f"{url[:200]}: no answer") from error
    except requests.ConnectionError as error:
        raise Unreachable(f"{url[:200]}: {error}") from error
    except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError) as error:
        raise Malformed(f"{url[:200]}: {type(error).__name__}: {error}") from error
