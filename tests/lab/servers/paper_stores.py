"""Fakes of servers that Debian does not have, written from their protocols' specifications: they say what is asked
for, and nothing more. MongoDB (Wire Protocol), Cassandra (native_protocol_v4.spec), Kafka (protocol guide), Dubbo
(Dubbo protocol), WebLogic (the T3 hello as Oracle's "Using Network Connection Filters" and its clients have it).
"""

import asyncio

from probes.services import cassandra_wire as cql
from probes.services import kafka_wire
from probes.services.dialogues import dubbo as dubbo_words
from tests.hostile.servers import Conversation, Visit
from tests.unit import replies

VERSION = "6.0.5"
HELO = b"HELO:12.2.1.3.0.false\nAS:2048\nHL:19\nMS:10000000\nPN:DOMAIN\n\n"
NOT_HTTP = (
    b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nIt looks like you are trying to access MongoDB over HTTP"
)


def mongodb(*, login: bool, wire_version: int = 17, databases: tuple[str, ...] = ("admin", "patients")) -> Conversation:
    """isMaster and buildInfo for everybody, listDatabases for everybody or for none; a hint for browsers."""

    async def conversation(visit: Visit) -> None:
        while True:
            head = await visit.reader.readexactly(16)
            if head.startswith(b"GET "):
                await visit.send(NOT_HTTP)
                return
            size, code = int.from_bytes(head[:4], "little"), int.from_bytes(head[12:16], "little")
            body = await visit.reader.readexactly(size - 16)
            message = code == 2013
            if message and wire_version < 6:
                return
            await visit.send(replies.mongodb(_answer(body), message=message))

    def _answer(body: bytes) -> dict[str, replies.Field]:
        if b"isMaster\0" in body:
            return {"ismaster": 1, "maxWireVersion": wire_version, "ok": 1.0}
        if b"buildInfo\0" in body:
            return {"version": VERSION, "ok": 1.0}
        if b"listDatabases\0" in body and b"\x08nameOnly\0\x01" in body and not login:
            return {"databases": list(databases), "ok": 1.0}
        return {"ok": 0.0, "errmsg": "command listDatabases requires authentication", "code": 13}

    return conversation


def cassandra(*, login: bool, newest: int = 5) -> Conversation:
    """OPTIONS and STARTUP in versions up to `newest`; AUTHENTICATE where a login is wanted."""

    async def conversation(visit: Visit) -> None:
        while True:
            head = await visit.reader.readexactly(cql.HEADER)
            version = head[0]
            if not 3 <= version <= newest:
                text = b"Invalid or unsupported protocol version (%d)" % version
                body = (10).to_bytes(4, "big") + len(text).to_bytes(2, "big") + text
                await visit.send(replies.cassandra(cql.ERROR, body, version=newest))
                return
            await visit.reader.readexactly(int.from_bytes(head[5:9], "big"))
            if head[4] == cql.OPTIONS:
                body = b"\x00\x01\x00\x0bCQL_VERSION\x00\x01\x00\x053.4.5"
                await visit.send(replies.cassandra(cql.SUPPORTED, body, version=version))
            elif login:
                name = b"org.apache.cassandra.auth.PasswordAuthenticator"
                body = len(name).to_bytes(2, "big") + name
                await visit.send(replies.cassandra(cql.AUTHENTICATE, body, version=version))
            else:
                await visit.send(replies.cassandra(cql.READY, version=version))

    return conversation


def kafka(*, sasl: bool, metadata: tuple[int, int] = (0, 12)) -> Conversation:
    """ApiVersions for everybody; Metadata likewise, or, behind SASL, a closed door and a list of mechanisms."""

    async def conversation(visit: Visit) -> None:
        while True:
            size = int.from_bytes(await visit.reader.readexactly(4), "big")
            if size > 1 << 20:
                return
            body = await visit.reader.readexactly(size)
            key, version = int.from_bytes(body[:2], "big"), int.from_bytes(body[2:4], "big")
            if key == kafka_wire.API_VERSIONS:
                await visit.send(replies.kafka_versions({3: metadata, 17: (0, 1), 18: (0, 3)}))
            elif key == kafka_wire.METADATA and not sasl:
                await visit.send(replies.kafka_metadata(["broker.school.example"], version))
            elif key == kafka_wire.SASL_HANDSHAKE and sasl:
                await visit.send(replies.kafka(b"\x00\x21\x00\x00\x00\x01\x00\x0dSCRAM-SHA-512"))
            else:
                return

    return conversation


def dubbo(*, heartbeats: bool = True, prompt: bool = True) -> Conversation:
    """A heartbeat's answer; a prompt for what is no packet of its own."""

    async def conversation(visit: Visit) -> None:
        while data := await visit.reader.read(4096):
            if data.startswith(dubbo_words.MAGIC):
                if not heartbeats:
                    return
                await visit.send(replies.dubbo_heartbeat())
            elif prompt:
                await visit.send(b"dubbo>")

    return conversation


def weblogic(*, filtered: bool) -> Conversation:
    """HTTP and T3 on one port; a connection filter that turns T3 away."""

    async def conversation(visit: Visit) -> None:
        data = await asyncio.wait_for(visit.reader.read(4096), 30)
        if data.startswith(b"t3 "):
            await visit.send(
                b"Connection rejected, filter blocked Socket, weblogic.security.net.FilterException\n"
                if filtered
                else HELO
            )
        elif data.startswith(b"GET "):
            await visit.send(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    return conversation
