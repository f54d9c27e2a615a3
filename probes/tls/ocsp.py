"""OCSP (RFC 6960, RFC 5019): the question about one certificate, and what an answer to it proves. It asks nobody."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from probes.tls import der, pointers, x509
from probes.tls.chain import signed_by
from probes.tls.signature import read as read_algorithm
from probes.tls.signature import verified
from probes.tls.status import CLOCKS, UNTIL_UNTOLD, Answer, Status, reason_name
from probes.tls.x509 import Certificate, moment
from scanner.model.errors import Malformed
from scanner.model.verdict import Reason

SHA1 = bytes.fromhex("300906052b0e03021a0500")
HASHES = {
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
    "1.2.156.10197.1.401": "sm3",
}
BASIC, OCSP_SIGNING = "1.3.6.1.5.5.7.48.1.1", "1.3.6.1.5.5.7.3.9"
ENUMERATED = 0x0A
MOST_ANSWERS, MOST_CERTIFICATES = 64, 8
ERRORS = {1: "malformedRequest", 2: "internalError", 3: "tryLater", 5: "sigRequired", 6: "unauthorized"}


@dataclass(frozen=True, slots=True)
class _Basic:
    """The parts of a BasicOCSPResponse that count."""

    data: der.Element
    algorithm: der.Element
    signature: bytes
    certificates: tuple[Certificate, ...]


def request(leaf: Certificate, issuer: Certificate) -> bytes:
    """A question without nonce and signature (RFC 5019 section 2.1.1), by SHA-1 as every responder understands it."""
    name, key = (_digest("sha1", each) for each in (leaf.issuer_name, _key_bits(issuer)))
    nested = SHA1 + b"".join(
        (der.made(der.OCTET_STRING, name), der.made(der.OCTET_STRING, key), der.made(der.INTEGER, leaf.serial))
    )
    for _ in range(5):  # CertID, Request, the list of them, TBSRequest, OCSPRequest
        nested = der.made(der.SEQUENCE, nested)
    return nested


def read(data: bytes, leaf: Certificate, issuer: Certificate, at: datetime) -> Answer:
    """What a response proves of a leaf at a moment; Malformed where it is no response, or none about the leaf."""
    outer = der.sequence(data, 1)
    if outer[0].tag != ENUMERATED or len(outer[0].content) != 1:
        raise Malformed("OCSP: no status")
    code = outer[0].content[0]
    if code:
        return Answer(Status.UNTOLD, f"the responder says {ERRORS.get(code, code)}", reason=Reason.REFUSED)
    basic = _basic(outer)
    single = next((each for each in _singles(basic.data) if _is_about(each, leaf, issuer)), None)
    if single is None:
        raise Malformed("OCSP: no answer about this certificate")
    made = _signed(basic, issuer, at)
    if made is None:
        return Answer(Status.UNTOLD, "its signature could not be checked")
    if not made:
        return Answer(Status.UNTOLD, "it is not signed by the issuer or by whom the issuer appointed")
    return _answer(single, at)


def timestamps(data: bytes, kind: str) -> bytes | None:
    """An extension of the first single answer that has it, as sent."""
    for single in _singles(_basic(der.sequence(data, 2)).data):
        for part in single[3:]:
            if part.tag == 0xA1:
                for extension in der.sequence(part.content):
                    members = extension.children()
                    if len(members) > 1 and der.oid(members[0]) == kind and members[-1].tag == der.OCTET_STRING:
                        return members[-1].content
    return None


def _basic(outer: tuple[der.Element, ...]) -> _Basic:
    wrapped = next((each for each in outer[1:] if each.tag == 0xA0), None)
    members = der.sequence(wrapped.content, 2) if wrapped else ()
    if not members or members[1].tag != der.OCTET_STRING or der.oid(members[0]) != BASIC:
        raise Malformed("OCSP: not a basic response")
    parts = der.sequence(members[1].content, 3)
    sent = next((each for each in parts[3:] if each.tag == 0xA0), None)
    read_ones = [x509.read(each.raw) for each in der.sequence(sent.content)[:MOST_CERTIFICATES]] if sent else []
    return _Basic(parts[0], parts[1], der.bits(parts[2]), tuple(read_ones))


def _singles(data: der.Element) -> Iterator[tuple[der.Element, ...]]:
    """CertID, status, thisUpdate and the rest of each answer; the responses are the SEQUENCE after producedAt."""
    fields = data.children()
    responses = next((each for each in fields[1:] if each.tag == der.SEQUENCE), None)
    if data.tag != der.SEQUENCE or responses is None:
        raise Malformed("OCSP: no answers")
    for each in responses.children()[:MOST_ANSWERS]:
        members = each.children()
        if len(members) < 3:
            raise Malformed("OCSP: an answer cut short")
        yield members


def _is_about(single: tuple[der.Element, ...], leaf: Certificate, issuer: Certificate) -> bool:
    algorithm, name, key, serial = _four(single[0])
    used = HASHES.get(der.oid(der.sequence(algorithm.raw, 1)[0]))
    if used is None or serial.content != leaf.serial:
        return False
    return name.content == _digest(used, leaf.issuer_name) and key.content == _digest(used, _key_bits(issuer))


def _four(element: der.Element) -> tuple[der.Element, der.Element, der.Element, der.Element]:
    members = element.children()
    if len(members) != 4:
        raise Malformed("OCSP: not a certificate's identity")
    return members[0], members[1], members[2], members[3]


def _signed(basic: _Basic, issuer: Certificate, at: datetime) -> bool | None:
    """By the issuer's key, or by a certificate that the issuer made for this purpose (RFC 6960 section 4.2.2.2)."""
    algorithm = read_algorithm(basic.algorithm.raw)
    told: list[bool | None] = []
    for signer in (issuer, *basic.certificates):
        if signer.spki != issuer.spki and not _appointed(signer, issuer, at):
            continue
        made = verified(basic.data.raw, basic.signature, algorithm, signer.key, signer.spki)
        if made:
            return True
        told.append(made)
    return None if None in told else False


