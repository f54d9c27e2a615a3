"""What is said of a certificate, without a network: made in memory, or bent by hand where libraries refuse."""

import hashlib
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import prod
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509 as x509_library
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.tls import covered_name, der, known_weak_key, name_constraints, x509
from probes.tls.certificate import describe
from probes.tls.certificate_facts import CertificateFacts
from probes.tls.presented import Presented
from probes.tls.public_key import PublicKey
from probes.tls.public_key import read as read_key
from probes.tls.roots import from_der, trusted
from scanner.model.errors import Malformed
from scanner.model.observation import Seen
from scanner.model.verdict import Reason
from tests.lab.certificates import DAY, PUBLIC, Issued, authority, ec_key, issue, named_at, rsa_key, signed_with

NOW = datetime.now(UTC).replace(microsecond=0)
CA = authority()


def seen(*chain: Issued, name: str | None = None, roots: tuple[Issued, ...] = (CA,), at: datetime = NOW) -> Any:
    presented = Presented(tuple(each.der for each in chain), at, "TLSv1.3")
    return describe(presented, name, from_der(root.der for root in roots))


def facts(*chain: Issued, **more: Any) -> CertificateFacts:
    told: Seen[CertificateFacts] = seen(*chain, **more)
    return told.facts


def test_a_good_leaf_is_described_whole() -> None:
    told = facts(
        issue("www.school.example", "127.33.0.1", by=CA, starts=NOW - DAY, ends=NOW + 90 * DAY),
        name="www.school.example",
    )
    assert (told.subject, told.issuer) == ("CN=www.school.example", "CN=Laboratory CA")
    assert told.names == ("www.school.example", "127.33.0.1")
    assert (told.days_remaining, told.days_since_start) == (90, 1)
    assert (told.key_type, told.key_bits, told.curve, told.known_weak) == ("ec", 256, "secp256r1", False)
    assert (told.signature_hash, told.signature_hashes) == ("sha256", ("sha256",))
    assert (told.self_signed, told.trusted, told.trust_problem, told.covers_name) == (False, True, "", True)


@pytest.mark.parametrize(
    ("seconds", "days"), [(-1, -1), (0, 0), (86399, 0), (86400, 1), (30 * 86400 - 1, 29), (30 * 86400, 30)]
)
def test_days_are_rounded_down_so_that_a_second_past_the_end_is_past(seconds: int, days: int) -> None:
    assert facts(issue(by=CA, ends=NOW + timedelta(seconds=seconds))).days_remaining == days


def test_a_certificate_that_starts_in_a_second_has_not_started() -> None:
    assert facts(issue(by=CA, starts=NOW + timedelta(seconds=1))).days_since_start == -1


@pytest.mark.parametrize(
    ("pattern", "name", "covered"),
    [
        ("www.a.example", "www.a.example", True),
        ("WWW.A.example", "www.a.EXAMPLE.", True),
        ("*.a.example", "www.a.example", True),
        ("*.a.example", "a.example", False),
        ("*.a.example", "x.www.a.example", False),
        ("w*.a.example", "www.a.example", False),
        ("www.*.example", "www.a.example", False),
        ("*.example", "a.example", False),
        ("*", "example", False),
        ("a.example", "www.a.example", False),
        ("xn--fiq228c.example", "xn--fiq228c.example", True),
        ("xn--fiq228c.example", "中文.example", True),
        ("*.xn--fiq228c.example", "www.xn--fiq228c.example", True),
        ("xn--fiq228c.example", "xn--55qx5d.example", False),
        ("127.0.0.1", "127.0.0.1", True),
        ("::1", "0:0::1", True),
        ("127.0.0.2", "127.0.0.1", False),
    ],
)
def test_a_name_is_covered_by_a_san_and_nothing_else(pattern: str, name: str, covered: bool) -> None:
    assert facts(issue(pattern, by=CA), name=name).covers_name is covered


def test_a_certificate_that_holds_the_characters_themselves_names_the_same_host() -> None:
    place = "x" * len("中文.a.example".encode())
    bent = bend(issue(place, by=CA), place.encode(), "中文.a.example".encode())
    assert facts(bent, name="xn--fiq228c.a.example").covers_name is True
    assert facts(bent, name="xn--55qx5d.a.example").covers_name is False


