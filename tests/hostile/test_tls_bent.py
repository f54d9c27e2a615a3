"""A real server behind a door that bends TLS: what is told of it stays true, or is not told at all.

The server is OpenSSL's; the door re-cuts its records, warns, closes at hellos that some servers cannot take, or answers
in its place. What we say of the bent server is held against what we say of the straight one.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from probes.tls import offer, suites
from scanner.model.observation import Observation
from scanner.model.target import Target, TargetKind
from tests.asking import ask
from tests.hostile.servers import Visit, serving
from tests.lab.certificates import issue, rsa_key
from tests.lab.servers.openssl_server import openssl_server
from tests.unit.test_tls_hello import handshake, record, server_words

pytestmark = pytest.mark.lab
STRAIGHT, BENT = "127.36.2.1", "127.36.2.2"
LEAF = issue("a.example", key=rsa_key())
CIPHERS = "ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-SHA:AES256-SHA:AES128-SHA:@SECLEVEL=0"
VERSIONS = ("sslv2", "sslv3", "tls10", "tls11", "tls12", "tls13", "tlcp")
Bend = Callable[[Visit, bytes], Awaitable[bool]]
Cut = Callable[[bytes], list[bytes]]


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observation]:
    """The server itself, running, and what is told of it."""
    with openssl_server(tmp_path_factory.mktemp("bent"), STRAIGHT, LEAF, "-serverpref", cipher=CIPHERS):
        target = Target(TargetKind.SERVICE, "self", address=STRAIGHT, port=4430, protocol="http", tls=True)
        observation = asyncio.run(ask(offer.PROBE, target))
        assert spoken(observation) == dict.fromkeys(VERSIONS, False) | dict.fromkeys(VERSIONS[2:6], True)
        assert {version: len(found) for version, found in accepted(observation).items()}["tls12"] == 4
        yield observation


def spoken(observation: Observation) -> dict[str, bool | None]:
    return {version: observation.facts[version] for version in VERSIONS}


def accepted(observation: Observation) -> dict[str, list[str]]:
    return {each["version"]: list(each["suites"]) for each in observation.facts["versions"]}


def complete(observation: Observation) -> dict[str, bool]:
    return {each["version"]: each["complete"] for each in observation.facts["versions"]}


async def first_record(reader: asyncio.StreamReader) -> bytes:
    """The client's hello, or SSL 2.0 message."""
    head = await reader.readexactly(2)
    if head[0] & 0x80:
        return head + await reader.readexactly(int.from_bytes(head, "big") & 0x7FFF)
    rest = await reader.readexactly(3)
    return head + rest + await reader.readexactly(int.from_bytes(rest[1:], "big"))


