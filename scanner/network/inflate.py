"""Content-encodings undone within bounds. Pure: bytes in, at most so many bytes out."""

import zlib

from scanner.model.errors import Malformed

GZIP = 31
ZLIB = 15
RAW = -15
"""Window bits of zlib: gzip (RFC 1952), zlib (RFC 1950), and the bare deflate that some servers send as "deflate"."""


class Inflater:
    """Feed it what comes; `body` is at most `most` bytes and `full` says that there was more."""

    def __init__(self, encoding: str, most: int) -> None:
        self.body = bytearray()
        self.full = False
        self._most = most
        self._encoding = encoding.strip().lower()
        self._engine: zlib._Decompress | None = None
        self._first = True

    def feed(self, data: bytes) -> None:
        """Raises Malformed where the data does not follow its encoding."""
        match self._encoding:
            case "gzip" | "x-gzip":
                self._inflate(data, GZIP)
            case "deflate":
                self._inflate(data, ZLIB)
            case _:
                self._keep(data)

    def _inflate(self, data: bytes, bits: int) -> None:
        while data and not self.full:
            engine = self._engine or zlib.decompressobj(bits)
            try:
                room = self._most - len(self.body) + 1
                out = engine.decompress(data, room)
            except zlib.error as error:
                if self._first and bits == ZLIB:
                    self._engine = zlib.decompressobj(RAW)
                    self._first = False
                    continue
                if self.body:
                    return  # padding after the stream's end, which browsers ignore
                raise Malformed(f"no {self._encoding}: {error}") from error
            self._first = False
            self._engine = None if engine.eof else engine
            self._keep(out)
            data = engine.unused_data if engine.eof else engine.unconsumed_tail

    def _keep(self, data: bytes) -> None:
        room = self._most - len(self.body)
        self.full = self.full or len(data) > room
        self.body += data[:room]
