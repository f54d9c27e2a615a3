"""SSH's sealed packets, host keys and groups: what one end closes, the other opens; what a stranger bends is malformed."""

import base64
import secrets

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from probes.ssh.agreement import HASHES, choose
from probes.ssh.field import Fields, mpint, name_list, string
from probes.ssh.frame import Seal
from probes.ssh.group import prime
from probes.ssh.host_key import HostKey, host_key
from probes.ssh.login import answered
from probes.ssh.seal import CIPHERS, MACS, WITH_TAG, sealed_by
from scanner.model.errors import Malformed
from tests.unit.test_kex_init import listing

PAIRS = [(cipher, mac) for cipher in CIPHERS for mac in MACS if cipher not in WITH_TAG or mac == "hmac-sha2-256"]
KEYS = {role: secrets.token_bytes(64) for role in ("iv", "key", "mac")}


def key_of(role: str, size: int) -> bytes:
    return KEYS[role][:size]


def pair(cipher: str, mac: str) -> tuple[Seal, Seal]:
    return sealed_by(cipher, mac, key_of, sends=True), sealed_by(cipher, mac, key_of, sends=False)


def opened(seal: Seal, number: int, sent: bytes) -> bytes:
    head = sent[: seal.head]
    rest = seal.rest(number, head)
    assert len(sent) == seal.head + rest
    return seal.open(number, head, sent[seal.head :])


@pytest.mark.parametrize(("cipher", "mac"), PAIRS)
def test_what_one_end_seals_the_other_opens(cipher: str, mac: str) -> None:
    ours, theirs = pair(cipher, mac)
    for number, payload in enumerate((b"\x05", b"x" * 31, b"y" * 1000)):
        assert opened(theirs, number, ours.close(number, payload)) == payload


@pytest.mark.parametrize(("cipher", "mac"), PAIRS)
def test_a_sealed_packet_that_was_bent_is_malformed(cipher: str, mac: str) -> None:
    ours, theirs = pair(cipher, mac)
    sent = bytearray(ours.close(0, b"a payload of some length"))
    sent[-1] ^= 1
    with pytest.raises(Malformed):
        opened(theirs, 0, bytes(sent))


@given(st.sampled_from(PAIRS), st.binary(min_size=16, max_size=64), st.binary(max_size=80))
def test_any_sealed_bytes_are_opened_or_malformed(names: tuple[str, str], head: bytes, rest: bytes) -> None:
    _, theirs = pair(*names)
    try:
        due = theirs.rest(0, head[: theirs.head])
        assert due <= 36000
        theirs.open(0, head[: theirs.head], (rest * (due // max(1, len(rest)) + 1))[:due].ljust(due))
    except Malformed:
        return


def test_the_groups_are_those_of_the_standards() -> None:
    """Their last digits as printed there; that they fit in the middle too, OpenSSH proves in the laboratory."""
    for bits in (1024, 2048, 4096):
        assert prime(bits).bit_length() == bits
    assert hex(prime(1024)).endswith("49286651ece65381ffffffffffffffff")
    assert hex(prime(2048)).endswith("15728e5a8aacaa68ffffffffffffffff")
    assert hex(prime(4096)).endswith("4df435c934063199ffffffffffffffff")


def test_host_keys_tell_their_size() -> None:
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key()  # noqa: S505
    small = dsa.generate_private_key(1024).public_key()  # noqa: S505
    curve = ec.generate_private_key(ec.SECP384R1()).public_key()
    fixed = ed25519.Ed25519PrivateKey.generate().public_key()
    assert host_key(blob(weak.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH))) == HostKey("ssh-rsa", 1024)
    assert host_key(string(b"ssh-dss") + mpint(small.public_numbers().parameter_numbers.p)) == HostKey("ssh-dss", 1024)
    assert host_key(blob(curve.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH))).bits == 384
    assert host_key(blob(fixed.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH))) == HostKey("ssh-ed25519", 256)
    assert host_key(string(b"ssh-x\xff\n")).bits is None


def blob(line: bytes) -> bytes:
    return base64.b64decode(line.split()[1])


@given(st.binary(max_size=200))
def test_any_blob_is_a_host_key_or_malformed(data: bytes) -> None:
    for content in (data, string(b"ssh-rsa") + data, string(b"ssh-dss") + data):
        try:
            found = host_key(content)
        except Malformed:
            continue
        assert len(found.kind) <= 64


@given(st.binary(min_size=1, max_size=200))
def test_any_answer_to_a_log_in_is_read_or_malformed(data: bytes) -> None:
    for content in (data, b"\x33" + data):
        try:
            answered(content)
        except Malformed:
            continue


def test_answers_to_a_log_in_are_told_apart() -> None:
    assert answered(b"\x33" + name_list(("publickey", "password")) + b"\0") == ("publickey", "password")
    assert answered(b"\x34") is None


def test_a_server_without_a_common_word_is_not_spoken_to_further() -> None:
    assert choose(listing(kex=("sntrup761x25519-sha512@openssh.com",))) is None
    assert choose(listing(ciphers_in=("arcfour",))) is None
    assert choose(listing(macs_out=("hmac-ripemd160",))) is None
    assert choose(listing(ciphers_out=("aes256-gcm@openssh.com",), macs_out=("hmac-ripemd160",))) is not None
    for kex in HASHES:
        found = choose(listing(kex=(kex,)))
        assert found is not None
        assert found.kex == kex


@given(st.binary(max_size=64))
def test_fields_end_with_their_payload(data: bytes) -> None:
    for read in (Fields.string, Fields.mpint, Fields.names):
        try:
            read(Fields(data))
        except Malformed:
            continue
