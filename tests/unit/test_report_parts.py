"""The chapters: clauses, groups, folding, the sheet, and one unit alone."""

import io
import time
import tracemalloc
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from reports.html import render
from reports.html.group import FOLDED, WRITTEN_OUT, folded_limit
from tests.unit import report_results as made
from tests.unit.test_report import first, report, several


def tree(results: made.Results, **options: Any) -> LexborHTMLParser:
    return LexborHTMLParser(report(results, **options))


def test_none_found_is_never_drawn_as_conformity() -> None:
    page = report(made.results())
    assert page.count(
        'verdict-none-found"><svg class="mark" viewBox="0 0 16 16" aria-hidden="true" focusable="false"><use href="#m-v-none-found"/>'
    )
    assert "✓" not in page
    assert "✔" not in page
    assert "green" not in page


def test_the_five_verdicts_differ_by_word_and_by_shape() -> None:
    shown = tree(made.results())
    tags = {str(node.attributes["class"]): node for node in shown.css(".law td > .tag")}
    assert len(tags) == 5
    assert len({node.css("use")[0].attributes["href"] for node in tags.values()}) == 5
    assert len({node.css("span[lang=zh-CN]")[0].text() for node in tags.values()}) == 5


def test_unverified_references_are_marked_wherever_they_stand() -> None:
    shown = tree(made.results())
    for place in shown.css(".law tbody, .chip"):
        assert ("8.1.4.7" in place.text()) == ("条款待核" in place.text())


def test_clauses_link_to_the_findings_of_their_system_only() -> None:
    results = made.results()
    results["clauses"].append(made.clause("mps151:10.4", "none-found", system="门户网站"))
    (clause,) = [body for body in tree(results).css(".law tbody") if "10(4)" in body.text()]
    assert [len(row.css("a")) for row in clause.css("tr")] == [3, 0]
    assert len(clause.css("th[rowspan='2']")) == 1


def test_the_hand_over_list_holds_what_needs_a_look_on_site_once() -> None:
    results = made.results()
    results["clauses"].append(made.clause("mps151:10.4", "partly-tested", system="门户网站", on_site=True))
    table = tree(results).css("#u1-handover ~ .scroll table")[0]
    rows = table.css("tbody tr")
    assert len(rows) == 2
    assert "办公系统" in rows[1].text() and "门户网站" in rows[1].text()


def test_twenty_findings_of_a_check_stand_open_and_the_rest_is_folded_with_anchors() -> None:
    findings = [made.finding("tls.protocol-tls10", at) for at in range(45)]
    shown = tree(made.results(findings=findings))
    assert len(shown.css(".group article")) == WRITTEN_OUT
    assert len(shown.css(".group details.rest tr[id]")) == 25
    assert {node.attributes["id"] for node in shown.css(".group article, .group tr[id]")} == {
        f"f-{one['id']}" for one in findings
    }


def test_a_sentence_that_all_share_stands_once() -> None:
    seen = made.text("响应头没有该字段。", "回應標頭沒有該欄位。", "The header is not there.")
    findings = [made.finding("tls.protocol-tls10", at, seen=seen) for at in range(45)]
    assert report(made.results(findings=findings)).count("The header is not there.") == 1


def test_advice_and_leads_stand_apart_and_ask_for_no_rectification() -> None:
    shown = tree(made.results())
    order = [str(node.attributes["id"]) for node in shown.css(".findings .group")]
    assert order[-2:] == ["c1-dns.caa-missing", "c1-filing.icp-missing"]
    sheet = first(shown, ".sheet").text()
    assert "CAA" not in sheet and "ICP" not in sheet
    assert "Redis" in sheet


def test_fixed_findings_are_listed_and_no_longer_asked_for() -> None:
    results = made.results(
        findings=[
            made.finding(
                "redis.no-auth",
                1,
                state="fixed",
                places=[
                    {
                        "host": None,
                        "address": "192.0.2.1",
                        "port": 6379,
                        "url": None,
                        "state": "fixed",
                        "how": "unreachable-from-vantage",
                    }
                ],
            )
        ]
    )
    shown = tree(results)
    assert "建议现场核实" in first(shown, ".findings").text()
    assert shown.css(".sheet table") == []


