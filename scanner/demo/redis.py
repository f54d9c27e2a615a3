"""A dialogue like Redis's (RESP2, inline and array commands): open, or behind a password. Holds no data."""

import asyncio
import contextlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RedisDialogue:
    """Answers PING and INFO where it is open; asks for a password where it is not."""

    open: bool

    async def start(self, address: str, port: int) -> None:
        await asyncio.start_server(self._serve, address, port)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, TimeoutError, ValueError):
            while True:
                async with asyncio.timeout(15):
                    words = await _command(reader)
                if not words:
                    break
                writer.write(self._reply(words))
                await writer.drain()
        writer.close()

    def _reply(self, words: list[bytes]) -> bytes:
        match words[0].upper():
            case b"QUIT":
                return b"+OK\r\n"
            case _ if not self.open:
                return b"-NOAUTH Authentication required.\r\n"
            case b"PING":
                return b"+PONG\r\n"
            case b"INFO":
                info = b"# Server\r\nredis_version:5.0.7\r\nredis_mode:standalone\r\n"
                return b"$%d\r\n%s\r\n" % (len(info), info)
            case _:
                return b"-ERR unknown command\r\n"


async def _command(reader: asyncio.StreamReader) -> list[bytes]:
    """One command, inline ("PING") or as an array of bulk strings."""
    line = await reader.readline()
    if not line.startswith(b"*"):
        return line.split()
    words = []
    for _ in range(min(int(line[1:]), 16)):
        length = int((await reader.readline())[1:])
        words.append((await reader.readexactly(min(length, 4096) + 2))[:-2])
    return words
