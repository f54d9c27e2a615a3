"""Certificate transparency: three ways in which a timestamp comes, its form, and whom its absence concerns."""

from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp as library
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.tls import der, timestamps
from probes.tls.certificate import describe
from probes.tls.presented import Presented
from probes.tls.roots import CERTIFI, NAMED, Roots
from probes.tls.x509 import read
from scanner.catalogue.loader import load
from scanner.judging import judge
from scanner.model.errors import Malformed
from scanner.model.observation import Observation
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict
from tests.lab.certificates import DAY, Issued, authority, issue

NOW = datetime.now(UTC).replace(microsecond=0)
CA = authority()
LEAF = issue("a.example", by=CA)
TARGET = Target(TargetKind.SERVICE, "self", address="192.0.2.1", port=443, protocol="http", tls=True)


def timestamp(version: int = 0, milliseconds: int = 1_790_000_000_000, pair: tuple[int, int] = (4, 3)) -> bytes:
    """One SCT (RFC 6962 section 3.2)."""
    signature = bytes(range(70))
    head = bytes([version]) + b"L" * 32 + milliseconds.to_bytes(8, "big") + b"\x00\x00"
    return head + bytes(pair) + len(signature).to_bytes(2, "big") + signature


def listed(*entries: bytes) -> bytes:
    run = b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)
    return len(run).to_bytes(2, "big") + run


def octets(content: bytes) -> bytes:
    """An OCTET STRING of 128 to 255 octets."""
    return b"\x04\x81" + bytes([len(content)]) + content


def embedded_in(data: bytes, by: Issued = CA) -> Issued:
    """A leaf with a list of SCTs in it."""
    kind = x509.ObjectIdentifier(timestamps.EMBEDDED)
    return issue("a.example", by=by, more=[x509.UnrecognizedExtension(kind, octets(data))])


def staple(data: bytes) -> bytes:
    """The library makes no single extensions: the answer is asked for with a response extension, and bent by hand."""
    builder = library.OCSPResponseBuilder().add_response(
        LEAF.certificate,
        CA.certificate,
        hashes.SHA1(),  # noqa: S303
        library.OCSPCertStatus.GOOD,
        NOW,
        NOW + DAY,
        None,
        None,
    )
    builder = builder.responder_id(library.OCSPResponderEncoding.HASH, CA.certificate)
    made = builder.sign(CA.key, hashes.SHA256()).public_bytes(Encoding.DER)
    return _with_single_extension(made, data)


def _with_single_extension(data: bytes, sct: bytes) -> bytes:
    oid = bytes.fromhex("060a2b06010401d679020405")
    extension = der.made(der.SEQUENCE, oid + der.made(der.OCTET_STRING, octets(sct)))
    added = der.made(0xA1, der.made(der.SEQUENCE, extension))
    status, wrapped = der.sequence(data)
    kind, basic = der.sequence(wrapped.content)
    body, *signed = der.sequence(basic.content)
    *head, responses = body.children()
    (single,) = responses.children()
    answer = der.made(der.SEQUENCE, der.made(der.SEQUENCE, single.content + added))
    body_again = der.made(der.SEQUENCE, b"".join(each.raw for each in head) + answer)
    basic_again = der.made(der.SEQUENCE, body_again + b"".join(each.raw for each in signed))
    inner = der.made(der.SEQUENCE, kind.raw + der.made(der.OCTET_STRING, basic_again))
    return der.made(der.SEQUENCE, status.raw + der.made(0xA0, inner))


def seen(leaf: Issued = LEAF, *, store: str = CERTIFI, asked: bool = True, **brought: Any) -> Any:
    presented = Presented((leaf.der,), NOW, "", beside=asked, **brought)
    return describe(presented, None, Roots({store: [read(CA.der)]}))


def verdict(told: Any) -> tuple[Verdict, Reason | None]:
    facts = {field: getattr(told.facts, field) for field in told.facts.__dataclass_fields__}
    observation = Observation("tls.certificate", TARGET, NOW, facts, told.gaps, told.evidence)
    (judged,) = judge(load().checks["tls.cert-no-sct"], TARGET, {"tls.certificate": observation}, {})
    return judged.verdict, judged.reason


def test_a_leaf_of_a_public_root_without_any_fails_and_one_of_a_private_root_does_not_matter() -> None:
    assert verdict(seen()) == (Verdict.FAIL, None)
    assert verdict(seen(store=NAMED)) == (Verdict.NOT_APPLICABLE, None)


@pytest.mark.parametrize("way", ["certificate", "handshake", "OCSP"])
def test_each_of_the_three_ways_is_enough(way: str) -> None:
    data = listed(timestamp())
    match way:
        case "certificate":
            told = seen(embedded_in(data))
        case "handshake":
            told = seen(timestamps=data)
        case _:
            told = seen(staple=staple(data))
    assert verdict(told) == (Verdict.PASS, None)
    (found,) = told.facts.timestamps
    assert (found.way, found.log, found.at) == (way, "4c" * 32, "2026-09-21T14:13:20.000+00:00")


def test_what_the_librarys_handshake_does_not_show_is_not_taken_for_absent() -> None:
    assert verdict(seen(asked=False)) == (Verdict.NOT_TESTED, Reason.NO_VANTAGE)
    assert verdict(seen(embedded_in(listed(timestamp())), asked=False)) == (Verdict.PASS, None)


@pytest.mark.parametrize(
    "data",
    [
        listed(timestamp(pair=(2, 1))),
        listed(timestamp()[:-1]),
        listed(timestamp() + b"x"),
        listed(timestamp())[:-1],
        listed(timestamp()) + b"x",
        listed(b""),
        listed(timestamp(milliseconds=2**63)),
        b"",
    ],
)
def test_what_has_not_the_form_is_no_timestamp_and_no_proof_of_absence(data: bytes) -> None:
    with pytest.raises(Malformed):
        timestamps.read(data, "certificate")
    if data:
        assert verdict(seen(timestamps=data)) == (Verdict.NOT_TESTED, Reason.MALFORMED)


def test_a_timestamp_of_a_version_to_come_does_not_count() -> None:
    assert timestamps.read(listed(timestamp(version=1)), "certificate") == ()
    assert len(timestamps.read(listed(timestamp(), timestamp(version=1), timestamp()), "certificate")) == 2


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_mutated_list_is_read_or_malformed(data: st.DataObject) -> None:
    octets_sent = bytearray(listed(timestamp(), timestamp()))
    for _ in range(data.draw(st.integers(1, 4))):
        octets_sent[data.draw(st.integers(0, len(octets_sent) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = timestamps.read(bytes(octets_sent[: data.draw(st.integers(0, len(octets_sent)))]), "")
    except Malformed:
        return
    assert len(found) <= timestamps.MOST
