"""Everything in the network's room that reads what a stranger sends: bounded, and no error but its own."""

import asyncio
import gzip
import zlib
from pathlib import Path

import dns.message
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.model.errors import InputError, Malformed
from scanner.network.exchange import read
from scanner.network.grant import as_ranges
from scanner.network.inflate import Inflater
from scanner.network.memory import Memory
from scanner.network.resolver import ResolverPlace, read_place, system_places
from scanner.network.transfer import transferred
from tests.responses import response

ANSWER = dns.message.from_text(
    """id 7
opcode QUERY
rcode NOERROR
flags QR AA RD RA
;QUESTION
a.example. IN A
;ANSWER
a.example. 60 IN A 192.0.2.1
a.example. 60 IN MX 10 mail.a.example.
a.example. 60 IN TXT "v=spf1 -all"
a.example. 60 IN CAA 0 issue "ca.example"
a.example. 60 IN SOA ns.a.example. root.a.example. 1 2 3 4 5
"""
).to_wire()


@given(st.binary(max_size=600))
def test_any_bytes_are_a_dns_message_or_malformed(data: bytes) -> None:
    try:
        read(data)
    except Malformed:
        return


@given(st.data())
def test_a_bent_dns_message_is_read_or_malformed(data: st.DataObject) -> None:
    wire = bytearray(ANSWER)
    for _ in range(data.draw(st.integers(1, 6))):
        wire[data.draw(st.integers(0, len(wire) - 1))] = data.draw(st.integers(0, 255))
    try:
        read(bytes(wire[: data.draw(st.integers(0, len(wire)))]), one_rr_per_rrset=data.draw(st.booleans()))
    except Malformed:
        return


class Replay:
    """A stream that sends what it was given and then ends."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def send(self, data: bytes) -> None:
        self.id = data[2:4]

    async def receive(self, most: int = 4096, *, timeout: float | None = None) -> bytes:
        taken, self._data = self._data[:most], self._data[most:]
        return taken

    async def receive_exactly(self, count: int) -> bytes:
        if len(self._data) < count:
            raise Malformed("ended")
        return await self.receive(count)

    async def receive_until(self, end: bytes, most: int = 4096, *, timeout: float | None = None) -> bytes:
        raise AssertionError("not in a zone transfer")

    async def start_tls(self, *, name: str | None = None) -> None:
        raise AssertionError("not in a zone transfer")


@given(st.binary(max_size=400))
def test_any_bytes_are_a_zone_transfer_or_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        asyncio.run(transferred(Replay(data), "a.example", 64))


@given(st.binary(max_size=5000), st.integers(0, 6000), st.sampled_from(["gzip", "deflate", "raw deflate", "br", ""]))
def test_what_was_deflated_is_inflated_up_to_its_bound(body: bytes, most: int, encoding: str) -> None:
    match encoding:
        case "gzip":
            sent = gzip.compress(body)
        case "deflate":
            sent = zlib.compress(body)
        case "raw deflate":
            sent = zlib.compress(body)[2:-4]
        case _:
            sent = body
    inflater = Inflater(encoding.removeprefix("raw "), most)
    for start in range(0, len(sent), 100):
        inflater.feed(sent[start : start + 100])
    assert bytes(inflater.body) == body[:most]
    assert inflater.full is (len(body) > most)


@given(st.binary(max_size=2000), st.sampled_from(["gzip", "deflate"]), st.integers(1, 50))
def test_any_bytes_are_inflated_or_malformed(data: bytes, encoding: str, step: int) -> None:
    inflater = Inflater(encoding, 1000)
    try:
        for start in range(0, len(data), step):
            inflater.feed(data[start : start + step])
    except Malformed:
        return
    assert len(inflater.body) <= 1000


def test_a_bomb_stops_at_its_bound() -> None:
    inflater = Inflater("gzip", 10_000)
    inflater.feed(gzip.compress(bytes(50_000_000)))
    assert len(inflater.body) == 10_000
    assert inflater.full


def test_a_gzip_of_several_members_is_read_whole() -> None:
    inflater = Inflater("gzip", 1000)
    inflater.feed(gzip.compress(b"one ") + gzip.compress(b"two") + b"\0\0\0")
    assert bytes(inflater.body) == b"one two"


@given(st.sets(st.integers(1, 65535), max_size=200))
def test_ranges_name_every_port_once(ports: set[int]) -> None:
    named: list[int] = []
    for part in filter(None, as_ranges(sorted(ports)).split(",")):
        first, _, last = part.partition("-")
        named.extend(range(int(first), int(last or first) + 1))
    assert named == sorted(ports)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("9.9.9.9", ResolverPlace("9.9.9.9")),
        ("9.9.9.9:53", ResolverPlace("9.9.9.9")),
        ("127.35.0.53:5300", ResolverPlace("127.35.0.53", 5300)),
        ("[::1]:5300", ResolverPlace("::1", 5300)),
        ("::1", ResolverPlace("::1")),
    ],
)
def test_a_resolver_is_an_address_and_on_loopback_a_port(written: str, expected: ResolverPlace) -> None:
    assert read_place(written) == expected


@pytest.mark.parametrize(
    "written", ["9.9.9.9:5300", "10.0.0.1:54", "dns.example", "127.0.0.1:0", "127.0.0.1:99999", "127.0.0.1:x", ""]
)
def test_a_port_of_its_own_is_for_loopback_only(written: str) -> None:
    with pytest.raises(InputError):
        read_place(written)


def test_a_laboratorys_port_holds_for_its_servers_on_loopback_alone() -> None:
    place = ResolverPlace("127.35.0.53", 5300)
    assert place.zone_port("127.35.0.54") == 5300
    assert place.zone_port("192.0.2.1") == 53


def test_the_systems_resolvers_are_read_and_rubbish_is_left(tmp_path: Path) -> None:
    file = tmp_path / "resolv.conf"
    file.write_text("# a comment\nsearch example\nnameserver 192.0.2.53\nnameserver nonsense\nnameserver ::1 # x\n")
    assert system_places(file) == [ResolverPlace("192.0.2.53"), ResolverPlace("::1")]
    assert system_places(tmp_path / "missing") == ()


def test_the_memory_of_answers_is_bounded_in_bytes() -> None:
    asked: list[str] = []

    async def story() -> None:
        memory = Memory(most=30_000)

        async def get(url: str, most: int = 10_000) -> int:
            async def ask() -> object:
                asked.append(url)
                return response(url, body=b"x" * min(most, 9_000), truncated=most < 9_000)

            return len((await memory.get(("192.0.2.1", url), most, ask)).body)  # type: ignore[arg-type]

        for url in ("a", "b", "c", "a"):
            await get(url)
        assert asked == ["a", "b", "c", "a"]  # three of them are more than it keeps
        assert await get("a", most=100) == 100
        assert asked == ["a", "b", "c", "a"]
        assert await get("d", most=100) == 100
        assert await get("d", most=10_000) == 9_000
        assert asked[-2:] == ["d", "d"]  # what was cut is asked again by who wants more

    asyncio.run(story())
