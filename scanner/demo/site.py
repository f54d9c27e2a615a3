"""The demonstration's web sites: one careless, one well kept. Plain HTTP/1.1 over asyncio."""

import asyncio
import contextlib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

READ_AT_MOST = 16 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """Status line, headers and body of one page."""

    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Site:
    """Pages by path, what any other path gets, and whether TRACE is echoed."""

    pages: Mapping[str, Answer]
    otherwise: Answer
    echoes_trace: bool = False
    extra: tuple[tuple[str, str], ...] = field(default=())

    async def start(self, address: str, port: int, tls: ssl.SSLContext | None = None) -> None:
        """Listen; raises OSError where the address is taken."""
        await asyncio.start_server(self._serve, address, port, ssl=tls)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(
            ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError, ssl.SSLError
        ):
            while True:
                async with asyncio.timeout(15):
                    request = await reader.readuntil(b"\r\n\r\n")
                method, path = request.split(b" ", 2)[:2]
                writer.write(self._respond(method, path.decode("latin-1").partition("?")[0], request))
                await writer.drain()
        writer.close()

    def _respond(self, method: bytes, path: str, request: bytes) -> bytes:
        if method == b"TRACE" and self.echoes_trace:
            answer = Answer("200 OK", (("Content-Type", "message/http"),), request[:READ_AT_MOST])
        elif method not in (b"GET", b"HEAD"):
            answer = Answer("405 Method Not Allowed", (("Allow", "GET, HEAD"),))
        else:
            answer = self.pages.get(path, self.otherwise)
        headers = (*answer.headers, *self.extra, ("Content-Length", str(len(answer.body))))
        head = "".join(f"{name}: {value}\r\n" for name, value in headers)
        body = b"" if method == b"HEAD" else answer.body
        return f"HTTP/1.1 {answer.status}\r\n{head}\r\n".encode("latin-1") + body


def page(html: str, *headers: tuple[str, str]) -> Answer:
    return Answer("200 OK", (("Content-Type", "text/html; charset=utf-8"), *headers), html.encode())


def text(body: str) -> Answer:
    return Answer("200 OK", (("Content-Type", "text/plain; charset=utf-8"),), body.encode())


NOT_FOUND = Answer("404 Not Found", (("Content-Type", "text/html; charset=utf-8"),), b"<h1>404</h1>")


def careless_tls(chain: Path) -> ssl.SSLContext:
    """Still speaks TLS 1.0 and 1.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with contextlib.suppress(ValueError, ssl.SSLError):
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.load_cert_chain(chain)
    return context


def kept_tls(chain: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(chain)
    return context
