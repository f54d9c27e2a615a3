"""SM2 against the standard's own example, and against strangers' octets."""

import os

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.tls import der, sm2
from probes.tls.flight import SM2, share
from probes.tls.sm4 import Sm4Gcm
from scanner.model.errors import Malformed

X = "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
Y = "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
R = "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
S = "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
PUBLIC = bytes.fromhex("04" + X + Y)
MESSAGE = b"message digest"


def signature(r: str = R, s: str = S) -> bytes:
    numbers = (der.made(der.INTEGER, b"\x00" + bytes.fromhex(each)) for each in (r, s))
    return der.made(der.SEQUENCE, b"".join(numbers))


def test_the_example_of_the_standard_is_verified() -> None:
    """GB/T 32918.5-2017, annex A.2."""
    assert sm2.verified(MESSAGE, signature(), PUBLIC)


@pytest.mark.parametrize(
    ("message", "signed", "public"),
    [
        (b"message digesT", signature(), PUBLIC),
        (MESSAGE, signature(r=S, s=R), PUBLIC),
        (MESSAGE, signature(r="00" * 32), PUBLIC),
        (MESSAGE, signature(s=f"{sm2.N:064X}"), PUBLIC),
        (MESSAGE, signature(), PUBLIC[:-1] + b"\x14"),
        (MESSAGE, signature(), b"\x02" + PUBLIC[1:33]),
        (MESSAGE, signature()[:-1], PUBLIC),
        (MESSAGE, b"", b""),
    ],
)
def test_anything_else_is_not(message: bytes, signed: bytes, public: bytes) -> None:
    assert not sm2.verified(message, signed, public)


def test_two_halves_of_an_exchange_agree() -> None:
    ours, theirs = share(SM2), share(SM2)
    assert ours.agree.secret(theirs.public) == theirs.agree.secret(ours.public)
    assert len(ours.public) == 65 and ours.public != theirs.public


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=80))
def test_octets_at_random_are_no_half_of_an_exchange(octets: bytes) -> None:
    with pytest.raises(Malformed):
        share(SM2).agree.secret(octets)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_mutated_signature_is_refused_and_nothing_else(data: st.DataObject) -> None:
    octets = bytearray(signature())
    octets[data.draw(st.integers(0, len(octets) - 1))] ^= data.draw(st.integers(1, 255))
    assert sm2.verified(MESSAGE, bytes(octets), PUBLIC) is False


def test_what_sm4_did_not_seal_does_not_open() -> None:
    opening = Sm4Gcm(bytes(16))
    for sealed in (os.urandom(40), b"short", b""):
        with pytest.raises((ValueError, InvalidTag)):
            opening.decrypt(bytes(12), sealed, b"header")
