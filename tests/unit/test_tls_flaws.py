"""The pure parts of the questions about known flaws: keys, records under keys, and what counts as a leak."""

import asyncio
import hmac
import os

import pytest
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.tls.flaws import heartbleed, robot, secrets, ticketbleed
from probes.tls.flaws.client_key import exchange, rsa_key
from probes.tls.flaws.protection import KINDS, pair
from probes.tls.flaws.session import Session, _their_end
from probes.tls.flaws.talk import ENDED, Talk, Word, _first_flight
from probes.tls.hello import TLS10, TLS11, TLS12
from probes.tls.server_hello import Heard, ServerHello
from scanner.model.errors import Malformed, NetworkError
from tests.lab.certificates import issue
from tests.lab.certificates import rsa_key as laboratory_key
from tests.unit.test_tls_hello import certificate_words, handshake, record, server_words

KEY = laboratory_key(2048)
LEAF = issue("a.example", key=KEY)


def test_the_pseudo_random_function_gives_the_published_vector() -> None:
    """The vector for TLS 1.2 with SHA-256 that the TLS working group's list carries."""
    secret = bytes.fromhex("9bbe436ba940f017b17652849a71db35")
    seed = bytes.fromhex("a0ba9f936cda311827a6f796ffd5198c")
    made = secrets.prf(TLS12, "sha256", secret, b"test label", seed, 32)
    assert made.hex() == "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a"


def test_the_older_function_joins_md5_and_sha1_over_halves_that_share_an_octet() -> None:
    odd = b"12345"
    first = secrets._expand("md5", odd[:3], b"lsd", 16)
    second = secrets._expand("sha1", odd[2:], b"lsd", 16)
    assert secrets.prf(TLS10, "sha256", odd, b"l", b"sd", 16) == bytes(
        a ^ b for a, b in zip(first, second, strict=True)
    )


@pytest.mark.parametrize(
    ("version", "suite"),
    [
        (version, suite)
        for suite, kind in KINDS.items()
        for version in ((TLS12,) if kind.gcm else (TLS10, TLS11, TLS12))
    ],
)
def test_what_one_side_seals_only_the_other_opens(version: int, suite: int) -> None:
    kind = KINDS[suite]
    ours, _ = pair(version, kind, b"master", b"c" * 32, b"s" * 32)
    theirs, other = pair(version, kind, b"master", b"c" * 32, b"s" * 32)
    for words in (b"", b"finished", bytes(1000)):
        assert theirs.open(22, ours.seal(22, words)) == words
    with pytest.raises(Malformed):
        other.open(22, ours.seal(22, b"finished"))


@given(suite=st.sampled_from(sorted(KINDS)), payload=st.binary(max_size=200))
def test_random_records_are_malformed_and_nothing_else(suite: int, payload: bytes) -> None:
    _, theirs = pair(TLS12, KINDS[suite], b"master", b"c" * 32, b"s" * 32)
    with pytest.raises(Malformed):
        theirs.open(23, payload)


@given(
    key_exchange=st.none() | st.binary(max_size=140).map(lambda tail: b"\x03\x00\x1d" + tail) | st.binary(max_size=80),
    leaf=st.binary(max_size=80) | st.just(LEAF.der) | st.integers(0, len(LEAF.der)).map(lambda cut: LEAF.der[:cut]),
)
def test_a_strangers_half_of_a_key_exchange_is_taken_or_malformed(key_exchange: bytes | None, leaf: bytes) -> None:
    try:
        premaster, body = exchange(Heard(certificates=(leaf,), key_exchange=key_exchange), TLS12)
    except Malformed:
        return
    assert premaster and body


FIELD = ServerHello(TLS12, 0x009E, 0, False, {})


@given(
    said=st.binary(max_size=60)
    | st.lists(st.binary(max_size=9), max_size=4).map(lambda each: b"".join(map(wide, each)))
)
def test_a_strangers_field_is_taken_or_malformed(said: bytes) -> None:
    try:
        premaster, body = exchange(Heard(hello=FIELD, key_exchange=said), TLS12)
    except Malformed:
        return
    assert len(body) >= 2 and len(premaster) <= 9


