"""The report's words: the same sentences in three languages, and Chinese as it is printed."""

import re
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from string import Formatter

import pytest

import reports.html
from reports.html.words import Count, say, words
from scanner.model.authority import Kind
from scanner.model.check import Confidence, Severity
from scanner.model.probe import Profile
from scanner.model.text import LANGUAGES
from scanner.model.verdict import ClauseVerdict, Reason, Verdict

HOME = Path(reports.html.__file__).parent
CHINESE = ("zh-CN", "zh-TW")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_text_is_there_in_three_languages() -> None:
    assert {key: set(text) for key, text in words().items()} == {key: set(LANGUAGES) for key in words()}
    assert all(text[language].strip() for text in words().values() for language in LANGUAGES)


def test_the_languages_name_the_same_values() -> None:
    differing = [
        key for key, text in words().items() if len({frozenset(placeholders(one)) for one in text.values()}) > 1
    ]
    assert differing == []


@pytest.mark.parametrize("language", CHINESE)
def test_chinese_is_punctuated_in_full_width(language: str) -> None:
    wrong = {
        key: text[language]
        for key, text in words().items()
        if re.search(r"[,;:?!()]", re.sub(r"\{[^}]*\}", "", text[language]))
    }
    assert wrong == {}


@pytest.mark.parametrize("language", CHINESE)
def test_the_report_never_calls_itself_a_record_or_a_notice_of_authority(language: str) -> None:
    for text in words().values():
        assert not re.search("通知书|通知書|检查记录|檢查紀錄|责令|責令|处罚决定|處罰決定", text[language])


def test_taiwan_texts_are_not_mainland_words_in_other_characters() -> None:
    mainland = re.compile(
        "服務器|網絡|信息|軟件|數據|默認|端口|(?<!網)域名|登錄|掃描器|(?<!依)程序|屏幕|打印|鏈接|視頻"
    )
    assert {key: text["zh-TW"] for key, text in words().items() if mainland.search(text["zh-TW"])} == {}


@pytest.mark.parametrize(
    ("family", "names", "suffix"),
    [
        ("severity", Severity, ""),
        ("confidence", Confidence, ""),
        ("verdict", Verdict, ""),
        ("clause_verdict", ClauseVerdict, ""),
        ("clauses.rule_", ClauseVerdict, ""),
        ("kind", Kind, ""),
        ("profile", Profile, ""),
        ("reason", Reason, ".word"),
        ("reason", Reason, ".meaning"),
        ("reason", Reason, ".mend"),
    ],
)
def test_every_closed_word_of_results_has_its_text(family: str, names: Iterable[StrEnum], suffix: str) -> None:
    joint = "" if family.endswith("_") else "."
    assert [one.value for one in names if f"{family}{joint}{one.value}{suffix}" not in words()] == []


FAMILIES = [
    "note",
    "severity",
    "confidence",
    "state",
    "verdict",
    "clause_verdict",
    "kind",
    "profile",
    "document",
    "notice_form",
    "service_type",
    "reason",
    "traffic",
    "tls_role",
    "why",
]
"""Words whose keys are put together from a value of the results."""


def test_templates_and_words_name_each_other() -> None:
    """No key is asked for that is not there, and none is there that nobody asks for."""
    sources = "".join(file.read_text("utf-8") for file in (*HOME.glob("templates/*.html"), *HOME.glob("*.py")))
    asked = set(re.findall(r"(?:say|phrase)\(\s*\"([a-z_]+\.[a-z_.]*[a-z_])\"\s*[,)]", sources))
    quoted = set(re.findall(r"\"([a-z_]+\.[a-z_.]*[a-z_])\"", sources))
    built = {key for key in words() if key.split(".")[0] in FAMILIES or key.startswith("clauses.rule_")}
    assert asked - set(words()) == set()
    assert set(words()) - quoted - built == set()


def test_a_number_chooses_its_english_form() -> None:
    assert f"{Count(1):issue|issues} {Count(2):issue|issues} {Count(1234)}" == "issue issues 1,234"


def test_a_value_cannot_bring_markup_or_fields_into_a_sentence() -> None:
    said = say("cover.task_id", id="<i>{0}{id.__class__}</i>")
    assert "&lt;i&gt;{0}{id.__class__}&lt;/i&gt;" in said
    assert "<i>" not in said
