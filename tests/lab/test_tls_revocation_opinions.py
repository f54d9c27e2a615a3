"""What we read of OCSP answers and revocation lists, beside what OpenSSL reads: a second opinion."""

import subprocess
from pathlib import Path

import pytest

from probes.tls.status import Status
from scanner.model.errors import Malformed
from tests.lab.certificates import DAY, Issued, authority
from tests.lab.server import needs
from tests.unit import test_tls_revocation as made

pytestmark = pytest.mark.lab
NOW = made.NOW
SERIAL = made.LEAF.certificate.serial_number
ANSWERS = {
    "good": made.response(),
    "revoked": made.response(made.REVOKED),
    "unknown": made.response(made.UNKNOWN),
    "without an end": made.response(until=None, since=NOW),
    "out of date": made.response(since=NOW - 9 * DAY, until=NOW - DAY),
    "of a time to come": made.response(since=NOW + DAY, until=NOW + 2 * DAY),
    "a delegate's": made.response(made.REVOKED, signer=made.DELEGATE, sent=(made.DELEGATE,)),
    "not appointed": made.response(made.REVOKED, signer=made.PLAIN, sent=(made.PLAIN,)),
    "a stranger's": made.response(made.REVOKED, signer=authority("Stranger")),
    "another's": made.response(made.REVOKED, leaf=made.OTHER),
    "tampered with": made.response(made.REVOKED)[:-1] + b"\x00",
    "cut short": made.response()[:-20],
}
LISTS = {
    "in it": made.revocation_list(7, SERIAL),
    "not in it": made.revocation_list(7),
    "empty": made.revocation_list(),
    "another's": made.revocation_list(SERIAL, by=authority("Stranger")),
    "of the same name": made.revocation_list(SERIAL, by=authority("Laboratory CA")),
    "out of date": made.revocation_list(7, since=NOW - 9 * DAY, until=NOW - DAY),
    "of a time to come": made.revocation_list(7, since=NOW + DAY, until=NOW + 2 * DAY),
}


def written(folder: Path, *issued: Issued) -> list[Path]:
    paths = [folder / f"{number}.pem" for number in range(len(issued))]
    for path, each in zip(paths, issued, strict=True):
        path.write_bytes(each.pem)
    return paths


def openssl(*words: str | Path) -> str:
    done = subprocess.run(["openssl", *words], capture_output=True, text=True, check=False, timeout=30)
    return done.stdout + done.stderr


@pytest.mark.parametrize("case", ANSWERS)
def test_openssl_reads_the_same_in_an_answer(tmp_path: Path, case: str) -> None:
    needs("openssl")
    leaf, issuer = written(tmp_path, made.LEAF, made.CA)
    (tmp_path / "answer.der").write_bytes(ANSWERS[case])
    said = openssl("ocsp", "-respin", tmp_path / "answer.der", "-issuer", issuer, "-cert", leaf, "-CAfile", issuer)
    valid = "Response verify OK" in said and "Status times invalid" not in said
    theirs = next((word for word in ("good", "revoked") if valid and f"{leaf}: {word}" in said), "untold")
    try:
        ours = made.told(ANSWERS[case]).status.value
    except Malformed:
        ours = Status.UNTOLD.value
    assert ours == theirs, said


@pytest.mark.parametrize("case", LISTS)
def test_openssl_reads_the_same_in_a_list(tmp_path: Path, case: str) -> None:
    needs("openssl")
    leaf, issuer = written(tmp_path, made.LEAF, made.CA)
    (tmp_path / "list.der").write_bytes(LISTS[case])
    openssl("crl", "-inform", "DER", "-in", tmp_path / "list.der", "-out", tmp_path / "list.pem")
    said = openssl("verify", "-crl_check", "-CAfile", issuer, "-CRLfile", tmp_path / "list.pem", leaf)
    theirs = "good" if f"{leaf}: OK" in said else "revoked" if "certificate revoked" in said else "untold"
    assert made.listed(LISTS[case]).status.value == theirs, said
