"""What the replies of stores, brokers and Java's services amount to; what they leave open; and that no bytes hurt."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.services import (
    beanstalkd,
    cassandra,
    dicom,
    dubbo,
    gearman,
    jdwp,
    kafka,
    kafka_wire,
    mongodb,
    mongodb_wire,
    mqtt,
    nats,
    postgresql,
    rtsp,
    weblogic_t3,
    zookeeper,
)
from probes.services.bson import count, fields
from probes.services.openness import Answer, asked
from scanner.model.errors import Malformed, NetworkError, TimedOut
from scanner.model.network import Network
from scanner.model.probe import Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason
from tests.unit import replies

TARGET = Target(TargetKind.SERVICE, "self", address="192.0.2.1", port=1, protocol="x", tls=False)
PROBES = [
    module.PROBE
    for module in (
        beanstalkd,
        cassandra,
        dicom,
        dubbo,
        gearman,
        jdwp,
        kafka,
        mongodb,
        mqtt,
        nats,
        postgresql,
        rtsp,
        weblogic_t3,
        zookeeper,
    )
]
SASL = b"R\x00\x00\x00\x17\x00\x00\x00\x0aSCRAM-SHA-256\x00\x00"
NO_LINE = b"E\x00\x00\x00\x20SFATAL\x00VFATAL\x00C28000\x00Mno pg_hba.conf entry\x00\x00"
LISTED = {"ok": 1.0, "databases": ["admin", "patients", "config"]}
REFUSED = {"ok": 0.0, "errmsg": "command listDatabases requires authentication", "code": 13}


@pytest.mark.parametrize(
    ("answer", "is_open"),
    [
        (mongodb.describe(mongodb_wire.document(replies.mongodb(LISTED, message=True))), True),
        (mongodb.describe(mongodb_wire.document(replies.mongodb(LISTED))), True),
        (mongodb.describe(mongodb_wire.document(replies.mongodb(REFUSED, message=True))), False),
        (mongodb.describe({"ok": 0.0, "errmsg": "not authorized on admin to execute command"}), False),
        (mongodb.describe({"ok": 0.0, "errmsg": "not master and slaveOk=false", "code": 13435}), None),
        (mongodb.describe({"ok": 1.0}), None),
        (mongodb.describe(None), None),
        (cassandra.describe(replies.cassandra(2)), True),
        (cassandra.describe(replies.cassandra(3, b"\x00\x04Auth")), False),
        (cassandra.describe(replies.cassandra(0, bytes(6))), None),
        (cassandra.describe(b"HTTP/1.1 400\r\n"), None),
        (postgresql.describe(postgresql.ADMITTED), True),
        (postgresql.describe(SASL), False),
        (postgresql.describe(b"R\x00\x00\x00\x0c\x00\x00\x00\x05abcd"), False),
        (postgresql.describe(NO_LINE), False),
        (postgresql.describe(b"E\x00\x00\x00\x10SFATAL\x00C53300\x00\x00"), None),
        (postgresql.describe(b"R\x00\x00\x00\x04"), None),
        (zookeeper.describe(b"\0\0\0\x01" + bytes(12)), True),
        (zookeeper.describe(b"\0\0\0\x01" + bytes(8) + (-102).to_bytes(4, "big", signed=True)), False),
        (zookeeper.describe(b"\0\0\0\x01" + bytes(8) + (-4).to_bytes(4, "big", signed=True)), None),
        (zookeeper.describe(b"\0\0\0\x02" + bytes(12)), None),
        (kafka.describe(replies.kafka_metadata(["a.example", "b.example"], 8), 8), True),
        (kafka.describe(replies.kafka_metadata(["a.example"], 1), 1), True),
        (kafka.describe(replies.kafka_metadata([], 8), 8), None),
        (kafka.describe(b"", 8), None),
        (mqtt.describe(b"\x20\x02\x00\x00"), True),
        (mqtt.describe(b"\x20\x02\x00\x05"), False),
        (mqtt.describe(b"\x20\x02\x00\x04"), False),
        (mqtt.describe(b"\x20\x02\x00\x03"), None),
        (mqtt.describe(b"HTTP"), None),
        (nats.describe(b"PONG\r\n"), True),
        (nats.describe(b"-ERR 'Authorization Violation'\r\n"), False),
        (nats.describe(b"-ERR 'Secure Connection - TLS Required'\r\n"), None),
        (beanstalkd.describe(b"OK 60\r\n---\ncurrent-jobs-urgent: 0\nversion: 1.10\n"), True),
        (beanstalkd.describe(b"UNKNOWN_COMMAND\r\n"), None),
        (gearman.describe(b"OK 1.1.20\n"), True),
        (gearman.describe(b"1.1.12\n"), True),
        (gearman.describe(b"ERR UNKNOWN_COMMAND Unknown+server+command\n"), False),
        (gearman.describe(b"hello\n"), None),
        (jdwp.describe(b"JDWP-Handshake"), True),
        (jdwp.describe(b"JDWP-Handshaka"), None),
        (weblogic_t3.describe(b"HELO:10.3.6.0.false\nAS:2048\nHL:19\n\n"), True),
        (weblogic_t3.describe(b"Login failed: javax: Connection rejected, filter blocked Socket"), False),
        (weblogic_t3.describe(b"HTTP/1.1 400 Bad Request\r\n\r\n"), False),
        (weblogic_t3.describe(b"hello"), None),
        (rtsp.describe([404, 404]), False),
        (rtsp.describe([404, 500]), None),
        (rtsp.describe([]), None),
        (dicom.echoed(replies.dicom_echoed(), b"ANY-SCP"), True),
        (dicom.echoed(replies.dicom_echoed(0x0122), b"ANY-SCP"), False),
        (dicom.echoed(replies.dicom_accepted(), b"ANY-SCP"), None),
        (dicom.rejected(b"\x03\x00\x00\x00\x00\x04\x00\x01\x01\x03"), False),
        (dicom.rejected(b"\x07\x00\x00\x00\x00\x04\x00\x00\x00\x00"), None),
    ],
)
def test_open_closed_and_untold_are_told_apart(answer: Answer, is_open: bool | None) -> None:
    assert answer.open is is_open
    assert answer.words


def test_names_that_come_back_are_counted_and_not_kept() -> None:
    told = mongodb.describe(mongodb_wire.document(replies.mongodb(LISTED)))
    assert told.words == "listDatabases: ok, 3 databases named"
    assert "secret" not in kafka.describe(replies.kafka_metadata(["secret.example"], 8), 8).words


def test_a_documents_fields_are_read_until_it_is_cut_or_unknown() -> None:
    whole = replies.document({"a": 1.5, "b": -3, "c": "words", "d": ["x", "y"]})
    read = fields(whole)
    assert (read["a"], read["b"], read["c"], count(cast(bytes, read["d"]))) == (1.5, -3, "words", 2)
    assert list(fields(whole[:-20])) == ["a", "b", "c"]
    assert fields(b"\x20\0\0\0\x66x\0aaaa") == {}


@given(st.binary(max_size=400))
def test_any_bytes_are_read_as_a_document(data: bytes) -> None:
    assert len(fields(data)) <= 64


def test_kafkas_versions_are_read_with_the_error_that_old_brokers_give() -> None:
    assert kafka_wire.versions(kafka_wire.body(replies.kafka_versions({3: (0, 9)}, error=35)) or b"") == {3: (0, 9)}
    assert kafka_wire.versions(b"\x00\x00\x7f\xff\xff\xff") is None
    assert kafka_wire.mechanisms(b"\x00\x21\x00\x00\x00\x01\x00\x05PLAIN") == 1
    assert kafka_wire.mechanisms(b"\x00\x22\x00\x00\x00\x00") is None


@pytest.mark.parametrize(
    ("told", "is_open", "times"),
    [
        ((True, True), True, 2),
        ((True, False), None, 2),
        ((True, None), None, 2),
        ((False,), False, 1),
        ((None,), None, 1),
    ],
)
def test_open_is_said_only_where_it_was_seen_twice(
    told: tuple[bool | None, ...], is_open: bool | None, times: int
) -> None:
    left = list(told)

    async def ask(target: Target, net: Network) -> Answer:
        return Answer(left.pop(0), "words")

    seen = asyncio.run(asked(ask, ask, TARGET, cast(Network, None)))
    assert seen.facts.open is is_open
    assert seen.gaps == ({} if is_open is not None else {"open": Reason.MALFORMED})
    assert len(told) - len(left) == times


class Paper:
    """A stream, and a network of such streams, that says given bytes at each connection and takes everything."""

    def __init__(self, said: bytes) -> None:
        self._said, self._left = said, said

    @asynccontextmanager
    async def connect(self, **_: Any) -> AsyncIterator["Paper"]:
        self._left = self._said
        yield self

    async def send(self, data: bytes) -> None:
        pass

    async def start_tls(self, *, name: str | None = None) -> None:
        pass

    async def receive(self, most: int = 4096, *, timeout: float | None = None) -> bytes:
        if not self._left:
            raise TimedOut("silent")
        taken, self._left = self._left[:most], self._left[most:]
        return taken

    async def receive_exactly(self, count: int) -> bytes:
        if len(self._left) < count:
            raise Malformed("ended")
        return await self.receive(count) if count else b""

    async def receive_until(self, end: bytes, most: int = 4096, *, timeout: float | None = None) -> bytes:
        at = self._left.find(end)
        if not 0 <= at <= most:
            raise Malformed("no end")
        return await self.receive(at + len(end))


BEGINNINGS = [
    b"",
    replies.NATS + b"PONG\r\n",
    b"S" + postgresql.ADMITTED,
    b"JDWP-Handshake",
    b"\x20\x02\x00\x00",
    b"RTSP/1.0 404 Not Found\r\nCSeq: 1\r\nContent-Length: 5\r\n\r\nwords",
    replies.mongodb({"ok": 1.0, "maxWireVersion": 17}) + replies.mongodb(LISTED, message=True),
    replies.cassandra(0, bytes(8), version=3),
    replies.kafka_versions({3: (0, 12)}) + replies.kafka_metadata(["a"], 8),
    replies.dicom_accepted() + replies.dicom_echoed(),
    b"srvr is not executed because it is not in the whitelist.\n",
    b"\0\0\0\x25" + bytes(4) + b"\0\0\x0f\xa0" + bytes(29) + b"\0\0\0\x10\0\0\0\x01" + bytes(12),
    replies.dubbo_heartbeat(),
]


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: str(probe.name))
@given(said=st.one_of(st.binary(max_size=200), st.tuples(st.sampled_from(BEGINNINGS), st.binary(max_size=40)).map(b"".join)), at=st.integers(0, 400), bent=st.binary(max_size=4))  # fmt: skip
def test_whatever_is_said_ends_in_facts_or_in_a_reason(probe: Probe, said: bytes, at: int, bent: bytes) -> None:
    words = said[:at] + bent + said[at + len(bent) :]
    try:
        seen = asyncio.run(probe.observe(TARGET, cast(Network, Paper(words))))
    except NetworkError:
        return
    assert seen.facts.open in (True, False, None)
    assert seen.facts.reply.isprintable()
    assert len(seen.facts.reply) <= 200
