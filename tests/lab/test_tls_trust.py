"""The paths that we find, beside those that OpenSSL finds in the same certificates: a second opinion."""

import subprocess
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography import x509 as x509_library
from cryptography.x509.oid import ExtendedKeyUsageOID

from probes.tls import x509
from probes.tls.chain import trust
from probes.tls.roots import from_der
from tests.lab.certificates import DAY, Issued, authority, issue, rsa_key, signed_with
from tests.lab.server import needs

pytestmark = pytest.mark.lab
NOW = datetime.now(UTC)
CA = authority(key=rsa_key())
EXPIRED_CA = issue(subject="Expired CA", authority=True, starts=NOW - 9 * DAY, ends=NOW - DAY)
MIDDLE = issue(by=CA, subject="Middle", authority=True)
NARROW = issue(by=CA, subject="Narrow", authority=True, path_length=0)
LOWER = issue(by=NARROW, subject="Lower", authority=True)
PAST = issue(by=CA, subject="Past", authority=True, starts=NOW - 9 * DAY, ends=NOW - DAY)
AHEAD = issue(by=CA, subject="Ahead", authority=True, starts=NOW + DAY)
PLAIN = issue(by=CA, subject="Plain")
SILENT = issue(by=CA, subject="Silent", authority=True, may_sign=False)
OLD = signed_with("sha1", issue(by=CA, subject="Old", authority=True, key=rsa_key()), by=CA)
RENEWED = issue(by=CA, subject="Middle", authority=True, key=MIDDLE.key)

FOR = {
    purpose: issue(by=CA, subject=purpose, authority=True, more=[x509_library.ExtendedKeyUsage([kind])])
    for purpose, kind in (("Servers", ExtendedKeyUsageOID.SERVER_AUTH), ("Mail", ExtendedKeyUsageOID.EMAIL_PROTECTION))
}


def within(permitted: tuple[str, ...] = (), excluded: tuple[str, ...] = ()) -> Issued:
    """An authority that may vouch for some names alone."""
    lists = [[general(name) for name in names] or None for names in (permitted, excluded)]
    return issue(by=CA, subject="Narrowed", authority=True, more=[x509_library.NameConstraints(*lists)])


def general(written: str) -> x509_library.GeneralName:
    if "/" in written:
        return x509_library.IPAddress(ip_network(written))
    return x509_library.DNSName(written)


def meant_for(*kinds: x509_library.ObjectIdentifier) -> Issued:
    return issue(by=CA, more=[x509_library.ExtendedKeyUsage(list(kinds))])


CHAINS: dict[str, tuple[Issued, ...]] = {
    "issued by the root": (issue(by=CA),),
    "one intermediate": (issue(by=MIDDLE), MIDDLE),
    "missing intermediate": (issue(by=MIDDLE),),
    "disordered, with the root and strangers": (issue(by=MIDDLE), CA, PLAIN, MIDDLE),
    "two certificates for one authority": (issue(by=MIDDLE), RENEWED, MIDDLE),
    "more intermediates than allowed": (issue(by=LOWER), LOWER, NARROW),
    "as many as allowed": (issue(by=NARROW), NARROW),
    "an expired intermediate": (issue(by=PAST), PAST),
    "an intermediate not yet valid": (issue(by=AHEAD), AHEAD),
    "an intermediate that is no authority": (issue(by=PLAIN), PLAIN),
    "an authority that may not sign": (issue(by=SILENT), SILENT),
    "an intermediate signed with SHA-1": (issue(by=OLD), OLD),
    "an expired root": (issue(by=EXPIRED_CA),),
    "self-signed": (issue("a.example"),),
    "a root of its own": (issue(by=authority("Other")), authority("Other")),
    **{
        f"{' '.join(names)} by an authority for {permitted} and not {excluded}": (issue(*names, by=narrow), narrow)
        for names, permitted, excluded in (
            (("a.school.example",), ("school.example",), ()),
            (("school.example",), ("school.example",), ()),
            (("aschool.example",), ("school.example",), ()),
            (("a.other.example",), ("school.example",), ()),
            (("a.school.example", "a.other.example"), ("school.example",), ()),
            (("A.School.Example",), ("school.example",), ()),
            (("*.school.example",), ("school.example",), ()),
            (("a.school.example",), ("other.example", "school.example"), ()),
            (("a.school.example",), (), ("school.example",)),
            (("a.other.example",), (), ("school.example",)),
            (("b.a.school.example",), ("school.example",), ("a.school.example",)),
            (("10.1.2.3",), ("10.1.0.0/16",), ()),
            (("10.2.2.3",), ("10.1.0.0/16",), ()),
            (("10.1.2.3",), (), ("10.1.2.0/24",)),
        )
        for narrow in [within(permitted, excluded)]
    },
    "meant for servers": (meant_for(ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH),),
    "meant for clients": (meant_for(ExtendedKeyUsageOID.CLIENT_AUTH),),
    "an issuer for servers": (issue(by=FOR["Servers"]), FOR["Servers"]),
    "an issuer for mail": (issue(by=FOR["Mail"]), FOR["Mail"]),
    "forged": (Issued(issue("a.example", by=CA).der.replace(b"a.example", b"b.example"), CA.key),),
}


@pytest.mark.parametrize("case", CHAINS)
def test_openssl_finds_a_path_just_where_we_do(tmp_path: Path, case: str) -> None:
    needs("openssl")
    leaf, *sent = CHAINS[case]
    (tmp_path / "roots.pem").write_bytes(CA.pem + EXPIRED_CA.pem)
    (tmp_path / "leaf.pem").write_bytes(leaf.pem)
    (tmp_path / "sent.pem").write_bytes(b"".join(each.pem for each in sent))
    untrusted: list[str | Path] = ["-untrusted", tmp_path / "sent.pem"] if sent else []
    roots: list[str | Path] = [
        "-auth_level",
        "0",
        "-purpose",
        "sslserver",
        "-no-CApath",
        "-CAfile",
        tmp_path / "roots.pem",
    ]
    command: list[str | Path] = ["openssl", "verify", *roots, *untrusted, tmp_path / "leaf.pem"]
    theirs = subprocess.run(command, capture_output=True, check=False).returncode == 0
    read = tuple(x509.read(each.der) for each in (leaf, *sent))
    ours = trust(read[0], read, from_der([CA.der, EXPIRED_CA.der]), NOW)
    assert ours.trusted is theirs, ours.problem
