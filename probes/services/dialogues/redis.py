"""Redis as it answers PING, in whatever mood: +PONG, no password given, protected mode, an error."""

import re
from dataclasses import replace

from probes.services.dialogue import Dialogue, Further
from probes.services.hearing import Heard
from probes.services.identity import Identity, named

PING = b"*1\r\n$4\r\nPING\r\n"
REPLY = re.compile(
    rb"\+PONG\r\n|-(?:NOAUTH|DENIED|NOPERM|LOADING|MASTERDOWN|MISCONF|BUSY) [^\r\n]+\r\n"
    rb"|-ERR (?:unknown command|wrong number of arguments for|operation not permitted|Protocol error|max number of clients)[^\r\n]*\r\n"
)
PRODUCT = "Redis"
INFO = b"*2\r\n$4\r\nINFO\r\n$6\r\nserver\r\n"
FIELD = re.compile(rb"\r?\n(redis|valkey)_version:(\d[\w.+-]{0,30})\r\n")
KIN = {b"redis": "Redis", b"valkey": "Valkey"}
OBEYS = "+PONG"


def question(host: str) -> bytes:
    """PING in the unified protocol (Redis serialization protocol specification)."""
    return PING


def suspects(heard: Heard) -> bool:
    """It hangs up on Host without a word; a TLS hello would only make it wait for more."""
    return heard.closed and not heard.data


def recognise(data: bytes) -> Identity | None:
    """Replies that only Redis and its kin word so."""
    found = REPLY.match(data[:4096])
    return named("redis", found[0], PRODUCT) if found else None


def ask_version(known: Identity) -> bytes | None:
    """INFO of the server's own section, where it obeys without a password."""
    return INFO if known.banner == OBEYS else None


def read_version(known: Identity, answer: bytes) -> Identity:
    """The last version that the section names: Valkey names Redis's before its own."""
    found = FIELD.findall(answer[:4096])
    if not answer.startswith(b"$") or not found:
        return known
    kin, version = found[-1]
    return replace(known, product=KIN[kin], version=version.decode("ascii"))


def complete(data: bytes) -> bool:
    """A bulk string says its length; every other reply is a line."""
    if not data.startswith(b"$"):
        return data.endswith(b"\n")
    head, end, rest = data.partition(b"\r\n")
    return bool(end) and head[1:].isdigit() and len(rest) >= min(int(head[1:20]), 4096 - len(head) - 2)


DIALOGUE = Dialogue(
    "redis",
    recognise,
    ports=(6379, 6380),
    tls_ports=(6380,),
    question=question,
    elsewhere=30,
    inside_tls=True,
    suspects=suspects,
    complete=complete,
    further=Further(ask_version, read_version, complete),
)