def test_the_common_name_covers_nothing() -> None:
    told = facts(issue(by=CA, subject="www.a.example"), name="www.a.example")
    assert (told.names, told.covers_name) == ((), False)


def test_a_null_octet_within_a_name_neither_cuts_it_nor_hides() -> None:
    bent = bend(issue("www.a.exampleX.evil.example", by=CA), b"exampleX.evil", b"example\x00.evil")
    told = facts(bent, name="www.a.example")
    assert told.covers_name is False
    assert told.names == ("www.a.example\\x00.evil.example",)


def test_without_a_name_nothing_is_said_of_it() -> None:
    told = seen(issue("www.a.example", by=CA))
    assert (told.facts.asked_name, told.facts.covers_name) == ("", None)
    assert told.gaps["covers_name"] is Reason.NOT_SELECTED


def test_a_leaf_that_signs_itself_is_told_from_one_that_only_says_so() -> None:
    own = issue("a.example")
    assert (facts(own).self_signed, facts(own).trusted, facts(own).anchor) == (True, False, False)
    assert facts(own).trust_problem == "it signs itself and is no trusted root"
    posing = issue("a.example", by=Issued(own.der, CA.key))
    assert (facts(posing).self_signed, facts(posing).trusted) == (False, False)


def test_a_leaf_that_is_itself_an_anchor_is_trusted() -> None:
    own = issue("a.example")
    told = facts(own, roots=(own,))
    assert (told.self_signed, told.anchor, told.trusted) == (True, True, True)


MIDDLE = issue(by=CA, subject="Middle", authority=True, path_length=0)
LOWER = issue(by=MIDDLE, subject="Lower", authority=True)
STRANGER = authority("Stranger")


@pytest.mark.parametrize(
    ("chain", "trusted", "problem"),
    [
        ((issue(by=MIDDLE), MIDDLE), True, ""),
        ((issue(by=MIDDLE), CA, STRANGER, MIDDLE), True, ""),
        ((issue(by=MIDDLE),), False, "not sent"),
        ((issue(by=LOWER), LOWER, MIDDLE), False, "fewer intermediates"),
        ((issue(by=STRANGER), STRANGER), False, "no trusted root"),
    ],
    ids=["in order", "disordered", "missing", "too long", "a root of its own"],
)
def test_a_path_is_found_among_what_was_sent_or_it_is_not(
    chain: tuple[Issued, ...], trusted: bool, problem: str
) -> None:
    told = facts(*chain)
    assert told.trusted is trusted
    assert problem in told.trust_problem


def test_an_intermediate_that_is_no_authority_issues_nothing() -> None:
    plain = issue(by=CA, subject="Plain")
    assert facts(issue(by=plain), plain).trust_problem == "an issuer is no certification authority"


def test_an_authority_that_may_not_sign_certificates_issues_nothing() -> None:
    silent = issue(by=CA, subject="Silent", authority=True, may_sign=False)
    assert facts(issue(by=silent), silent).trust_problem == "an issuer is no certification authority"
    speaking = issue(by=CA, subject="Speaking", authority=True, may_sign=True)
    assert facts(issue(by=speaking), speaking).trusted is True


@pytest.mark.parametrize("kind", ["rsa", "ec", "ed25519"])
def test_a_signature_that_the_named_issuer_did_not_make_leads_nowhere(kind: str) -> None:
    keys: dict[str, Callable[[], Any]] = {"rsa": rsa_key, "ec": ec_key, "ed25519": ed25519.Ed25519PrivateKey.generate}
    root = authority("Root", key=keys[kind]())
    good = issue("a.example", by=root)
    assert facts(good, roots=(root,)).trusted is True
    forged = bend(good, b"a.example", b"b.example")
    told = facts(forged, roots=(root,))
    assert (told.trusted, told.trust_problem) == (False, "its signature was not made by the issuer's key")


NARROWED = issue(
    by=CA,
    subject="Narrowed",
    authority=True,
    more=[x509_library.NameConstraints([x509_library.DNSName("a.example")], None)],
)


