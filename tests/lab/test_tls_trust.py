"""The paths that we find, beside those that OpenSSL finds in the same certificates: a second opinion."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

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
    roots: list[str | Path] = ["-auth_level", "0", "-no-CApath", "-CAfile", tmp_path / "roots.pem"]
    command: list[str | Path] = ["openssl", "verify", *roots, *untrusted, tmp_path / "leaf.pem"]
    theirs = subprocess.run(command, capture_output=True, check=False).returncode == 0
    read = tuple(x509.read(each.der) for each in (leaf, *sent))
    ours = trust(read[0], read, from_der([CA.der, EXPIRED_CA.der]), NOW)
    assert ours.trusted is theirs, ours.problem
