"""The first screen says what is true, in every case."""

import io
import re
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from reports.html import render
from tests.unit import report_results as made


def said(results: made.Results, part: str = ".summary", language: str = "en", **options: Any) -> str:
    """What a reader of one language sees of a part of the page, in one line."""
    out = io.StringIO()
    render(results, out, **options)
    tree = LexborHTMLParser(out.getvalue())
    for other in set(made.LANGUAGES) - {language}:
        for node in tree.css(f".page [lang={other}]"):
            node.decompose()
    return re.sub(r"\s+", " ", " ".join(node.text() for node in tree.css(part)))


def with_inspection(**changes: Any) -> made.Results:
    return made.results(inspection=made.inspection(**changes))


def test_an_ordinary_scan_counts_open_issues_only() -> None:
    text = said(made.results())
    assert "4 issues: critical 1, high 1, medium 2; 3 confirmed, 1 to be confirmed." in text
    assert "1 piece of advice and 1 lead, not counted as issues." in text
    assert "2 new, 1 still open, 1 fixed, 1 reopened" in text
    assert "critical from 2026-09-23, high from 2026-09-25, medium from 2026-10-12" in text
    assert "Objections go to 甲 010-00000000" in text
    assert "basis: 示检通〔2026〕17号" in text


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("zh-CN", "发现问题隐患 4 项：超危 1 项、高危 1 项、中危 2 项；其中已确认 3 项、待核实 1 项。"),
        ("zh-TW", "檢測發現 4 項：嚴重 1 項、高風險 1 項、中風險 2 項；其中已確認 3 項、待確認 1 項。"),
    ],
)
def test_the_chinese_sentences_say_the_same(language: str, sentence: str) -> None:
    assert sentence in said(made.results(), language=language)


def test_the_most_urgent_come_by_severity_then_certainty_then_number() -> None:
    findings = [made.finding("tls.protocol-tls10", at) for at in range(9)]
    findings += [
        made.finding("web.vcs-exposed", 1, confidence="inferred"),
        made.finding("redis.no-auth", 2, severity="high"),
    ]
    text = said(made.results(findings=findings), ".urgent")
    assert re.findall(r"(Redis|A version|The server).*?(\d+) place", text) == [
        ("Redis", "1"),
        ("A version", "1"),
        ("The server", "9"),
    ]


def test_no_issue_is_said_of_what_came_to_a_conclusion() -> None:
    text = said(made.quiet())
    assert "No issue was found in the 1 check that came to a conclusion." in text
    assert "it is not conformity" in text
    assert "Nothing calls for a suggested deadline." in text


def test_a_scan_that_learnt_nothing_does_not_say_that_there_is_nothing() -> None:
    text = said(made.quiet(coverage=[made.row("redis.no-auth", "not-tested", "timed-out")]))
    assert "this scan tells nothing about issues" in text
    assert "No issue was found" not in text
    assert "1 check came to no conclusion (mostly: timed out 1)" in text


def test_what_was_left_out_on_purpose_is_no_failure_to_test() -> None:
    rows = [made.row("redis.no-auth", "pass"), made.row("dns.caa-missing", "not-tested", "not-selected")]
    text = said(made.quiet(coverage=rows))
    assert "Every selected check came to a conclusion." in text
    assert "1 more was left out by profile, permission or exclusion." in text


def test_rows_that_stand_in_a_file_are_not_taken_for_none() -> None:
    text = said(made.quiet(coverage=[], not_applicable=[], coverage_file="coverage.jsonl"))
    assert "which checks came to a conclusion stands in coverage.jsonl" in text
    assert "tells nothing about issues" not in text


def test_counts_stand_in_for_rows_that_are_elsewhere() -> None:
    counts = [
        {"unit": made.UNIT, "check": "redis.no-auth", "verdict": "pass", "reason": None, "count": 70_000},
        {"unit": made.UNIT, "check": "redis.no-auth", "verdict": "not-tested", "reason": "blocked", "count": 5},
    ]
    text = said(made.quiet(coverage=[], coverage_file="coverage.jsonl", coverage_counts=counts))
    assert "No issue was found in the 70,000 checks" in text
    assert "blocked 5" in text


