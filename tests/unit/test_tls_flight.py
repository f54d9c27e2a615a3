"""The deciphered flight, held against OpenSSL's own server without a network; and the parsers beside it, fuzzed."""

import asyncio
import contextlib
import os
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.tls import answer, flight, hello, key_exchange, responder, suites
from probes.tls.hello import vector
from probes.tls.presented import present
from scanner.model.errors import Malformed, OverBudget
from scanner.model.target import Target, TargetKind
from tests.lab.certificates import authority, issue

CA = authority()
LEAF = issue("a.example", by=CA)
TARGET = Target(TargetKind.SERVICE, "self", address="127.0.0.1", port=443, name="a.example", protocol="http", tls=True)


@cache
def context(curve: str = "", lowest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = lowest
    made.set_alpn_protocols(["http/1.1"])
    if curve:
        made.set_ecdh_curve(curve)
    with TemporaryDirectory() as folder:
        made.load_cert_chain(*LEAF.write(Path(folder), CA))
    return made


def openssl(words: bytes, made: ssl.SSLContext) -> bytes:
    """What an OpenSSL server answers to a hello."""
    coming, going = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = made.wrap_bio(coming, going, server_side=True)
    coming.write(words)
    with contextlib.suppress(ssl.SSLWantReadError, ssl.SSLError):
        server.do_handshake()
    return going.read()


def asked(group: int, suite: int = 0x1301) -> tuple[bytes, tuple[flight.Share, ...]]:
    shares = (flight.share(group),)
    words = hello.ClientHello(
        hello.TLS13,
        (suite,),
        os.urandom(32),
        "a.example",
        groups=(group,),
        key_shares=((group, shares[0].public),),
        session=os.urandom(32),
        extensions=(hello.alpn(("http/1.1",)),),
    ).to_bytes()
    return words, shares


@pytest.mark.parametrize("suite", [0x1301, 0x1302, 0x1303])
@pytest.mark.parametrize("group", [flight.X25519, flight.P256, flight.P384, flight.P521, flight.X448])
def test_an_openssl_servers_flight_is_deciphered(group: int, suite: int) -> None:
    words, shares = asked(group, suite)
    curve = {flight.P384: "secp384r1", flight.P521: "secp521r1", flight.X448: "X448"}.get(group, "")
    told = flight.decipher(words, shares, openssl(words, context(curve)))
    assert told.chain == (LEAF.der, CA.der) and told.finished
    assert (told.alpn, told.scheme, told.alert) == ("http/1.1", 0x0403, None)


WORDS, SHARES = asked(flight.X25519)
GOOD = openssl(WORDS, context())


def test_no_beginning_of_a_good_flight_is_taken_for_more_than_it_is() -> None:
    chains = set()
    for end in range(len(GOOD)):
        try:
            chains.add(flight.decipher(WORDS, SHARES, GOOD[:end]).chain)
        except Malformed:
            assert end < 200, "before the ServerHello is whole"
    assert chains == {None, (LEAF.der, CA.der)}


@settings(max_examples=300)
@given(st.data())
def test_a_mutated_flight_is_read_or_malformed_and_nothing_else(data: st.DataObject) -> None:
    octets = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Malformed, OverBudget):
        told = flight.decipher(WORDS, SHARES, bytes(octets))
        assert told.chain in (None, (LEAF.der, CA.der)), "what is authenticated cannot be bent"


@given(st.binary(max_size=300))
def test_a_certificate_message_at_random_is_read_or_malformed(octets: bytes) -> None:
    for body in (octets, b"\0" + vector(3, octets), b"\0" + vector(3, vector(3, octets) + vector(2, octets))):
        with contextlib.suppress(Malformed):
            chain, staple, timestamps = flight._certificates(body)
            assert len(chain) <= 64 and isinstance(staple + timestamps, bytes)


def test_a_share_that_is_no_point_is_malformed() -> None:
    for group in (flight.X25519, flight.P256, flight.X448):
        with pytest.raises(Malformed):
            flight.share(group).agree.secret(b"\x04" + bytes(10))


