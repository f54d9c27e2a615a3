"""From answers to versions, and from facts to verdicts: without a network."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import pytest

from probes.tls import hello, sslv2
from probes.tls.certificate import describe as describe_certificate
from probes.tls.presented import Presented
from probes.tls.roots import from_der
from probes.tls.version_question import Answer, Outcome, judge
from probes.tls.versions import VERSIONS, confirmed, describe
from scanner.catalogue.loader import load
from scanner.judging import judge as judge_check
from scanner.model.check import Severity
from scanner.model.observation import Observation, Seen
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict
from tests.lab.certificates import DAY, Issued, authority, issue, rsa_key, signed_with
from tests.unit.test_tls_hello import record, server_words

NOW = datetime.now(UTC).replace(microsecond=0)
SERVICE = Target(TargetKind.SERVICE, "self", address="127.33.0.1", port=443, protocol="http", tls=True)
ACCEPTED = Answer(Outcome.ACCEPTED, "ServerHello", "TLS_RSA_WITH_AES_128_CBC_SHA", b"\x16")
REFUSED = Answer(Outcome.REFUSED, "alert 40")
WRONG = Answer(Outcome.WRONG_VERSION, "alert 70")
SILENT = Answer(Outcome.UNTOLD, "", reason=Reason.TIMED_OUT, final=False)


def answers(**some: Answer) -> dict[str, Answer]:
    return {fact: some.get(fact, REFUSED) for fact in VERSIONS}


def test_an_alert_refuses_a_version_where_another_was_answered() -> None:
    told = describe(answers(tls12=ACCEPTED, sslv2=SILENT))
    assert (told.facts.tls12, told.facts.tls10, told.facts.sslv3, told.facts.sslv2) == (True, False, False, None)
    assert told.gaps == {"sslv2": Reason.TIMED_OUT}
    assert told.facts.tls12_cipher == ACCEPTED.cipher and told.facts.tls10_cipher == ""


def test_alerts_alone_prove_nothing() -> None:
    told = describe(answers())
    assert {getattr(told.facts, fact) for fact in VERSIONS} == {None}
    assert set(told.gaps.values()) == {Reason.REFUSED}


def test_an_alert_that_names_the_version_needs_no_other_answer() -> None:
    assert describe(answers(tls10=WRONG)).facts.tls10 is False


def test_versions_that_were_not_asked_for_silence_timed_out() -> None:
    told = describe({"tls12": SILENT, "tls13": SILENT})
    assert set(told.gaps) == set(VERSIONS)
    assert set(told.gaps.values()) == {Reason.TIMED_OUT}


def test_an_acceptance_that_the_second_connection_contradicts_is_untold() -> None:
    assert confirmed(ACCEPTED, ACCEPTED) is ACCEPTED
    assert confirmed(ACCEPTED, REFUSED).outcome is Outcome.UNTOLD
    assert confirmed(ACCEPTED, SILENT).reason is Reason.TIMED_OUT


@pytest.mark.parametrize(
    ("asked", "words", "outcome"),
    [
        (hello.TLS10, server_words(0x0301), Outcome.ACCEPTED),
        (hello.TLS13, server_words(0x0303), Outcome.OTHER_VERSION),
        (hello.TLS11, server_words(0x0301), Outcome.OTHER_VERSION),
        (hello.TLS13, server_words(0x0303, 0x1301, bytes.fromhex("002b00020304")), Outcome.ACCEPTED),
        (hello.SSL3, record(21, b"\x02\x46"), Outcome.WRONG_VERSION),
        (hello.SSL3, record(21, b"\x02\x28"), Outcome.REFUSED),
        (hello.TLS12, record(21, b"\x02\x70"), Outcome.UNTOLD),
        (hello.TLS12, b"", Outcome.REFUSED),
    ],
)
def test_one_answer_amounts_to_one_outcome(asked: int, words: bytes, outcome: Outcome) -> None:
    assert judge(asked, words).outcome is outcome


def verdict(check: str, seen: Seen[Any], probe: str) -> tuple[Verdict, Reason | None, Severity | None]:
    observation = Observation(probe, SERVICE, NOW, asdict(seen.facts), seen.gaps, seen.evidence)
    (judgement,) = judge_check(load().checks[check], SERVICE, {probe: observation}, {})
    return judgement.verdict, judgement.reason, judgement.severity


@pytest.mark.parametrize(
    ("fact", "severity"),
    [("sslv2", "critical"), ("sslv3", "high"), ("tls10", "medium"), ("tls11", "medium")],
)
def test_each_old_version_fails_passes_and_waits(fact: str, severity: str) -> None:
    check = f"tls.protocol-{fact}"
    good = {"tls12": ACCEPTED}
    failed = verdict(check, describe(answers(**{**good, fact: ACCEPTED})), "tls.versions")
    assert failed == (Verdict.FAIL, None, Severity(severity))
    assert verdict(check, describe(answers(**good)), "tls.versions")[0] is Verdict.PASS
    waits = verdict(check, describe(answers(**{**good, fact: SILENT})), "tls.versions")
    assert waits[:2] == (Verdict.NOT_TESTED, Reason.TIMED_OUT)


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
        ("weak-key", issue(by=CA, key=rsa_key()), None, Verdict.NOT_TESTED, None),
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
    facts = {"tls.versions": describe(answers()).facts}
    facts["tls.certificate"] = describe_certificate(Presented((OLD.der,), NOW, ""), None, from_der([])).facts  # type: ignore[assignment]
    for check in load().checks.values():
        if check.id.startswith("tls."):
            shown = asdict(facts[check.probe or ""])
            for text in check.seen.to_json().values():
                assert "{" in text and "{" not in text.format(**shown), "a name that is no fact raises KeyError"


def test_the_versions_asked_are_those_of_the_specifications() -> None:
    assert VERSIONS["sslv2"] == sslv2.VERSION == 0x0002
    assert sorted(VERSIONS.values())[1:] == [0x0300, 0x0301, 0x0302, 0x0303, 0x0304]