def wide(content: bytes) -> bytes:
    return len(content).to_bytes(2, "big") + content


def test_a_key_exchange_without_a_certificate_is_malformed() -> None:
    with pytest.raises(Malformed):
        rsa_key(Heard())
    with pytest.raises(Malformed):
        rsa_key(Heard(certificates=(issue("a.example").der,)))


@given(answer=st.binary(max_size=300), mark=st.binary(min_size=16, max_size=16))
def test_a_random_answer_is_no_leak(answer: bytes, mark: bytes) -> None:
    assert heartbleed.surplus(answer, mark) == 0 or answer[3:19] == mark


@pytest.mark.parametrize(
    ("claimed", "there", "beyond"), [(16, 16, 0), (17, 17, 1), (17, 16, 0), (65535, 40, 24), (15, 40, 0)]
)
def test_only_what_is_claimed_and_there_beyond_what_was_sent_is_a_leak(claimed: int, there: int, beyond: int) -> None:
    mark = os.urandom(16)
    content = (mark + b"x" * 24)[:there]
    assert heartbleed.surplus(b"\x02" + claimed.to_bytes(2, "big") + content, mark) == beyond
    assert heartbleed.surplus(b"\x01" + claimed.to_bytes(2, "big") + content, mark) == 0


def test_the_request_holds_one_octet_less_than_it_claims() -> None:
    request = heartbleed.message(bytes(heartbleed.MARK), heartbleed.MARK + heartbleed.CLAIMED_BEYOND, 0)
    assert len(request) - 3 == int.from_bytes(request[1:3], "big") - 1


@given(came=st.binary(max_size=64))
def test_an_identifier_of_the_servers_own_is_no_leak(came: bytes) -> None:
    assert ticketbleed.surplus(came, b"\xee" * 31) == 0 or came.startswith(b"\xee" * 31)
    assert ticketbleed.surplus(b"\xee" * 31, b"\xee" * 31) == 0
    assert ticketbleed.surplus(b"\xee" * 32, b"\xee" * 31) == 1


@pytest.mark.parametrize("form", robot.FORMS)
def test_each_form_differs_from_a_good_one_just_where_it_says(form: str) -> None:
    block = robot.padded(form, TLS12, KEY.public_key())
    size = len(block)
    assert size == 256
    assert (block[:2] == b"\x00\x02") is (form != "wrong beginning")
    first_zero = block.find(b"\x00", 2)
    assert (first_zero == size - 49) is (form in ("well padded", "wrong beginning", "wrong version"))
    assert (first_zero == -1) is (form == "no zero")
    if form in ("well padded", "wrong version"):
        opened = KEY.decrypt(robot.encrypted(block, KEY.public_key()), padding.PKCS1v15())
        assert len(opened) == 48
        assert (opened[:2] == b"\x03\x03") is (form == "well padded")


def test_a_modulus_too_short_for_a_premaster_secret_is_malformed() -> None:
    with pytest.raises(Malformed):
        robot.padded("well padded", TLS12, _short().public_key())


class _short:
    key_size = 400

    def public_key(self) -> "_short":
        return self


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        (("a", "a", "a", "a", "a"), "none"),
        (("a", "b", "b", "b", "b"), "weak"),
        (("a", "b", "b", "b", "a"), "weak"),
        (("a", "b", "a", "a", "a"), "strong"),
        (("a", "b", "c", "b", "b"), "strong"),
    ],
)
def test_how_strong_an_oracle_is_follows_from_what_it_tells_apart(answers: tuple[str, ...], verdict: str) -> None:
    assert robot.oracle(answers) == verdict