@settings(max_examples=300)
@given(st.binary(max_size=200), st.sampled_from(sorted(suites.table())), st.sampled_from([0x0300, 0x0303]))
def test_a_key_exchange_at_random_is_read_or_malformed(octets: bytes, code: int, version: int) -> None:
    for body in (octets, vector(2, octets) + octets, b"\x03\x00\x17" + vector(1, octets), b"\x01" + vector(1, octets)):
        with contextlib.suppress(Malformed):
            told = key_exchange.read(body, suites.table()[code], version)
            assert told is None or 0 <= told.bits <= 8 * 65536


@pytest.mark.parametrize(
    ("code", "body", "kind", "bits"),
    [
        (0xC02F, b"\x03\x00\x17" + vector(1, bytes(65)) + b"\x08\x04", "curve", 256),
        (
            0x009E,
            vector(2, b"\x80" + bytes(255)) + vector(2, b"\x02") + vector(2, b"\x05") + b"\x08\x04",
            "field",
            2048,
        ),
        (0x00AA, vector(2, b"hint") + vector(2, b"\x40") + vector(2, b"\x02") + vector(2, b"\x05"), "field", 7),
        (0x0003, vector(2, b"\x80" + bytes(63)) + vector(2, b"\x03"), "rsa", 512),
        (0xC013, b"\x01" + vector(1, b"\x80" + bytes(19)), "curve", 160),
        (0xC013, b"\x02\x00\xa3", "curve", 163),
    ],
)
def test_a_key_exchange_tells_its_size(code: int, body: bytes, kind: str, bits: int) -> None:
    told = key_exchange.read(body, suites.table()[code], hello.TLS12)
    assert told is not None and (told.kind, told.bits) == (kind, bits)
    assert key_exchange.read(body, suites.table()[0x002F], hello.TLS12) is None


@given(st.binary(max_size=400))
def test_answers_at_random_are_read_or_malformed(octets: bytes) -> None:
    for words in (octets, b"\x16\x03\x03" + vector(2, octets), b"\x80" + octets, GOOD[:5] + octets):
        for enough, read in ((answer.enough, answer.read), (answer.sslv2_enough, answer.read_sslv2)):
            with contextlib.suppress(Malformed, OverBudget):
                assert isinstance(enough(words), bool)
                assert isinstance(read(words), answer.Answer)


@given(st.binary(max_size=200), st.integers(0, 400))
def test_a_bent_certificate_names_a_responder_or_none_or_cannot_be_read(octets: bytes, at: int) -> None:
    bent = LEAF.der[:at] + octets + LEAF.der[at + len(octets) :]
    assert responder.names_responder(bent) in (True, False, None)


class Bio:
    """The network of a probe, with OpenSSL's server behind every connection."""

    def __init__(self, made: ssl.SSLContext) -> None:
        self.made, self.connections = made, 0

    def now(self) -> datetime:
        return datetime.now(UTC)

    @contextlib.asynccontextmanager
    async def connect(self, **_: Any) -> AsyncIterator["BioStream"]:
        self.connections += 1
        yield BioStream(self.made)


class BioStream:
    def __init__(self, made: ssl.SSLContext) -> None:
        self._made, self._waiting = made, b""

    async def send(self, data: bytes) -> None:
        self._waiting = openssl(data, self._made)

    async def receive(self, most: int = 4096, *, timeout: float | None = None) -> bytes:
        taken, self._waiting = self._waiting[:700], self._waiting[700:]
        return taken


@pytest.mark.parametrize(
    ("curve", "lowest", "connections"),
    [("", ssl.TLSVersion.TLSv1_3, 1), ("secp384r1", ssl.TLSVersion.TLSv1_3, 2), ("", ssl.TLSVersion.TLSv1_2, 1)],
)
def test_a_chain_is_presented_on_one_connection_and_on_a_second_for_another_group(
    curve: str, lowest: ssl.TLSVersion, connections: int
) -> None:
    net = Bio(context(curve, lowest))
    shown = asyncio.run(present(net, TARGET))  # type: ignore[arg-type]
    assert shown.chain == (LEAF.der, CA.der)
    assert (net.connections, shown.version) == (connections, hello.TLS13)