async def until_gone(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The straight server serves one visit after the other: let it go as soon as the client has."""
    with contextlib.suppress(OSError):
        while await reader.read(4096):
            continue
    writer.close()


def seen(bend: Bend | None = None, cut: Cut | None = None) -> Observation:
    """What is told of the server behind a door.

    `bend` is shown the hello, may answer in the server's place, and says whether the hello goes through. `cut` makes
    pieces of what the server says, each sent by itself.
    """

    async def door(visit: Visit) -> None:
        words = await first_record(visit.reader)
        if bend is not None and not await bend(visit, words):
            return
        reader, writer = await asyncio.open_connection(STRAIGHT, 4430)
        gone = asyncio.create_task(until_gone(visit.reader, writer))
        try:
            writer.write(words)
            while said := await reader.read(65536):
                for piece in cut(said) if cut else [said]:
                    await visit.send(piece)
                    await asyncio.sleep(0)
        finally:
            writer.close()
            gone.cancel()

    async def run() -> Observation:
        async with serving(door, BENT) as hostile:
            target = Target(TargetKind.SERVICE, "self", address=BENT, port=hostile.port, protocol="http", tls=True)
            observation = await ask(offer.PROBE, target)
            assert hostile.connections <= 220
            return observation

    return asyncio.run(run())


def octet_by_octet(said: bytes) -> list[bytes]:
    """Each octet of TCP by itself."""
    return [said[at : at + 1] for at in range(len(said))]


def record_by_octet(said: bytes) -> list[bytes]:
    """Each octet of a handshake in a record of its own, which RFC 8446 section 5.1 allows; alerts as they are."""
    pieces, at = [], 0
    while at + 5 <= len(said):
        length = int.from_bytes(said[at + 3 : at + 5], "big")
        payload = said[at + 5 : at + 5 + length]
        whole = said[at] != 22 or len(payload) < length
        pieces.append(said[at:] if len(payload) < length else said[at : at + 5 + length])
        if not whole:
            pieces[-1] = b"".join(said[at : at + 3] + b"\x00\x01" + payload[n : n + 1] for n in range(length))
        at += 5 + length
    return pieces


async def warned(visit: Visit, words: bytes) -> bool:
    """A warning before every answer, as servers give that do not know the name."""
    await visit.send(record(21, b"\x01\x70"))
    return True


@pytest.mark.parametrize(
    ("bend", "cut"), [(None, octet_by_octet), (None, record_by_octet), (warned, None)], ids=["tcp", "records", "warned"]
)
def test_however_the_words_are_cut_the_same_is_told(straight: Observation, bend: Bend | None, cut: Cut | None) -> None:
    observation = seen(bend, cut)
    assert spoken(observation) == spoken(straight)
    assert accepted(observation) == accepted(straight)
    assert complete(observation) == complete(straight)


def highest(words: bytes) -> int:
    """The version that a hello asks for: supported_versions counts."""
    return 0x0304 if b"\x00\x2b\x00" in words and b"\x03\x04" in words else int.from_bytes(words[9:11], "big")


def listed(words: bytes) -> set[int]:
    """The suites of a hello."""
    at = 44 + words[43]
    length = int.from_bytes(words[at : at + 2], "big")
    return {int.from_bytes(words[n : n + 2], "big") for n in range(at + 2, at + 2 + length, 2)}


def refusing(wanted: Callable[[bytes], bool], answer: bytes = b"") -> Bend:
    """Close, after an answer, at every hello of TLS that is not as wanted."""

    async def bend(visit: Visit, words: bytes) -> bool:
        if words[:1] == b"\x16" and not wanted(words):
            if answer:
                await visit.send(answer)
            return False
        return True

    return bend


INTOLERANT: dict[str, tuple[Bend, set[str]]] = {
    "of hellos over 255 octets": (refusing(lambda words: len(words) < 256), {"tls10", "tls11", "tls12"}),
    "of versions over TLS 1.0": (refusing(lambda words: highest(words) <= 0x0301), {"tls10"}),
    "of versions over TLS 1.1": (refusing(lambda words: highest(words) <= 0x0302, record(21, b"\x02\x0a")), {"tls11"}),
    "of more than 60 suites": (refusing(lambda words: len(listed(words)) <= 60), {"tls12", "tls13"}),
    "with internal_error": (refusing(lambda words: len(words) < 256, record(21, b"\x02\x50")), {"tls12"}),
}


@pytest.mark.parametrize("case", INTOLERANT)
def test_a_server_that_is_intolerant_is_told_as_far_as_it_goes(straight: Observation, case: str) -> None:
    bend, wanted = INTOLERANT[case]
    observation = seen(bend)
    told, truth = spoken(observation), spoken(straight)
    assert wanted <= {version for version, is_so in told.items() if is_so}
    for version, is_so in told.items():
        assert is_so is not True or truth[version], f"{version} is spoken by nobody"
    for version, found in accepted(observation).items():
        assert set(found) <= set(accepted(straight)[version])
        if version in wanted and complete(observation)[version]:
            assert set(found) == set(accepted(straight)[version])


def test_a_suite_that_the_server_cannot_serve_hides_no_other(straight: Observation) -> None:
    """After its first choice it would choose DHE, and then breaks off: as Dovecot does without parameters."""
    first = next(code for code, suite in suites.table().items() if suite.name == accepted(straight)["tls12"][0])
    ephemeral = {code for code, suite in suites.table().items() if suite.exchange == "DHE"}

    def served(words: bytes) -> bool:
        return highest(words) != 0x0303 or first in listed(words) or not listed(words) & ephemeral

    observation = seen(refusing(served))
    expected = [name for name in accepted(straight)["tls12"] if "_DHE_" not in name]
    assert len(expected) == 3
    assert set(accepted(observation)["tls12"]) == set(expected)
    assert spoken(observation) == spoken(straight)


def test_a_server_that_cannot_serve_its_first_choice_is_asked_for_all_groups(straight: Observation) -> None:
    """It gets small hellos for what it closes at, though no size troubles it: as Dovecot without parameters."""
    few = suites.few(0x0303)
    unserved = {code for code, suite in suites.table().items() if suite.exchange == "DHE" and code not in few}
    observation = seen(refusing(lambda words: highest(words) != 0x0303 or not listed(words) & unserved))
    assert observation.facts["curves_whole"] is True
    assert observation.facts["curves"] == straight.facts["curves"]
    too_long = seen(refusing(lambda words: highest(words) != 0x0303 or len(words) < 256))
    assert too_long.facts["curves_whole"] is None, "here the size is the matter"


ANSWERS: dict[str, bytes] = {
    "a suite that was not offered": server_words(0x0303, 0x5A5A),
    "a version above the offer": server_words(0x0399, 0xC02F),
    "a version below all": server_words(0x0200, 0xC02F),
    "an empty record": record(22, b"") * 50,
    "a record of 65535": b"\x16\x03\x03\xff\xff" + bytes(100),
    "a session that lies": record(22, handshake(2, b"\x03\x03" + bytes(32) + b"\xff" + bytes(10))),
    "extensions that lie": record(22, handshake(2, b"\x03\x03" + bytes(33) + b"\xc0\x2f\x00\xff\xff\x00\x2b\xff\xff")),
    "a message of 16 megabytes": record(22, b"\x02\xff\xff\xff" + bytes(1000)),
    "a Certificate first": record(22, handshake(11, b"\x00\x00\x00")),
    "a Finished first": record(22, handshake(20, bytes(12))),
    "ChangeCipherSpec first": record(20, b"\x01"),
    "application data": record(23, bytes(100)),
    "an alert of one octet": record(21, b"\x02"),
    "an alert of a level that is none": record(21, b"\x09\x28"),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_an_answer_that_makes_no_sense_accuses_nobody(case: str) -> None:
    async def bend(visit: Visit, words: bytes) -> bool:
        await visit.send(ANSWERS[case])
        return False

    observation = seen(bend)
    assert True not in spoken(observation).values(), spoken(observation)
    kinds = ("null_suites", "anonymous_suites", "export_suites", "rc4_suites", "static_suites")
    assert not any(observation.facts.get(kind) for kind in kinds)


def test_a_server_that_always_wants_another_share_is_not_followed_for_ever(straight: Observation) -> None:
    """HelloRetryRequest again and again (RFC 8446 section 4.1.4 allows one)."""
    retry = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")

    async def bend(visit: Visit, words: bytes) -> bool:
        if highest(words) != 0x0304:
            return True
        told = b"\x00\x2b\x00\x02\x03\x04\x00\x33\x00\x02\x00\x1d"
        for _ in range(20):
            await visit.send(server_words(0x0303, 0x1301, told, retry))
            if not await visit.reader.read(4096):
                break
        return False

    observation = seen(bend)
    facts: dict[str, Any] = dict(observation.facts)
    assert facts["tls12"] is True or observation.gaps, "the rest is told, or said to be missing"
    assert set(accepted(observation).get("tls13", [])) <= {"TLS_AES_128_GCM_SHA256"}


def test_a_server_that_chooses_one_suite_whatever_is_offered_is_not_believed_beyond_it() -> None:
    async def bend(visit: Visit, words: bytes) -> bool:
        if words[:1] == b"\x16":
            await visit.send(server_words(min(highest(words), 0x0303), 0x0005) + record(22, handshake(14, b"")))
        return False

    observation = seen(bend)
    for version, found in accepted(observation).items():
        assert set(found) <= {"TLS_RSA_WITH_RC4_128_SHA"}
        assert not complete(observation)[version], "a server that does not listen tells nothing of the others"