def test_an_authority_vouches_for_no_other_names_than_it_may() -> None:
    assert facts(issue("www.a.example", by=NARROWED), NARROWED).trusted is True
    assert facts(issue("10.0.0.1", by=NARROWED), NARROWED).trusted is True, "of addresses nothing is said"
    told = facts(issue("www.a.example", "b.example", by=NARROWED), NARROWED)
    assert (told.trusted, told.trust_problem) == (False, "an issuer may not vouch for these names")


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_mutated_constraints_are_read_or_leave_the_trust_untold(data: st.DataObject) -> None:
    octets = bytearray(NARROWED.der)
    at = octets.index(bytes.fromhex("0603551d1e")) + 5
    for _ in range(data.draw(st.integers(1, 3))):
        octets[data.draw(st.integers(at, min(at + 24, len(octets) - 1)))] = data.draw(st.integers(0, 255))
    try:
        constrained = x509.read(bytes(octets))
    except Malformed:
        return
    names = covered_name.AlternativeNames((b"www.a.example",), (b"\x0a\x00\x00\x01",))
    assert name_constraints.allows(constrained, names) in (True, False, None)


def test_an_expired_intermediate_breaks_the_path_but_an_expired_leaf_does_not() -> None:
    past = issue(by=CA, subject="Past", authority=True, starts=NOW - 9 * DAY, ends=NOW - DAY)
    assert facts(issue(by=past), past).trusted is False
    assert facts(issue(by=CA, starts=NOW - 9 * DAY, ends=NOW - DAY)).trusted is True


def test_a_second_issuer_of_the_same_name_is_tried_too() -> None:
    twin = authority("Laboratory CA")
    assert facts(issue(by=CA), twin, CA, roots=(twin, CA)).trusted is True


def test_authorities_that_sign_each_other_in_a_ring_end_the_search() -> None:
    first, second = authority("First"), authority("Second")
    ring = [issue(by=second, subject="First", authority=True, key=first.key) for _ in range(15)]
    ring += [issue(by=first, subject="Second", authority=True, key=second.key) for _ in range(15)]
    assert facts(issue(by=first), *ring).trusted is not True


@pytest.mark.parametrize("key", [rsa_key(1024), rsa_key(), ed25519.Ed25519PrivateKey.generate()], ids=str)
def test_any_kind_of_key_may_sign_a_path(key: Any) -> None:
    root = authority("Any", key=key)
    assert facts(issue(by=root), roots=(root,)).trusted is True


@pytest.mark.parametrize("hash_used", ["md5", "sha1"])
def test_a_broken_hash_is_seen_on_leaf_and_intermediate_but_not_on_a_root(hash_used: str) -> None:
    plain = authority("Old root", key=rsa_key())
    root = signed_with(hash_used, plain, by=plain)
    old = signed_with(hash_used, issue(by=root, subject="Old", authority=True, key=rsa_key()), by=root)
    leaf = signed_with(hash_used, issue(by=root), by=root)
    assert facts(leaf, roots=(root,)).signature_hash == hash_used
    assert facts(leaf, roots=(root,)).trusted is True, "how well it is signed is another fact"
    assert facts(issue(by=old), old).signature_hashes == ("sha256", hash_used)
    assert facts(issue(by=root), root, roots=()).signature_hashes == ("sha256",)
    assert facts(issue(by=CA), old).signature_hashes == ("sha256",), "a stranger in the chain is no intermediate"


def test_an_intermediate_that_cannot_be_read_leaves_the_signatures_untold() -> None:
    presented = Presented((issue(by=CA).der, b"0\x03junk"), NOW, "")
    told = describe(presented, None, from_der([CA.der]))
    assert told.facts.signature_hashes is None
    assert told.gaps["signature_hashes"] is Reason.MALFORMED


