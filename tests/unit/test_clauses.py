"""Clause verdicts: each sentence of R19, and the law of the observation's day."""

from dataclasses import replace
from datetime import date

import pytest

from scanner.catalogue.law import load_law
from scanner.judging.clauses import ClauseRow, Judged, clause_verdicts
from scanner.model.authority import Kind
from scanner.model.check import Confidence, Severity, Weight
from scanner.model.inspection import ListedTarget, System, Unit
from scanner.model.verdict import ClauseVerdict, Reason, Verdict

ON = date(2026, 9, 20)
UNIT = Unit(
    key="self",
    name="甲校",
    service_types=("information",),
    systems=(System("办公系统", mlps_level=3), System("旧系统")),
    targets=(ListedTarget("a.example.cn", name="a.example.cn"),),
)
PASSED = Judged("web.x", ("attack-prevention",), Weight.ISSUE, Severity.MEDIUM, Verdict.PASS, ON)
FAILED = replace(PASSED, check="web.y", verdict=Verdict.FAIL, state="new")
UNTESTED = replace(PASSED, check="web.z", verdict=Verdict.NOT_TESTED, reason=Reason.TIMED_OUT)
TLS = replace(FAILED, check="tls.x", duties=("transport-protection", "commercial-cryptography"))


def rows(*judged: Judged, unit: Unit = UNIT, kind: Kind = Kind.ROUTINE) -> dict[tuple[str, str | None], ClauseRow]:
    return {(row.clause, row.system): row for row in clause_verdicts(load_law(), unit, kind, judged, on=ON)}


def row(*judged: Judged, clause: str = "mps151:10.4", system: str | None = None) -> ClauseRow:
    return rows(*judged)[clause, system]


def test_duties_that_are_only_on_site_make_on_site_only() -> None:
    found = row(clause="mps151:10.3")
    assert (found.verdict, found.on_site, found.verified) == (ClauseVerdict.ON_SITE_ONLY, True, True)


def test_an_open_confirmed_issue_of_medium_or_above_is_an_issue_found() -> None:
    for state in ("new", "open", "reopened"):
        for severity in (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM):
            failed = replace(FAILED, state=state, severity=severity)
            assert row(PASSED, failed).verdict is ClauseVerdict.ISSUES_FOUND


@pytest.mark.parametrize(
    "failed",
    [
        replace(FAILED, severity=Severity.LOW),
        replace(FAILED, severity=Severity.INFO),
        replace(FAILED, confidence=Confidence.INFERRED),
        replace(FAILED, weight=Weight.OBSERVATION),
        replace(FAILED, weight=Weight.LEAD),
        replace(FAILED, state="fixed"),
    ],
)
def test_advice_inferences_observations_leads_and_what_is_fixed_turn_nothing(failed: Judged) -> None:
    assert row(PASSED, failed).verdict is ClauseVerdict.NONE_FOUND


def test_none_observed_is_not_tested() -> None:
    assert row(UNTESTED).verdict is ClauseVerdict.NOT_TESTED
    assert row().verdict is ClauseVerdict.NOT_TESTED
    assert row(replace(PASSED, verdict=Verdict.NOT_APPLICABLE)).verdict is ClauseVerdict.NOT_TESTED
    assert row(replace(PASSED, weight=Weight.OBSERVATION)).verdict is ClauseVerdict.NOT_TESTED


def test_some_not_observed_is_partly_tested_and_all_passed_none_found() -> None:
    assert row(PASSED, UNTESTED).verdict is ClauseVerdict.PARTLY_TESTED
    assert row(PASSED, PASSED).verdict is ClauseVerdict.NONE_FOUND
    assert row(PASSED, replace(UNTESTED, weight=Weight.OBSERVATION)).verdict is ClauseVerdict.NONE_FOUND


@pytest.mark.parametrize("reason", list(Reason))
def test_what_the_profile_or_the_file_left_out_does_not_make_partly_but_is_counted(reason: Reason) -> None:
    left_out = reason in (Reason.NOT_SELECTED, Reason.NOT_PERMITTED, Reason.EXCLUDED)
    found = row(PASSED, replace(UNTESTED, reason=reason))
    assert found.verdict is (ClauseVerdict.NONE_FOUND if left_out else ClauseVerdict.PARTLY_TESTED)
    assert found.not_tested == 1


def test_everything_left_out_is_not_tested() -> None:
    assert row(replace(UNTESTED, reason=Reason.NOT_SELECTED)).verdict is ClauseVerdict.NOT_TESTED


