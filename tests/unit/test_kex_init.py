"""SSH's identification string and key exchange offer are read as RFC 4253 writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.ssh.algorithms import describe
from probes.ssh.kex_init import KexInit, identification, kex_init, packet_length
from scanner.model.errors import Malformed
from scanner.model.verdict import Reason

LISTS = (
    "curve25519-sha256,diffie-hellman-group14-sha1,kex-strict-s-v00@openssh.com",
    "ssh-ed25519,rsa-sha2-512",
    "aes128-ctr",
    "aes256-ctr",
    "hmac-sha1",
    "hmac-sha2-256",
    "none",
    "none",
    "",
    "",
)


def packet(lists: tuple[str, ...] = LISTS, padding: int = 6, kind: int = 20) -> bytes:
    """An SSH packet without its length."""
    names = b"".join(len(words).to_bytes(4, "big") + words.encode() for words in lists)
    return bytes([padding, kind]) + bytes(16) + names + bytes(5) + bytes(padding)


def offer(*kex: str) -> KexInit:
    return KexInit(kex, ("ssh-ed25519",), ("aes128-ctr",), ("hmac-sha2-256",), ("none",))


def test_the_servers_side_of_the_lists_is_read() -> None:
    read = kex_init(packet())
    assert read is not None
    assert read.kex[:2] == ("curve25519-sha256", "diffie-hellman-group14-sha1")
    assert (read.ciphers, read.macs, read.host_keys) == (
        ("aes256-ctr",),
        ("hmac-sha2-256",),
        ("ssh-ed25519", "rsa-sha2-512"),
    )


def test_another_message_is_no_offer() -> None:
    assert kex_init(packet(kind=2)) is None


@pytest.mark.parametrize(
    "bent",
    [b"", b"\x04", b"\xff" + packet()[1:], packet()[:40], packet(("a b", *LISTS[1:])), packet((",", *LISTS[1:]))],
)
def test_a_bent_offer_is_malformed(bent: bytes) -> None:
    with pytest.raises(Malformed):
        kex_init(bent)


@pytest.mark.parametrize("head", [b"", b"\x00\x00\x00\x0b", b"\x00\x01\x00\x00", b"HTTP"])
def test_a_length_that_cannot_be_is_malformed(head: bytes) -> None:
    with pytest.raises(Malformed):
        packet_length(head)


@given(st.binary(max_size=200))
def test_any_packet_is_read_or_malformed(data: bytes) -> None:
    try:
        kex_init(data)
    except Malformed:
        return


@given(st.data())
def test_an_offer_bent_anywhere_is_read_or_malformed(data: st.DataObject) -> None:
    whole = packet()
    at = data.draw(st.integers(0, len(whole) - 1))
    bent = whole[:at] + data.draw(st.binary(max_size=6)) + whole[at + data.draw(st.integers(0, 6)) :]
    try:
        kex_init(bent)
    except Malformed:
        return


@given(st.binary(max_size=300))
def test_any_line_is_an_identification_or_none(line: bytes) -> None:
    found = identification(line)
    assert found is None or line.startswith(b"SSH-")


@pytest.mark.parametrize(
    ("protocol", "offers_1", "offers_2"),
    [("2.0", False, True), ("1.99", True, True), ("1.5", True, False), ("1.3", True, False)],
)
def test_one_point_ninety_nine_offers_both_versions(protocol: str, offers_1: bool, offers_2: bool) -> None:
    server = identification(f"SSH-{protocol}-Old\r\n".encode())
    assert server is not None
    facts = describe(server, offer("curve25519-sha256"), Reason.MALFORMED).facts
    assert (facts.offers_1, facts.offers_2) == (offers_1, offers_2)


@pytest.mark.parametrize(
    ("name", "weak"),
    [
        ("diffie-hellman-group1-sha1", True),
        ("diffie-hellman-group14-sha1", True),
        ("diffie-hellman-group-exchange-sha1", True),
        ("rsa1024-sha1", True),
        ("gss-group14-sha1-toWM5Slw5Ew8Mqkay+al2g==", True),
        ("gss-gex-sha1-toWM5Slw5Ew8Mqkay+al2g==", True),
        ("diffie-hellman-group14-sha256", False),
        ("diffie-hellman-group-exchange-sha256", False),
        ("rsa2048-sha256", False),
        ("curve25519-sha256@libssh.org", False),
    ],
)
def test_sha1_key_exchanges_are_told_from_the_others(name: str, weak: bool) -> None:
    server = identification(b"SSH-2.0-x\r\n")
    assert server is not None
    facts = describe(server, offer(name, "kex-strict-s-v00@openssh.com"), Reason.MALFORMED).facts
    assert facts.kex == (name,)
    assert facts.kex_sha1 == ((name,) if weak else ())
    assert facts.strict_kex is True


def test_without_an_offer_its_lists_are_untold_and_the_version_is_not() -> None:
    server = identification(b"SSH-2.0-x\r\n")
    assert server is not None
    seen = describe(server, None, Reason.TIMED_OUT)
    assert seen.facts.kex is None
    assert seen.gaps["kex_sha1"] is Reason.TIMED_OUT
    assert seen.facts.offers_1 is False