@pytest.mark.parametrize(
    ("key", "told"),
    [
        (rsa_key(1024), ("rsa", 1024, "")),
        (rsa_key(2048), ("rsa", 2048, "")),
        (dsa.generate_private_key(2048), ("dsa", 2048, "")),
        (ec.generate_private_key(ec.SECP384R1()), ("ec", 384, "secp384r1")),
        (ec.generate_private_key(ec.BrainpoolP256R1()), ("ec", 256, "brainpoolP256r1")),
        (ed25519.Ed25519PrivateKey.generate(), ("ed25519", 256, "")),
    ],
    ids=["rsa-1024", "rsa-2048", "dsa", "p384", "brainpool", "ed25519"],
)
def test_keys_are_measured(key: Any, told: tuple[str, int, str]) -> None:
    seen_facts = facts(issue(by=CA, key=key))
    assert (seen_facts.key_type, seen_facts.key_bits, seen_facts.curve) == told


def test_a_curve_that_nobody_names_is_measured_by_its_prime() -> None:
    explicit = bytes.fromhex("020101301c06072a8648ce3d01010211") + b"\x00" + b"\xff" * 16
    explicit += bytes.fromhex("30060401000401000401000201010201 01".replace(" ", ""))
    spki_algorithm = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01" + b"\x30" + bytes([len(explicit)]) + explicit
    spki = b"\x30" + bytes([len(spki_algorithm)]) + spki_algorithm + b"\x03\x03\x00\x04\x00"
    assert read_key(b"\x30" + bytes([len(spki)]) + spki) == PublicKey("ec", 128, "explicit")


def roca_primes(bits: int = 2048) -> tuple[int, int]:
    """Two primes of the published form, k*M + (65537^a mod M)."""
    product = 2
    for prime in known_weak_key.PRIMES:
        product *= prime
    half, step = bits // 2, 0
    found: list[int] = []
    while len(found) < 2:
        step += 1
        candidate = ((1 << half - 1) | (1 << half - 2)) // product * product + step * product
        candidate += pow(65537, 1000003 + step, product)
        if pow(2, candidate - 1, candidate) == 1:
            found.append(candidate)
    return found[0], found[1]


def test_a_roca_key_is_known_by_its_modulus() -> None:
    key = PublicKey("rsa", 2048, modulus=prod(roca_primes()), exponent=65537)
    assert known_weak_key.weakness(key) == "ROCA"


@settings(max_examples=50)
@given(st.integers(min_value=2**2047, max_value=2**2048))
def test_a_modulus_at_random_is_not_roca(modulus: int) -> None:
    assert not known_weak_key.is_roca(modulus | 1)


def test_an_ordinary_key_is_known_for_nothing_and_the_facts_say_what_it_was_compared_with() -> None:
    told = facts(issue(by=CA, key=rsa_key()))
    assert (told.known_weak, told.weakness) == (False, "")
    assert set(told.key_lists) >= {"ROCA", "close primes"}
    assert facts(issue(by=CA)).key_lists == (), "the knowledge is of RSA keys"


def test_a_key_of_debians_list_is_known_where_the_list_is_installed(tmp_path: Path) -> None:
    numbers = rsa_key().public_key().public_numbers()
    key = PublicKey("rsa", 2048, modulus=numbers.n, exponent=numbers.e)
    line = f"Modulus={numbers.n:X}\n".encode()
    fingerprint = hashlib.sha1(line, usedforsecurity=False).hexdigest()[20:]
    (tmp_path / "blacklist.RSA-2048").write_text(f"# Debian\n0123456789abcdef0123\n{fingerprint}\n")
    assert known_weak_key.weakness(key, tmp_path) == "Debian"
    assert known_weak_key.compared_with(key, tmp_path)[-1] == "Debian"
    assert known_weak_key.weakness(key, tmp_path / "absent") == ""
    assert "Debian" not in known_weak_key.compared_with(key, tmp_path / "absent")


def test_primes_that_lie_close_together_are_found_by_a_few_steps() -> None:
    first = 2**1023 + 1155  # made prime below
    found: list[int] = []
    while len(found) < 2:
        if pow(2, first - 1, first) == 1:
            found.append(first)
        first += 2
    assert (
        known_weak_key.weakness(PublicKey("rsa", 2047, modulus=found[0] * found[1], exponent=65537)) == "close primes"
    )


def bend(issued: Issued, old: bytes, new: bytes) -> Any:
    """The same certificate with some octets replaced: no library would write it."""
    assert old in issued.der and len(old) == len(new)

    class Bent:
        der = issued.der.replace(old, new)

    return Bent()