def test_the_texts_of_a_check_stand_once_however_many_units() -> None:
    page = report(several())
    assert page.count("任何人都能读取、改写数据。") == 1
    assert LexborHTMLParser(page).css('a[href="#text-redis.no-auth"]')


def test_every_reason_in_coverage_says_what_it_means_and_how_to_mend_it() -> None:
    rows = tree(made.results()).css(".reasons tbody tr")
    assert len(rows) == 3
    assert all(len(cell.text().strip()) > 10 for row in rows for cell in row.css("td")[1:])


def test_one_unit_alone_holds_nothing_of_any_other() -> None:
    page = report(several(), unit="12330000000000002X")
    assert "第二示例中学" in page
    for secret in (
        "示例职业技术学院",
        made.UNIT,
        "第三示例医院",
        "oa1.example.edu.cn",
        "192.0.2.1:",
        "ID-012345",
        "门户网站",
        "bad length",
        "812",
    ):
        assert secret not in page


def test_one_unit_alone_shows_officers_by_name_without_their_ids() -> None:
    page = report(made.results(), unit="示例职业技术学院")
    assert "甲" in page
    assert "ID-01234" not in page
    assert "ID-012345" in report(made.results())


def test_a_unit_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError, match="nobody"):
        render(made.results(), io.StringIO(), unit="nobody")


def test_a_finding_of_a_check_without_texts_still_stands() -> None:
    results = made.results(checks={}, laws={}, clause_texts={})
    shown = tree(results)
    assert "redis.no-auth" in first(shown, ".findings").text()
    assert "mps151:10.4" in first(shown, ".chip").text()


def test_one_broken_finding_costs_itself_and_is_told_among_the_errors() -> None:
    sound, bare, odd = (made.finding("redis.no-auth", at) for at in range(3))
    del bare["evidence"]
    odd["severity"] = "catastrophic"
    shown = tree(made.results(findings=[sound, bare, odd], errors=[]))
    assert len(shown.css(".finding")) == 1
    told = first(shown, "#u1-errors + .scroll").text()
    assert f"finding {bare['id']} lacks evidence" in told
    assert f"finding {odd['id']} has an unknown severity" in told


def test_ten_thousand_findings_are_under_ten_megabytes_and_all_there() -> None:
    page = report(made.many(10_000))
    assert len(page.encode()) < 10_000_000
    assert page.count(' id="f-') == 10_000


@pytest.mark.slow
def test_a_hundred_thousand_findings_are_counted_and_capped() -> None:
    results = made.many(100_000)
    out = _Counting()
    tracemalloc.start()
    started = time.monotonic()
    render(results, out)
    took, (_, peak) = time.monotonic() - started, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "100,000 issues" in out.text_start
    assert out.anchors == 40 * (WRITTEN_OUT + folded_limit(results["findings"]))
    assert out.written < 10_000_000
    assert peak < 60_000_000
    assert took < 120


@pytest.mark.parametrize(("checks", "limit"), [(1, FOLDED), (40, 280), (5000, 0)])
def test_the_more_groups_the_less_each_of_them_folds(checks: int, limit: int) -> None:
    findings = [{"unit": "u", "check": str(at)} for at in range(checks)]
    assert folded_limit(findings) == limit


class _Counting(io.StringIO):
    """Counts what is written and keeps only its beginning: the page itself would hide the renderer's memory."""

    def __init__(self) -> None:
        super().__init__()
        self.written = self.anchors = 0
        self.text_start = ""

    def write(self, text: str) -> int:
        self.written += len(text)
        self.anchors += text.count("f-") and text.count(' id="f-')
        if len(self.text_start) < 100_000:
            self.text_start += text
        return len(text)