@pytest.mark.parametrize(
    ("word", "alert", "said"),
    [
        (Word(21, b"\x02\x0a"), 10, "alert 10"),
        (Word(21, b"\x01\x00"), 0, "alert 0"),
        (Word(21, b"\x01\x70"), None, "alert 112"),
        (Word(21, b"\x02"), None, "record 21"),
        (Word(21, bytes(40)), None, "record 21"),
        (Word(22, b"\x02\x0a"), None, "record 22"),
        (Word(ENDED), None, "closed"),
    ],
)
def test_a_word_is_an_alert_only_where_it_is_one_in_the_clear(word: Word, alert: int | None, said: str) -> None:
    assert (word.alert, word.said) == (alert, said)


def test_the_verify_data_depends_on_every_message() -> None:
    made = {secrets.finished(TLS12, "sha256", b"k", b"client finished", words) for words in (b"", b"a", b"b")}
    assert len(made) == 3 and {len(each) for each in made} == {12}
    old = secrets.finished(TLS10, "sha256", b"k", b"client finished", b"a")
    assert len(old) == 12 and not any(hmac.compare_digest(old, each) for each in made)


class Said:
    """A stream that brings octets in pieces, and then ends."""

    def __init__(self, octets: bytes, piece: int) -> None:
        self.octets, self.piece = octets, piece

    async def send(self, data: bytes) -> None:
        return

    async def receive(self, most: int = 4096, *, timeout: float | None = None) -> bytes:
        taken, self.octets = self.octets[: min(most, self.piece)], self.octets[min(most, self.piece) :]
        return taken


FLIGHT = server_words(0x0303, 0x002F) + certificate_words(LEAF.der) + record(22, handshake(14, b""))


def heard(octets: bytes, piece: int) -> Talk | None:
    """The first flight as far as it is one; None where an error of the product's own ended it."""
    talk = Talk(Said(octets, piece), TLS12, bytes(32), Heard(), b"")  # type: ignore[arg-type]
    try:
        asyncio.run(_first_flight(talk))
    except NetworkError:
        return None
    return talk


@pytest.mark.parametrize("piece", [1, 7, 5000])
def test_a_first_flight_is_heard_in_whatever_pieces_it_comes(piece: int) -> None:
    talk = heard(FLIGHT + record(24, b"later"), piece)
    assert talk is not None and talk.heard.done and talk.heard.certificates == (LEAF.der,)
    assert talk.spoken == b"".join(FLIGHT[at : at + length] for at, length in bodies(FLIGHT))


def bodies(words: bytes) -> list[tuple[int, int]]:
    found, at = [], 0
    while at < len(words):
        length = int.from_bytes(words[at + 3 : at + 5], "big")
        found.append((at + 5, length))
        at += 5 + length
    return found


@settings(max_examples=200, deadline=None)
@given(
    cut=st.integers(0, len(FLIGHT)),
    changes=st.lists(st.tuples(st.integers(0, len(FLIGHT) - 1), st.integers(0, 255)), max_size=8),
    tail=st.binary(max_size=60),
)
def test_a_bent_first_flight_is_heard_or_an_error_of_our_own(
    cut: int, changes: list[tuple[int, int]], tail: bytes
) -> None:
    words = bytearray(FLIGHT)
    for at, octet in changes:
        words[at] = octet
    talk = heard(bytes(words[:cut]) + tail, 4000)
    assert talk is None or talk.heard.hello is not None


@settings(max_examples=100, deadline=None)
@given(octets=st.binary(max_size=400))
def test_random_octets_are_no_first_flight(octets: bytes) -> None:
    assert heard(octets, 50) is None


@settings(max_examples=100, deadline=None)
@given(octets=st.binary(max_size=300) | st.binary(max_size=60).map(lambda body: record(20, b"\x01") + record(22, body)))
def test_a_bent_end_of_a_handshake_is_an_error_of_our_own(octets: bytes) -> None:
    talk = Talk(Said(octets, 40), TLS12, bytes(32), Heard(), b"")  # type: ignore[arg-type]
    ours, theirs = pair(TLS12, KINDS[0xC02F], b"master", b"c" * 32, b"s" * 32)
    with pytest.raises(NetworkError):
        asyncio.run(_their_end(Session(talk, ours, theirs, b"")))