def test_a_negative_serial_number_and_a_wrong_version_do_not_matter() -> None:
    good = issue("a.example", by=CA)
    version = bend(good, bytes.fromhex("a003020102"), bytes.fromhex("a003020107"))
    assert facts(version, name="a.example").covers_name is True
    start = good.der.index(bytes.fromhex("a003020102")) + 5
    octets = good.der[start : start + 3]
    assert facts(bend(good, octets, octets[:2] + bytes([octets[2] | 0x80]))).subject == "CN=a.example"


def test_an_impossible_date_is_untold_and_the_rest_is_described() -> None:
    good = issue("a.example", by=CA)
    written = good.certificate.not_valid_after_utc.strftime("%y%m%d").encode()
    told = seen(bend(good, written, b"991399"))
    assert (told.facts.not_after, told.facts.days_remaining) == (None, None)
    assert told.gaps["days_remaining"] is Reason.MALFORMED
    assert told.facts.key_bits == 256


@pytest.mark.parametrize(
    ("tag", "written", "read"),
    [
        (0x17, "491231235959Z", datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (0x17, "500101000000Z", datetime(1950, 1, 1, tzinfo=UTC)),
        (0x17, "2601010000Z", datetime(2026, 1, 1, tzinfo=UTC)),
        (0x17, "260101080000+0800", datetime(2026, 1, 1, tzinfo=UTC)),
        (0x17, "251231190000-0500", datetime(2026, 1, 1, tzinfo=UTC)),
        (0x18, "99991231235959Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (0x18, "20260230000000Z", None),
        (0x18, "20260101000000", None),
        (0x18, "00000101000000Z", None),
        (0x18, "99991231235959-0001", None),
        (0x17, "26+1010000 0Z", None),
        (0x04, "260101000000Z", None),
    ],
)
def test_dates_are_read_as_written_or_not_at_all(tag: int, written: str, read: datetime | None) -> None:
    assert x509.moment(der.Element(tag, written.encode(), b"")) == read


def test_text_that_is_no_utf8_is_kept_as_an_escape() -> None:
    told = facts(bend(issue(by=CA, subject="abcdef"), b"abcdef", b"ab\xff\x1b,<"))
    assert told.subject == "CN=ab\\\\xff\\\\x1b\\,\\<"


def test_an_unknown_signature_algorithm_is_no_verdict_on_trust() -> None:
    sha256_ecdsa = bytes.fromhex("2a8648ce3d040302")
    told = seen(bend(issue("a.example", by=CA), sha256_ecdsa, bytes.fromhex("2a8648ce3d04037f")))
    assert (told.facts.trusted, told.facts.signature_hash) == (None, None)
    assert told.gaps["trusted"] is Reason.MALFORMED


def test_what_is_no_certificate_is_malformed() -> None:
    with pytest.raises(Malformed):
        describe(Presented((b"not a certificate",), NOW, ""), None, from_der([]))
    with pytest.raises(Malformed):
        describe(Presented((), NOW, ""), None, from_der([]))


LEAF = issue(
    "www.a.example",
    "127.0.0.1",
    by=MIDDLE,
    more=[PUBLIC, *named_at(ocsp="http://a/", crl="http://b/", issuer="http://c/")],
).der


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_mutated_certificate_is_described_or_malformed_and_nothing_else(data: st.DataObject) -> None:
    octets = bytearray(LEAF)
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(octets[: data.draw(st.integers(0, len(octets)))]) if data.draw(st.booleans()) else bytes(octets)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            describe(Presented((cut, MIDDLE.der, cut), NOW, ""), "www.a.example", from_der([CA.der]))
        except Malformed:
            assert cut != LEAF


@given(st.binary(max_size=300))
def test_octets_at_random_are_no_certificate(octets: bytes) -> None:
    with pytest.raises(Malformed):
        x509.read(octets)


def test_the_roots_shipped_are_read_and_sign_themselves() -> None:
    roots = trusted()
    held = [root for root in map(x509.read, roots._stores) if root.self_issued]
    assert len(held) > 100
    assert all(roots.named(root.subject) for root in held if root.subject)