def test_an_incomplete_scan_says_so_first_and_why() -> None:
    results = with_inspection(complete=False, finished=None, incomplete_because=["interrupted", "window closed"])
    assert "This scan is incomplete: interrupted, window closed." in said(results)
    assert "from 2026-09-20 08:00:01 (not finished)" in said(results)
    assert "Scan incomplete" in said(results, ".masthead")
    assert "本次检测未完成：检测中断、window closed。" in said(results, language="zh-CN")


@pytest.mark.parametrize(
    ("because", "words"),
    [
        ("refused", "有单位不予检测"),
        ("window", "已到检测时段结束"),
        ("stopped", "被停止"),
        ("interrupted", "检测中断"),
        ("fault", "程序故障"),
    ],
)
def test_why_a_scan_is_incomplete_is_another_thing_than_why_a_check_brought_no_answer(because: str, words: str) -> None:
    results = with_inspection(complete=False, incomplete_because=[because])
    assert f"本次检测未完成：{words}。" in said(results, language="zh-CN")


def test_a_complete_scan_does_not_speak_of_being_incomplete() -> None:
    assert "incomplete" not in said(made.results())


def test_a_vantage_inside_says_that_this_is_not_what_the_internet_sees() -> None:
    assert "not what the internet sees" in said(made.results(units=[made.unit(inside_unit=True)]))
    assert "not what the internet sees" not in said(made.results())


def test_of_several_units_those_seen_from_inside_are_named() -> None:
    other = made.unit("第二示例中学", "12330000000000002X", inside_unit=True)
    text = said(made.results(units=[made.unit(), other]))
    assert "The vantage lies inside the network of: 第二示例中学." in text


def test_refused_units_are_named_and_not_counted_as_inspected() -> None:
    refused = made.unit(
        "第二示例医院", "12330000000000002X", refused={"rule": made.text("规则", "規則", "the rule"), "source": "来源"}
    )
    results = made.results(units=[made.unit(), refused])
    assert "1 unit was not inspected: 第二示例医院." in said(results)
    assert "示例职业技术学院, 4 listed targets" in said(results)
    assert "第二示例医院: the rule (来源)" in said(results, ".chapter")


def test_where_every_unit_was_refused_nobody_was_asked() -> None:
    refused = made.unit(refused={"rule": "规则", "source": "来源"})
    text = said(made.quiet(units=[refused], coverage=[], clauses=[], not_applicable=[]))
    assert "No target was inspected." in text
    assert "No issue was found" not in text


def test_without_an_earlier_scan_nothing_is_compared() -> None:
    text = said(with_inspection(previous=None))
    assert "There is no earlier scan to compare with." in text
    assert "still open" not in text


def test_a_self_check_rests_on_its_statement() -> None:
    authority: made.Results = {"organs": [], "persons": [], "statement": "本单位自查", "entrusted": None}
    results = with_inspection(kind="self", authority=authority, basis=[], notice=None, objections_to=None)
    assert "basis: 本单位自查." in said(results)
    assert "The inspection file names nobody to whom objections go." in said(results)
    assert "自查" in said(results, ".subtitle", "zh-CN")


def test_an_unsealed_scan_shows_no_digests() -> None:
    assert "not sealed: no digests" in said(with_inspection(digests=None, key_fingerprint=None), ".particulars")


@pytest.mark.parametrize(("peak", "sentence"), [(20, "kept."), (20.1, "above the limit of 20")])
def test_the_peak_is_held_against_its_limit(peak: float, sentence: str) -> None:
    traffic = made.results()["traffic"] | {"peak_requests_per_second_per_address": peak}
    assert sentence in said(made.results(traffic=traffic), ".traffic")


def test_where_no_limit_was_set_the_report_says_so() -> None:
    limits = {"requests_per_second": None, "connects_per_second": None, "connections": 3}
    assert "no limit was set" in said(with_inspection(limits=limits), ".traffic")


def test_warnings_on_the_file_are_printed() -> None:
    assert "scanned from elsewhere" in said(with_inspection(warnings=["scanned from elsewhere"]), ".particulars")


def test_the_window_is_told_in_the_zone_of_the_inspection() -> None:
    window = made.INSPECTION["window"] | {"from": "2026-09-19T16:00:00+00:00"}
    assert "2026-09-20 00:00:00 to 2026-10-01 00:00:00" in said(with_inspection(window=window), ".particulars")
