"""The law as data: it agrees with the contract's crosswalk, is whole in three languages, and knows its dates."""

import csv
from datetime import date
from pathlib import Path

import pytest

from scanner.catalogue.law import load_glossary, load_law
from scanner.catalogue.loader import load
from scanner.model.authority import Kind
from scanner.model.check import Severity, Weight
from scanner.model.errors import InputError
from scanner.model.text import LANGUAGES, Text

CONTRACT = Path(__file__).parents[1] / "contract"
COLUMNS = ("mps151", "mps176", "csl2026", "csl2017", "mlps3", "mlps2", "other")
LAW = load_law()
IN_2026 = date(2026, 9, 20)


def rows(name: str) -> list[dict[str, str]]:
    with (CONTRACT / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t", restval=""))


def test_the_crosswalk_is_the_contracts() -> None:
    assert [row["duty"] for row in rows("duties.tsv")] == list(LAW.duties)
    for row in rows("duties.tsv"):
        duty = LAW.duties[row["duty"]]
        assert duty.remote == row["remote"]
        for column in COLUMNS:
            codes = row[column].split()
            full = codes if column == "other" else [f"{column}:{code}" for code in codes]
            assert list(duty.clauses.get(column, ())) == full, (duty.id, column)
        assert list(duty.only_kinds) == row["only_kinds"].split()
        assert list(duty.only_service_types) == row["only_service_types"].split()


def test_every_clause_that_a_duty_names_exists_and_every_clause_serves_a_duty() -> None:
    named = {code for duty in LAW.duties.values() for codes in duty.clauses.values() for code in codes}
    assert all(LAW.clause(code).code == code for code in named)
    held = {clause.code for statute in LAW.statutes.values() for clause in statute.clauses.values()}
    assert held == named


def test_every_duty_of_a_check_exists() -> None:
    of_contract = {duty for row in rows("checks.tsv") for duty in row["duties"].split() if duty != "-"}
    of_catalogue = {duty for check in load().checks.values() for duty in check.duties}
    assert of_contract | of_catalogue <= set(LAW.duties)


def texts() -> list[Text]:
    statutes = LAW.statutes.values()
    clauses = [clause for statute in statutes for clause in statute.clauses.values()]
    return [
        *(text for statute in statutes for text in (statute.name, statute.short)),
        *(text for clause in clauses for text in (clause.title, clause.text)),
        *(duty.name for duty in LAW.duties.values()),
        *load_glossary().values(),
    ]


def test_no_text_is_empty_and_none_holds_ascii_punctuation_beside_chinese() -> None:
    for text in texts():
        assert all(text.in_language(language).strip() for language in LANGUAGES)
        for chinese in (text.zh_cn, text.zh_tw):
            assert not {",", ";", ":", "(", ")"} & set(chinese), chinese


def test_the_taiwanese_texts_use_traditional_characters() -> None:
    simplified = set("网络数据护击录发备测应单务设业检产级条规")  # signs that have another traditional form
    for text in texts():
        assert not simplified & set(text.zh_tw), text.zh_tw


def test_the_glossary_has_every_word_of_the_contract() -> None:
    assert list(load_glossary()) == [row["key"] for row in rows("glossary.tsv")]
    for row in rows("glossary.tsv"):
        for language in ("zh-CN", "zh-TW"):
            word = load_glossary()[row["key"]].in_language("zh-CN" if language == "zh-CN" else "zh-TW")
            assert row[language].startswith(word.partition("（")[0])


def test_the_example_findings_clauses_come_out_exactly() -> None:
    clauses = LAW.clauses_for(
        ["transport-protection", "commercial-cryptography"],
        on=IN_2026,
        level=3,
        service_types=["information"],
        kind=Kind.ROUTINE,
    )
    assert clauses == (
        "mps151:10.7",
        "csl2026:23.4",
        "mlps3:8.1.2.2",
        "mlps3:8.1.4.1.c",
        "mlps3:8.1.4.7.a",
        "mlps3:8.1.4.8.a",
        "mlps3:8.1.10.9",
        "gbt39786:8.2",
        "gbt39786:8.4",
    )


@pytest.mark.parametrize(
    ("on", "laws"),
    [
        (date(2018, 12, 1), {"mps151", "csl2017"}),
        (date(2025, 12, 31), {"mps151", "csl2017"}),
        (date(2026, 1, 1), {"mps151", "csl2026"}),
        (date(2026, 9, 30), {"mps151", "csl2026"}),
        (date(2026, 10, 1), {"mps176", "csl2026"}),
    ],
)
def test_only_the_law_in_force_on_the_day_is_named(on: date, laws: set[str]) -> None:
    clauses = LAW.clauses_for(["attack-prevention"], on=on, level=None)
    assert {code.partition(":")[0] for code in clauses} == laws


@pytest.mark.parametrize(
    ("level", "standard"), [(None, set()), (1, set()), (2, {"mlps2"}), (3, {"mlps3"}), (4, {"mlps3"})]
)
def test_the_level_of_the_system_chooses_the_standard(level: int | None, standard: set[str]) -> None:
    clauses = LAW.clauses_for(["attack-prevention"], on=IN_2026, level=level)
    assert {code.partition(":")[0] for code in clauses if code.startswith("mlps")} == standard
    assert (LAW.note(level) is not None) == (level == 4)


def test_duties_apply_by_service_type_kind_and_criticality() -> None:
    assert LAW.duties_for(["access-records"], service_types=["information"]) == ()
    assert LAW.duties_for(["access-records"], service_types=["access"]) == ("access-records",)
    assert LAW.duties_for(["event-plan"], kind=Kind.ROUTINE) == ()
    assert LAW.duties_for(["event-plan"], kind=Kind.SPECIAL) == ("event-plan",)
    assert LAW.duties_for(["critical-infrastructure"]) == ()
    assert LAW.duties_for(["critical-infrastructure"], critical=True) == ("critical-infrastructure",)


def test_in_a_special_inspection_every_issue_of_medium_or_above_stands_under_risk_closure() -> None:
    def duties(weight: Weight, severity: Severity, kind: Kind = Kind.SPECIAL) -> tuple[str, ...]:
        return LAW.duties_for(["attack-prevention"], kind=kind, weight=weight, severity=severity)

    assert duties(Weight.ISSUE, Severity.MEDIUM) == ("attack-prevention", "event-risk-closure")
    assert duties(Weight.ISSUE, Severity.LOW) == ("attack-prevention",)
    assert duties(Weight.LEAD, Severity.HIGH) == ("attack-prevention",)
    assert duties(Weight.ISSUE, Severity.HIGH, Kind.ROUTINE) == ("attack-prevention",)


def test_articles_of_order_151_are_verified_and_those_of_order_176_are_not() -> None:
    assert all(clause.verified for clause in LAW.statutes["mps151"].clauses.values())
    assert not any(clause.verified for clause in LAW.statutes["mps176"].clauses.values())
    assert LAW.clause("csl2026:23.3").verified
    assert not LAW.clause("csl2026:49").verified


def test_an_unknown_clause_or_duty_is_said_to_be_unknown() -> None:
    with pytest.raises(InputError, match="mps151:99"):
        LAW.clause("mps151:99")
    with pytest.raises(InputError, match="no such duty"):
        LAW.clauses_for(["kindness"], on=IN_2026, level=3)
