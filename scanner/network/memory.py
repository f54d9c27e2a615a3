"""Answers to plain GETs, so that several probes cost one request. Bounded in bytes; it asks nothing itself."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from scanner.model.network import Response
from scanner.network.patience import in_turn

BYTES = 32 * 1024 * 1024

Key = tuple[str, str]
"""Address and URL."""


class Memory:
    """Forgets the longest unused first."""

    def __init__(self, most: int = BYTES) -> None:
        self._most = most
        self._size = 0
        self._kept: OrderedDict[Key, Response] = OrderedDict()
        self._asking: dict[Key, asyncio.Lock] = {}

    async def get(self, key: Key, most: int, ask: Callable[[], Awaitable[Response]]) -> Response:
        """The remembered answer, else `ask`'s; those who ask meanwhile wait for it."""
        lock = self._asking.setdefault(key, asyncio.Lock())
        try:
            async with in_turn(lock):
                if (known := self._recall(key, most)) is not None:
                    return known
                response = await ask()
                self._keep(key, response)
                return response
        finally:
            if not lock.locked():
                self._asking.pop(key, None)

    def _recall(self, key: Key, most: int) -> Response | None:
        known = self._kept.get(key)
        if known is None or (known.truncated and len(known.body) < most):
            return None
        self._kept.move_to_end(key)
        return cut(known, most)

    def _keep(self, key: Key, response: Response) -> None:
        if (old := self._kept.pop(key, None)) is not None:
            self._size -= _size(old)
        self._kept[key] = response
        self._size += _size(response)
        while self._size > self._most and self._kept:
            _, gone = self._kept.popitem(last=False)
            self._size -= _size(gone)


def cut(response: Response, most: int) -> Response:
    """The same answer with at most `most` bytes of body."""
    if len(response.body) <= most:
        return response
    return Response(
        response.url, response.status, response.headers, response.body[:most], True, response.at, response.seconds
    )


def _size(response: Response) -> int:
    return len(response.body) + sum(len(name) + len(value) for name, value in response.headers) + 1024
