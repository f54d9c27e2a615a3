"""From a certificate's facts to verdicts, and what checks of this area show: without a network."""

from dataclasses import asdict
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from probes.tls.certificate import describe as describe_certificate
from probes.tls.offer_facts import OfferFacts
from probes.tls.presented import Presented
from probes.tls.roots import from_der
from scanner.catalogue.loader import load
from scanner.judging import judge as judge_check
from scanner.model.check import Severity
from scanner.model.observation import Observation, Seen
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict
from tests.lab.certificates import DAY, Issued, authority, issue, rsa_key, signed_with

NOW = datetime.now(UTC).replace(microsecond=0)
SERVICE = Target(TargetKind.SERVICE, "self", address="127.33.0.1", port=443, protocol="http", tls=True)


def verdict(check: str, seen: Seen[Any], probe: str) -> tuple[Verdict, Reason | None, Severity | None]:
    observation = Observation(probe, SERVICE, NOW, asdict(seen.facts), seen.gaps, seen.evidence)
    (judgement,) = judge_check(load().checks[check], SERVICE, {probe: observation}, {})
    return judgement.verdict, judgement.reason, judgement.severity


CA = authority(key=rsa_key())
OLD = signed_with("sha1", issue("a.example", by=CA), by=CA)


@pytest.mark.parametrize(
    ("check", "leaf", "name", "expected", "severity"),
    [
        ("expired", issue(by=CA, ends=NOW - DAY, starts=NOW - 2 * DAY), None, Verdict.FAIL, "high"),
        ("expired", issue(by=CA), None, Verdict.PASS, None),
        ("expiring", issue(by=CA, ends=NOW + 29 * DAY), None, Verdict.FAIL, "low"),
        ("expiring", issue(by=CA, ends=NOW + 6 * DAY), None, Verdict.FAIL, "medium"),
        ("expiring", issue(by=CA, ends=NOW + 7 * DAY), None, Verdict.FAIL, "low"),
        ("expiring", issue(by=CA, ends=NOW + 30 * DAY), None, Verdict.PASS, None),
        ("expiring", issue(by=CA, ends=NOW - DAY, starts=NOW - 2 * DAY), None, Verdict.NOT_APPLICABLE, None),
        ("not-yet-valid", issue(by=CA, starts=NOW + DAY), None, Verdict.FAIL, "high"),
        ("not-yet-valid", issue(by=CA), None, Verdict.PASS, None),
        ("self-signed", issue(), None, Verdict.FAIL, "medium"),
        ("self-signed", issue(by=CA), None, Verdict.PASS, None),
        ("untrusted", issue(), None, Verdict.FAIL, "medium"),
        ("untrusted", issue(by=CA), None, Verdict.PASS, None),
        ("hostname-mismatch", issue("b.example", by=CA), "a.example", Verdict.FAIL, "high"),
        ("hostname-mismatch", issue("a.example", by=CA), "a.example", Verdict.PASS, None),
        ("hostname-mismatch", issue("b.example", by=CA), None, Verdict.NOT_APPLICABLE, None),
        ("weak-key", issue(by=CA, key=rsa_key(1024)), None, Verdict.FAIL, "high"),
        ("weak-key", issue(by=CA), None, Verdict.PASS, None),
        ("weak-key", issue(by=CA, key=rsa_key()), None, Verdict.PASS, None),
        ("weak-signature", OLD, None, Verdict.FAIL, "high"),
        ("weak-signature", issue(by=CA), None, Verdict.PASS, None),
    ],
)
def test_each_certificate_check_speaks_to_its_wording(
    check: str, leaf: Issued, name: str | None, expected: Verdict, severity: str | None
) -> None:
    seen = describe_certificate(Presented((leaf.der,), NOW, ""), name, from_der([CA.der]))
    told = verdict(f"tls.cert-{check}", seen, "tls.certificate")
    assert (told[0], told[2]) == (expected, severity and Severity(severity))


def test_every_fact_that_a_check_shows_exists() -> None:
    certificate = describe_certificate(Presented((OLD.der,), NOW, ""), None, from_der([])).facts
    facts = {"tls.offer": asdict(OfferFacts()), "tls.certificate": asdict(certificate)}
    for check in load().checks.values():
        if check.probe in facts:
            for text in check.seen.to_json().values():
                assert "{" not in text.format(**facts[check.probe], declared=SimpleNamespace(sslv2_at=[])), (
                    "a name that is no fact raises KeyError"
                )