def test_findings_observations_passes_and_untested_are_counted_once_each() -> None:
    lead = replace(FAILED, weight=Weight.LEAD)
    low = replace(FAILED, severity=Severity.LOW, duties=("attack-prevention", "minimal-exposure"))
    found = row(FAILED, low, lead, PASSED, PASSED, UNTESTED)
    assert (found.findings, found.observations, found.passed, found.not_tested) == (2, 1, 2, 1)


def test_a_clause_with_on_site_duties_beside_says_so() -> None:
    assert row(TLS, clause="mps151:10.7").on_site
    assert row(TLS, clause="mps151:10.7").verdict is ClauseVerdict.ISSUES_FOUND
    assert row(clause="mps151:10.1").on_site
    assert not row(PASSED).on_site


def test_a_duty_of_observation_never_makes_an_issue() -> None:
    found = row(TLS, clause="gbt39786:8.2")
    assert found.verdict is not ClauseVerdict.ISSUES_FOUND
    assert (found.findings, found.observations) == (0, 1)


def test_a_lead_for_another_authority_never_makes_an_issue() -> None:
    icp = replace(FAILED, duties=("icp-filing",))
    assert row(icp, clause="icp33:13").verdict is not ClauseVerdict.ISSUES_FOUND


def test_a_system_is_judged_by_its_own_level_and_its_own_checks() -> None:
    found = rows(replace(FAILED, system="办公系统"), PASSED)
    assert found["mlps3:8.1.3.3", "办公系统"].verdict is ClauseVerdict.ISSUES_FOUND
    assert found["mps151:10.4", "办公系统"].verdict is ClauseVerdict.ISSUES_FOUND
    assert found["mps151:10.4", None].verdict is ClauseVerdict.NONE_FOUND
    assert found["mps151:10.4", "旧系统"].verdict is ClauseVerdict.NOT_TESTED
    assert not {clause for clause, system in found if clause.startswith("mlps") and system != "办公系统"}


def test_level_four_is_held_to_level_three_with_a_note() -> None:
    unit = replace(UNIT, systems=(System("核心", mlps_level=4),))
    found = rows(unit=unit)["mlps3:8.1.3.3", "核心"]
    assert found.note is not None
    assert "4" in found.note.en
    assert "note" not in found.to_json()


def test_on_site_clauses_stand_once_at_the_unit_and_those_of_a_level_at_the_system() -> None:
    found = rows()
    assert ("mps151:10.3", None) in found
    assert ("mps151:10.3", "办公系统") not in found
    assert found["mlps3:8.1.6", "办公系统"].verdict is ClauseVerdict.ON_SITE_ONLY


def test_a_unit_all_of_whose_targets_are_in_systems_has_only_its_on_site_rows() -> None:
    unit = replace(UNIT, targets=(replace(UNIT.targets[0], system="旧系统"),))
    own = [row.verdict for (_, system), row in rows(unit=unit).items() if system is None]
    assert set(own) == {ClauseVerdict.ON_SITE_ONLY}


def test_facts_are_judged_by_the_law_of_their_own_day() -> None:
    found = rows(FAILED, replace(PASSED, on=date(2026, 10, 1)))
    assert found["mps151:10.4", None].verdict is ClauseVerdict.ISSUES_FOUND
    assert found["mps176:7.6", None].verdict is ClauseVerdict.NONE_FOUND
    assert not found["mps176:7.6", None].verified


def test_the_scanners_own_checks_stand_under_no_clause() -> None:
    with_own = rows(PASSED, replace(FAILED, check="scan.degraded", duties=()))
    assert with_own == rows(PASSED)


def test_in_a_special_inspection_an_open_issue_stands_under_risk_closure_too() -> None:
    special = rows(FAILED, kind=Kind.SPECIAL)
    assert special["mps151:12.2", None].verdict is ClauseVerdict.ISSUES_FOUND
    assert rows(PASSED, kind=Kind.SPECIAL)["mps151:12.2", None].verdict is ClauseVerdict.NONE_FOUND
    assert ("mps151:12.2", None) not in rows(FAILED)


def test_critical_infrastructure_has_its_clauses() -> None:
    assert ("cii:31", None) in rows(unit=replace(UNIT, critical_infrastructure=True))
    assert ("cii:31", None) not in rows()


def test_a_row_is_as_results_files_have_it() -> None:
    assert row(TLS, PASSED, clause="mps151:10.7").to_json() == {
        "clause": "mps151:10.7",
        "unit": "甲校",
        "system": None,
        "on_site": True,
        "verdict": "issues-found",
        "findings": 1,
        "observations": 0,
        "passed": 0,
        "not_tested": 0,
        "verified": True,
    }
