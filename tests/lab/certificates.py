"""Certificates of the laboratory, made in memory: authorities, leaves, and every way in which they can be wrong."""

import hashlib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | dsa.DSAPrivateKey
DAY = timedelta(days=1)
OLD_SIGNATURES = {
    "md5": (b"\x04", "3020300c06082a864886f70d020505000410"),
    "sha1": (b"\x05", "3021300906052b0e03021a05000414"),
}
"""The last octet of the algorithm's identifier, and DigestInfo up to the digest."""


@dataclass(frozen=True)
class Issued:
    """A certificate with its key. `der` is what a server sends."""

    der: bytes
    key: Key

    @property
    def certificate(self) -> x509.Certificate:
        return x509.load_der_x509_certificate(self.der)

    @property
    def pem(self) -> bytes:
        return ssl.DER_cert_to_PEM_cert(self.der).encode()

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def write(self, folder: Path, *chain: "Issued", stem: str = "server") -> tuple[Path, Path]:
        """Write STEM.crt (the leaf, then the chain) and STEM.key; returns both paths."""
        certificate, key = folder / f"{stem}.crt", folder / f"{stem}.key"
        certificate.write_bytes(b"".join(each.pem for each in (self, *chain)))
        key.write_bytes(self.key_pem)
        return certificate, key


@cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    """One RSA key per size for the whole run: making them is slow."""
    return rsa.generate_private_key(65537, bits)


def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def issue(
    *names: str,
    by: Issued | None = None,
    key: Key | None = None,
    subject: str | None = None,
    starts: datetime | None = None,
    ends: datetime | None = None,
    authority: bool = False,
    path_length: int | None = None,
    may_sign: bool | None = None,
    more: Sequence[x509.ExtensionType] = (),
) -> Issued:
    """A certificate for DNS names and addresses; signed by itself without `by`. Valid from yesterday for 90 days.

    `may_sign` writes a keyUsage with or without keyCertSign; `more` are further extensions.
    """
    key = key or ec_key()
    now = datetime.now(UTC).replace(microsecond=0)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject or (names[0] if names else "laboratory"))])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(by.certificate.subject if by else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(starts or now - DAY)
        .not_valid_after(ends or now + 90 * DAY)
        .add_extension(x509.BasicConstraints(authority, path_length), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([_general(each) for each in names]), critical=False)
    if may_sign is not None:
        usage = x509.KeyUsage(True, False, False, False, False, may_sign, True, False, False)
        builder = builder.add_extension(usage, critical=True)
    for extension in more:
        builder = builder.add_extension(extension, critical=False)
    signer = by.key if by else key
    used = None if isinstance(signer, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return Issued(builder.sign(signer, used).public_bytes(Encoding.DER), key)


def signed_with(name: str, issued: Issued, by: Issued) -> Issued:
    """The same certificate with an RSA signature over "md5" or "sha1", which libraries no longer make."""
    assert isinstance(by.key, rsa.RSAPrivateKey)
    body = issued.certificate.tbs_certificate_bytes
    old, new = (bytes.fromhex("06092a864886f70d0101") + last for last in (b"\x0b", OLD_SIGNATURES[name][0]))
    assert old in body, "only certificates that RSA with SHA-256 signed are signed again"
    body = body.replace(old, new)
    digest = bytes.fromhex(OLD_SIGNATURES[name][1]) + hashlib.new(name, body, usedforsecurity=False).digest()
    numbers, size = by.key.private_numbers(), by.key.key_size // 8
    padded = b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest
    signature = pow(int.from_bytes(padded, "big"), numbers.d, numbers.public_numbers.n).to_bytes(size, "big")
    algorithm = b"\x30\x0d" + new + b"\x05\x00"
    whole = body + algorithm + b"\x03" + _length(size + 1) + b"\x00" + signature
    return replace(issued, der=b"\x30" + _length(len(whole)) + whole)


def _length(count: int) -> bytes:
    return bytes([count]) if count < 128 else b"\x82" + count.to_bytes(2, "big")


PUBLIC = x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier("2.23.140.1.2.1"), None)])
"""By this policy an authority says that it is a publicly trusted one."""


def named_at(*, ocsp: str = "", crl: str = "", issuer: str = "") -> list[x509.ExtensionType]:
    """Extensions that name a responder, a revocation list, the issuer's certificate."""
    found: list[x509.ExtensionType] = []
    pairs = ((AuthorityInformationAccessOID.OCSP, ocsp), (AuthorityInformationAccessOID.CA_ISSUERS, issuer))
    access = [x509.AccessDescription(kind, x509.UniformResourceIdentifier(url)) for kind, url in pairs if url]
    if access:
        found.append(x509.AuthorityInformationAccess(access))
    if crl:
        name = [x509.UniformResourceIdentifier(crl)]
        found.append(x509.CRLDistributionPoints([x509.DistributionPoint(name, None, None, None)]))
    return found


def authority(subject: str = "Laboratory CA", **more: object) -> Issued:
    """A root of the test's own."""
    return issue(subject=subject, authority=True, ends=datetime.now(UTC) + 3650 * DAY, **more)  # type: ignore[arg-type]


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