def _appointed(signer: Certificate, issuer: Certificate, at: datetime) -> bool:
    valid = (
        signer.not_before is not None and signer.not_after is not None and signer.not_before <= at <= signer.not_after
    )
    return valid and OCSP_SIGNING in pointers.extended_usages(signer) and signed_by(signer, issuer) is True


def _answer(single: tuple[der.Element, ...], at: datetime) -> Answer:
    status, since = single[1], moment(single[2])
    following = next((each for each in single[3:] if each.tag == 0xA0), None)
    until = moment(der.read(following.content)) if following else None
    if since is None or (following is not None and until is None):
        raise Malformed("OCSP: no moment")
    if since > at + CLOCKS:
        return Answer(Status.UNTOLD, "it is made for a time to come")
    if (until or since + UNTIL_UNTOLD) < at - CLOCKS:
        return Answer(Status.UNTOLD, f"it is out of date since {(until or since + UNTIL_UNTOLD).isoformat()}")
    match status.tag:
        case 0x80:
            return Answer(Status.GOOD, "good")
        case 0xA1:
            parts = status.children()
            when = moment(parts[0]) if parts else None
            code = next((der.read(each.content).content for each in parts[1:] if each.tag == 0xA0), b"")
            return Answer(Status.REVOKED, reason_name(code), when)
        case 0x82:
            return Answer(Status.UNTOLD, "the responder does not know the certificate", reason=Reason.REFUSED)
    raise Malformed("OCSP: an unknown status")


def _key_bits(certificate: Certificate) -> bytes:
    return der.bits(der.sequence(certificate.spki, 2)[1])


def _digest(name: str, data: bytes) -> bytes:
    return hashlib.new(name, data, usedforsecurity=False).digest()
