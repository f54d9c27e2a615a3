"""SSH's identification string and key exchange offer are read as RFC 4253 writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.ssh.description import Told, describe
from probes.ssh.frame import length_of
from probes.ssh.kex_init import KexInit, identification, kex_init, unpadded
from probes.ssh.offered import OLD_CIPHER, OLD_MAC, matching, prefix_truncatable
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
    return listing(kex=kex)


def listing(**lists: tuple[str, ...]) -> KexInit:
    """A well-kept offer, but for the lists that are named."""
    kept: dict[str, tuple[str, ...]] = {
        "kex": ("curve25519-sha256",),
        "host_keys": ("ssh-ed25519",),
        **dict.fromkeys(("ciphers_in", "ciphers_out"), ("aes128-ctr",)),
        **dict.fromkeys(("macs_in", "macs_out"), ("hmac-sha2-256",)),
        **dict.fromkeys(("compressions_in", "compressions_out"), ("none",)),
    }
    return KexInit(**{**kept, **lists})


def read_packet(data: bytes) -> KexInit | None:
    return kex_init(unpadded(data))


def test_both_sides_of_the_lists_are_read_and_the_servers_stands_first() -> None:
    read = read_packet(packet())
    assert read is not None
    assert read.kex[:2] == ("curve25519-sha256", "diffie-hellman-group14-sha1")
    assert (read.ciphers, read.macs, read.host_keys) == (
        ("aes256-ctr", "aes128-ctr"),
        ("hmac-sha2-256", "hmac-sha1"),
        ("ssh-ed25519", "rsa-sha2-512"),
    )


def test_another_message_is_no_offer() -> None:
    assert read_packet(packet(kind=2)) is None


@pytest.mark.parametrize(
    "bent",
    [b"", b"\x04", b"\xff" + packet()[1:], packet()[:40], packet(("a b", *LISTS[1:])), packet((",", *LISTS[1:]))],
)
def test_a_bent_offer_is_malformed(bent: bytes) -> None:
    with pytest.raises(Malformed):
        read_packet(bent)


@pytest.mark.parametrize("head", [b"", b"\x00\x00\x00\x0b", b"\x00\x01\x00\x00", b"HTTP"])
def test_a_length_that_cannot_be_is_malformed(head: bytes) -> None:
    with pytest.raises(Malformed):
        length_of(head, 12)


@given(st.binary(max_size=200))
def test_any_packet_is_read_or_malformed(data: bytes) -> None:
    try:
        read_packet(data)
    except Malformed:
        return


@given(st.data())
def test_an_offer_bent_anywhere_is_read_or_malformed(data: st.DataObject) -> None:
    whole = packet()
    at = data.draw(st.integers(0, len(whole) - 1))
    bent = whole[:at] + data.draw(st.binary(max_size=6)) + whole[at + data.draw(st.integers(0, 6)) :]
    try:
        read_packet(bent)
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
    facts = describe(Told(server, offer("curve25519-sha256"))).facts
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
    facts = describe(Told(server, offer(name, "kex-strict-s-v00@openssh.com"))).facts
    assert facts.kex == (name,)
    assert facts.kex_sha1 == ((name,) if weak else ())
    assert facts.strict_kex is True


def test_without_an_offer_its_lists_are_untold_and_the_version_is_not() -> None:
    server = identification(b"SSH-2.0-x\r\n")
    assert server is not None
    seen = describe(Told(server, why=Reason.TIMED_OUT))
    assert seen.facts.kex is None
    assert seen.gaps["kex_sha1"] is Reason.TIMED_OUT
    assert seen.facts.offers_1 is False


@pytest.mark.parametrize(
    ("name", "old"),
    [
        ("arcfour", True),
        ("arcfour256", True),
        ("3des-cbc", True),
        ("blowfish-cbc", True),
        ("cast128-cbc", True),
        ("des-cbc@ssh.com", True),
        ("none", True),
        ("aes128-cbc", False),
        ("aes256-ctr", False),
        ("chacha20-poly1305@openssh.com", False),
    ],
)
def test_old_ciphers_are_told_from_the_others(name: str, old: bool) -> None:
    assert matching(OLD_CIPHER, (name,)) == ((name,) if old else ())


@pytest.mark.parametrize(
    ("name", "old"),
    [
        ("hmac-md5", True),
        ("hmac-md5-etm@openssh.com", True),
        ("hmac-sha1-96", True),
        ("hmac-sha1-96-etm@openssh.com", True),
        ("none", True),
        ("hmac-sha1", False),
        ("umac-64@openssh.com", False),
        ("hmac-sha2-256", False),
    ],
)
def test_old_macs_are_told_from_the_others(name: str, old: bool) -> None:
    assert matching(OLD_MAC, (name,)) == ((name,) if old else ())


STRICT = ("curve25519-sha256", "kex-strict-s-v00@openssh.com")
CHACHA = ("chacha20-poly1305@openssh.com",)
CBC = ("aes128-cbc", "aes256-ctr")
ETM = ("hmac-sha2-256-etm@openssh.com",)


@pytest.mark.parametrize(
    ("lists", "found"),
    [
        ({"ciphers_in": CHACHA}, CHACHA),
        ({"ciphers_out": CHACHA}, CHACHA),
        ({"ciphers_in": CHACHA, "kex": STRICT}, ()),
        ({"ciphers_in": CBC, "macs_in": ETM}, ("aes128-cbc",)),
        ({"ciphers_in": CBC, "macs_out": ETM}, ()),
        ({"ciphers_in": CBC}, ()),
        ({"macs_in": ETM, "macs_out": ETM}, ()),
    ],
)
def test_what_terrapin_needs_is_counted_within_one_direction(
    lists: dict[str, tuple[str, ...]], found: tuple[str, ...]
) -> None:
    assert prefix_truncatable(listing(**lists)) == found


@pytest.mark.parametrize(
    ("names", "offers_rsa", "sha1_only"),
    [
        (("ssh-rsa",), True, True),
        (("ssh-rsa", "rsa-sha2-256"), True, False),
        (("rsa-sha2-512",), True, False),
        (("ssh-ed25519",), False, False),
        (("ssh-rsa-cert-v01@openssh.com",), True, True),
    ],
)
def test_rsa_with_sha1_alone_is_told(names: tuple[str, ...], offers_rsa: bool, sha1_only: bool) -> None:
    server = identification(b"SSH-2.0-x\r\n")
    assert server is not None
    facts = describe(Told(server, listing(host_keys=names))).facts
    assert (facts.offers_rsa, facts.rsa_sha1_only) == (offers_rsa, sha1_only)
