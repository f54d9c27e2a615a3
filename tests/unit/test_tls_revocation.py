"""What an OCSP answer or a revocation list proves, and what the looking makes of several. Nobody is asked here."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp as library
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.tls import chain_reading, crl, ocsp, revocation
from probes.tls.presented import Presented
from probes.tls.revocation import Revocation
from probes.tls.roots import from_der
from probes.tls.status import Status
from probes.tls.x509 import read
from scanner.model.errors import Malformed, NetworkError, NotAdmitted, TimedOut
from scanner.model.verdict import Reason
from tests.lab.certificates import DAY, Issued, authority, issue, named_at, rsa_key

NOW = datetime.now(UTC).replace(microsecond=0)
CA = authority(key=rsa_key())
OCSP_URL, CRL_URL = "http://ca.example/ocsp", "http://ca.example/ca.crl"
LEAF = issue("a.example", by=CA, more=named_at(ocsp=OCSP_URL, crl=CRL_URL))
ASKED = issue("a.example", by=CA, more=named_at(ocsp=OCSP_URL))
OTHER = issue("b.example", by=CA)
DELEGATE = issue(by=CA, subject="Responder", more=[x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])])
PLAIN = issue(by=CA, subject="Plain")
GOOD, REVOKED, UNKNOWN = library.OCSPCertStatus.GOOD, library.OCSPCertStatus.REVOKED, library.OCSPCertStatus.UNKNOWN


def response(
    status: library.OCSPCertStatus = GOOD,
    *,
    leaf: Issued = LEAF,
    signer: Issued = CA,
    since: datetime = NOW - DAY,
    until: datetime | None = NOW + DAY,
    digest: hashes.HashAlgorithm | None = None,
    sent: tuple[Issued, ...] = (),
) -> bytes:
    """An OCSP response made by the library."""
    revoked = status is REVOKED
    builder = library.OCSPResponseBuilder().add_response(
        cert=leaf.certificate,
        issuer=CA.certificate,
        algorithm=digest or hashes.SHA1(),  # noqa: S303 (what responders use)
        cert_status=status,
        this_update=since,
        next_update=until,
        revocation_time=NOW - 2 * DAY if revoked else None,
        revocation_reason=x509.ReasonFlags.key_compromise if revoked else None,
    )
    builder = builder.responder_id(library.OCSPResponderEncoding.HASH, signer.certificate)
    if sent:
        builder = builder.certificates([each.certificate for each in sent])
    used = None if isinstance(signer.key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(signer.key, used).public_bytes(Encoding.DER)


def told(data: bytes) -> Any:
    return ocsp.read(data, read(LEAF.der), read(CA.der), NOW)


def revocation_list(
    *serials: int,
    by: Issued = CA,
    since: datetime = NOW - DAY,
    until: datetime = NOW + DAY,
    more: tuple[x509.ExtensionType, ...] = (),
    reason: x509.ReasonFlags = x509.ReasonFlags.key_compromise,
) -> bytes:
    builder = x509.CertificateRevocationListBuilder().issuer_name(by.certificate.subject)
    builder = builder.last_update(since).next_update(until)
    for extension in more:
        builder = builder.add_extension(extension, critical=True)
    for serial in serials:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(NOW - 3 * DAY)
        builder = builder.add_revoked_certificate(entry.add_extension(x509.CRLReason(reason), critical=False).build())
    return builder.sign(by.key, hashes.SHA256()).public_bytes(Encoding.DER)


def listed(data: bytes) -> Any:
    return crl.read(data, read(LEAF.der), read(CA.der), NOW)


def test_the_question_is_the_one_that_the_library_asks() -> None:
    builder = library.OCSPRequestBuilder().add_certificate(LEAF.certificate, CA.certificate, hashes.SHA1())  # noqa: S303
    assert ocsp.request(read(LEAF.der), read(CA.der)) == builder.build().public_bytes(Encoding.DER)


@pytest.mark.parametrize("digest", [hashes.SHA1(), hashes.SHA256(), hashes.SHA384(), hashes.SHA512()])  # noqa: S303
def test_good_and_revoked_are_read_whatever_hash_names_the_certificate(digest: hashes.HashAlgorithm) -> None:
    assert told(response(digest=digest)).status is Status.GOOD
    answer = told(response(REVOKED, digest=digest))
    assert (answer.status, answer.what, answer.at) == (Status.REVOKED, "keyCompromise", NOW - 2 * DAY)


def test_a_responder_that_does_not_know_has_told_nothing() -> None:
    answer = told(response(UNKNOWN))
    assert (answer.status, answer.reason) == (Status.UNTOLD, Reason.REFUSED)


@pytest.mark.parametrize("status", [library.OCSPResponseStatus.TRY_LATER, library.OCSPResponseStatus.UNAUTHORIZED])
def test_a_responder_that_refuses_has_told_nothing(status: library.OCSPResponseStatus) -> None:
    refusal = library.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)
    assert (told(refusal).status, told(refusal).reason) == (Status.UNTOLD, Reason.REFUSED)


@pytest.mark.parametrize(
    ("since", "until", "status"),
    [
        (NOW - DAY, NOW + DAY, Status.GOOD),
        (NOW - 8 * DAY, NOW - DAY, Status.UNTOLD),
        (NOW - DAY, NOW - timedelta(minutes=4), Status.GOOD),
        (NOW - DAY, NOW - timedelta(minutes=6), Status.UNTOLD),
        (NOW + timedelta(minutes=4), NOW + DAY, Status.GOOD),
        (NOW + timedelta(minutes=6), NOW + DAY, Status.UNTOLD),
        (NOW - timedelta(hours=23), None, Status.GOOD),
        (NOW - timedelta(hours=25), None, Status.UNTOLD),
    ],
)
def test_an_answer_counts_in_its_time_alone(since: datetime, until: datetime | None, status: Status) -> None:
    assert told(response(since=since, until=until)).status is status


def test_an_answer_counts_only_from_the_issuer_or_whom_it_appointed() -> None:
    assert told(response(REVOKED, signer=DELEGATE, sent=(DELEGATE,))).status is Status.REVOKED
    assert told(response(REVOKED, signer=DELEGATE)).status is Status.UNTOLD, "its certificate was not sent"
    assert told(response(REVOKED, signer=PLAIN, sent=(PLAIN,))).status is Status.UNTOLD, "not appointed"
    stranger = authority("Stranger")
    assert told(response(REVOKED, signer=stranger, sent=(stranger,))).status is Status.UNTOLD
    past = issue(
        by=CA,
        subject="Responder",
        starts=NOW - 9 * DAY,
        ends=NOW - DAY,
        more=[x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])],
    )
    assert told(response(REVOKED, signer=past, sent=(past,))).status is Status.UNTOLD, "its time is over"


def test_an_answer_about_another_certificate_is_no_answer() -> None:
    with pytest.raises(Malformed, match="no answer about this certificate"):
        told(response(REVOKED, leaf=OTHER))


def test_a_signature_that_was_tampered_with_proves_nothing() -> None:
    bent = bytearray(response(REVOKED))
    bent[-1] ^= 1
    assert told(bytes(bent)).status is Status.UNTOLD


def test_a_list_names_the_revoked_and_clears_the_others() -> None:
    answer = listed(revocation_list(OTHER.certificate.serial_number, LEAF.certificate.serial_number))
    assert (answer.status, answer.what, answer.at) == (Status.REVOKED, "keyCompromise", NOW - 3 * DAY)
    assert listed(revocation_list(OTHER.certificate.serial_number)).status is Status.GOOD
    assert listed(revocation_list()).status is Status.GOOD
    taken_back = revocation_list(LEAF.certificate.serial_number, reason=x509.ReasonFlags.remove_from_crl)
    assert listed(taken_back).status is Status.GOOD


def test_a_list_counts_only_of_the_issuer_whole_and_in_its_time() -> None:
    serial = LEAF.certificate.serial_number
    twin = authority("Laboratory CA")
    assert listed(revocation_list(serial, by=twin)).status is Status.UNTOLD, "the name is the same, the key is not"
    assert listed(revocation_list(serial, by=authority("Stranger"))).status is Status.UNTOLD
    assert listed(revocation_list(serial, since=NOW - 9 * DAY, until=NOW - DAY)).status is Status.UNTOLD
    assert listed(revocation_list(serial, since=NOW + DAY, until=NOW + 2 * DAY)).status is Status.UNTOLD
    assert listed(revocation_list(more=(x509.DeltaCRLIndicator(1),))).status is Status.UNTOLD
    kinds = {"only_contains_user_certs": False, "only_contains_ca_certs": False, "indirect_crl": False}
    for kind, status in (
        ("only_contains_ca_certs", Status.UNTOLD),
        ("only_contains_user_certs", Status.GOOD),
        ("indirect_crl", Status.UNTOLD),
    ):
        words: dict[str, Any] = {**kinds, kind: True, "only_contains_attribute_certs": False}
        scope = x509.IssuingDistributionPoint(full_name=None, relative_name=None, only_some_reasons=None, **words)
        assert listed(revocation_list(more=(scope,))).status is status, kind


def test_a_long_list_is_searched_in_a_moment() -> None:
    serials = range(10**9, 10**9 + 5000)
    assert listed(revocation_list(*serials, LEAF.certificate.serial_number)).status is Status.REVOKED


@dataclass
class Authority:
    """A network that answers as told, each answer in its turn, the last one for good; and counts."""

    answers: Mapping[str, list[bytes | NetworkError]]
    asked: list[tuple[str, bool]] = field(default_factory=list)

    async def ocsp(self, url: str, request: bytes, *, again: bool = False) -> bytes:
        return self._next(url, again)

    async def crl(self, url: str, *, again: bool = False) -> bytes:
        return self._next(url, again)

    def _next(self, url: str, again: bool) -> bytes:
        self.asked.append((url, again))
        answers = self.answers.get(url) or [NotAdmitted("not in the file", Reason.NOT_PERMITTED)]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, NetworkError):
            raise answer
        return answer


def look(
    net: Authority, *, leaf: Issued = LEAF, sent: tuple[Issued, ...] = (), staples: tuple[bytes, ...] = (b"",)
) -> Revocation:
    presented = Presented((leaf.der, *(each.der for each in sent)), NOW, "")
    reading = chain_reading.read(presented, from_der([CA.der]))

    async def again(_: bool) -> bytes:
        return staples[-1]

    return asyncio.run(revocation.looked_up(net, reading, staples[0], again, NOW))  # type: ignore[arg-type]


def test_what_the_server_staples_needs_nobody_else() -> None:
    net = Authority({})
    assert look(net, staples=(response(),)).revoked is False
    assert look(net, staples=(response(REVOKED), response(REVOKED))).revoked is True
    assert net.asked == []


def test_revoked_is_believed_when_two_answers_say_so() -> None:
    assert look(Authority({OCSP_URL: [response(REVOKED)]})).revoked is True
    assert look(Authority({OCSP_URL: [response(REVOKED), response(GOOD)]})).revoked is None
    once = Authority({OCSP_URL: [response(REVOKED), TimedOut("silence")]})
    found = look(once)
    assert (found.revoked, found.reason) == (None, Reason.NOT_PERMITTED)
    both = Authority(
        {OCSP_URL: [response(REVOKED), TimedOut("silence")], CRL_URL: [revocation_list(LEAF.certificate.serial_number)]}
    )
    assert look(both).revoked is True
    alone = Authority({OCSP_URL: [TimedOut("silence")], CRL_URL: [revocation_list(LEAF.certificate.serial_number)]})
    assert look(alone).revoked is True
    assert alone.asked == [(OCSP_URL, False), (CRL_URL, False), (CRL_URL, True)]


def test_a_staple_that_says_revoked_only_once_is_asked_after_elsewhere() -> None:
    assert look(Authority({OCSP_URL: [response(REVOKED)]}), staples=(response(REVOKED), b"")).revoked is True
    assert look(Authority({OCSP_URL: [response(GOOD)]}), staples=(response(REVOKED), b"")).revoked is None


def test_where_the_file_does_not_admit_the_authority_it_is_said_so() -> None:
    found = look(Authority({}))
    assert (found.named, found.revoked, found.reason) == (True, None, Reason.NOT_PERMITTED)
    stale = look(Authority({}), staples=(response(until=NOW - DAY, since=NOW - 9 * DAY),))
    assert (stale.revoked, stale.reason) == (None, Reason.NOT_PERMITTED)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (TimedOut("silence"), Reason.TIMED_OUT),
        (b"garbage", Reason.MALFORMED),
        (b"", Reason.MALFORMED),
        (response(UNKNOWN, leaf=ASKED), Reason.REFUSED),
        (response(REVOKED, leaf=ASKED, signer=PLAIN), Reason.MALFORMED),
        (response(REVOKED, leaf=OTHER), Reason.MALFORMED),
        (response(leaf=ASKED, since=NOW - 9 * DAY, until=NOW - DAY), Reason.MALFORMED),
    ],
    ids=["silent", "garbage", "empty", "unknown", "a stranger's", "another's", "out of date"],
)
def test_an_authority_that_misbehaves_proves_neither(answer: bytes | NetworkError, reason: Reason) -> None:
    found = look(Authority({OCSP_URL: [answer]}), leaf=ASKED)
    assert (found.named, found.revoked, found.reason) == (True, None, reason)


def test_without_the_issuer_at_hand_nobody_can_be_asked() -> None:
    middle = issue(by=CA, subject="Middle", authority=True)
    leaf = issue("a.example", by=middle, more=named_at(ocsp=OCSP_URL))
    net = Authority({OCSP_URL: [response(REVOKED)]})
    found = look(net, leaf=leaf)
    assert (found.named, found.revoked, found.reason, net.asked) == (True, None, Reason.MALFORMED, [])


def test_a_certificate_that_names_no_way_has_none() -> None:
    assert look(Authority({}), leaf=issue("a.example", by=CA)).named is False
    ldap = issue("a.example", by=CA, more=named_at(crl="ldap://ca.example/cn=ca"))
    assert look(Authority({}), leaf=ldap).named is False


SEEDS = [response(), response(REVOKED), response(signer=DELEGATE, sent=(DELEGATE,))]
EMPTY_LIST = revocation_list(OTHER.certificate.serial_number)


def bent(data: st.DataObject, seed: bytes) -> bytes:
    octets = bytearray(seed)
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    return bytes(octets[: data.draw(st.integers(0, len(octets)))]) if data.draw(st.booleans()) else bytes(octets)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_mutated_answer_is_read_or_malformed_and_never_turns_to_revoked(data: st.DataObject) -> None:
    try:
        answer = told(bent(data, data.draw(st.sampled_from([SEEDS[0], SEEDS[2]]))))
    except Malformed:
        return
    assert answer.status is not Status.REVOKED


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_mutated_list_is_read_or_malformed_and_never_turns_to_revoked(data: st.DataObject) -> None:
    try:
        answer = listed(bent(data, EMPTY_LIST))
    except Malformed:
        return
    assert answer.status is not Status.REVOKED


@given(st.binary(max_size=300))
def test_octets_at_random_are_neither_answer_nor_list(octets: bytes) -> None:
    for reading in (told, listed):
        with pytest.raises(Malformed):
            reading(octets)
