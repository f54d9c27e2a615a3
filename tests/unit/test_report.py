"""The report as a document: well-formed, closed to the outside, readable without script."""

import base64
import hashlib
import io
import json
import re
from collections.abc import Callable
from importlib.resources import files
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from selectolax.lexbor import LexborHTMLParser, LexborNode

from reports.html import render
from tests.unit import report_results as made

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def report(results: made.Results, **options: Any) -> str:
    out = io.StringIO()
    render(results, out, **options)
    return out.getvalue()


def first(tree: LexborHTMLParser, selector: str) -> LexborNode:
    """The first element of a selector, which is there."""
    found = tree.css_first(selector)
    assert found is not None, selector
    return found


def several() -> made.Results:
    """Three units: one as ever, one seen from inside, one refused."""
    results = made.results()
    second, third = "第二示例中学", "第三示例医院"
    results["units"] += [
        made.unit(second, "12330000000000002X", inside_unit=True, systems=[], mlps_level=2),
        made.unit(third, "12330000000000003X", refused={"rule": "缺少批准文件", "source": "条例第三十一条"}),
    ]
    results["findings"] += [made.finding("redis.no-auth", at, unit=second, system=None) for at in range(30, 80)]
    results["clauses"] += [made.clause("mps151:10.4", "issues-found", unit=second, system=None)]
    return results


CASES: dict[str, Callable[[], made.Results]] = {
    "ordinary": made.results,
    "quiet": made.quiet,
    "hostile": made.hostile,
    "several": several,
    "many": lambda: made.many(1500),
}


@pytest.fixture(scope="module", params=CASES)
def page(request: pytest.FixtureRequest) -> str:
    return report(CASES[request.param]())


def test_the_page_is_well_formed_and_browsers_read_it_so(page: str) -> None:
    """A strict parser and a browser's parser see the same elements, at the same depth."""
    strict = ElementTree.fromstring(page.removeprefix("<!DOCTYPE html>"))  # noqa: S314 - our own output
    root = LexborHTMLParser(page).root
    assert root is not None
    assert _shape(root) == _strict_shape(strict)


def _strict_shape(node: ElementTree.Element) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    waiting = [(0, node)]
    while waiting:
        depth, one = waiting.pop()
        found.append((depth, one.tag))
        waiting.extend((depth + 1, child) for child in reversed(one))
    return found


def _shape(node: LexborNode) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    waiting = [(0, node)]
    while waiting:
        depth, one = waiting.pop()
        found.append((depth, str(one.tag)))
        waiting.extend((depth + 1, child) for child in reversed(list(one.iter())))
    return [(depth, tag) for depth, tag in found if not tag.startswith("-") and tag != "_comment"]


def test_nothing_is_loaded_and_nothing_runs_but_our_script(page: str) -> None:
    tree = LexborHTMLParser(page)
    for name in ("src", "srcset", "style", "action", "background", "poster", "data", "ping"):
        assert tree.css(f"[{name}]") == []
    assert all((link.attributes["href"] or "").startswith("#") for link in tree.css("[href]"))
    assert len(tree.css("script")) == 1
    assert tree.css("link, iframe, object, embed, base, img, form") == []
    assert [name for node in tree.css("*") for name in node.attributes if name.startswith("on")] == []
    assert not re.search(r"url\(|@import", "".join(node.text() for node in tree.css("style")))


def test_the_policy_admits_exactly_what_stands_in_the_page(page: str) -> None:
    tree = LexborHTMLParser(page)
    meta = tree.css_first('meta[http-equiv="Content-Security-Policy"]')
    assert meta is not None
    policy = dict(part.strip().split(" ", 1) for part in str(meta.attributes["content"]).split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert policy["img-src"] == "data:"
    assert policy["style-src"] == " ".join(_source(node.text()) for node in tree.css("style"))
    assert policy["script-src"] == " ".join(_source(node.text()) for node in tree.css("script"))
    assert page.index("Content-Security-Policy") < page.index("<style>")


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_every_link_leads_somewhere_and_every_id_is_one(page: str) -> None:
    tree = LexborHTMLParser(page)
    ids = [node.attributes["id"] for node in tree.css("[id]")]
    assert len(ids) == len(set(ids))
    wanted = {str(link.attributes["href"])[1:] for link in tree.css("[href]")}
    wanted |= {str(node.attributes["aria-labelledby"]) for node in tree.css("[aria-labelledby]")}
    wanted |= {str(node.attributes["for"]) for node in tree.css("[for]")}
    assert wanted - set(ids) == set()


def test_headings_are_in_order(page: str) -> None:
    levels = [int(str(node.tag)[1]) for node in LexborHTMLParser(page).css(", ".join(HEADINGS))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_table_has_headers_with_a_scope(page: str) -> None:
    for table in LexborHTMLParser(page).css("table"):
        assert table.css("thead th[scope=col]")
        assert [th for th in table.css("th") if "scope" not in th.attributes] == []


def test_all_three_languages_are_in_it_in_equal_number(page: str) -> None:
    tree = LexborHTMLParser(page)
    numbers = {tag: len(tree.css(f"main span[lang={tag}]")) for tag in made.LANGUAGES}
    gaps = sum(node.text() == " " for node in tree.css("span[lang=en]"))
    assert numbers["zh-CN"] == numbers["zh-TW"] == numbers["en"] - gaps > 100


@pytest.mark.parametrize("language", made.LANGUAGES)
def test_the_language_asked_for_is_the_one_shown_first(language: str) -> None:
    tree = LexborHTMLParser(report(made.quiet(), language=language))
    chosen = [node.attributes["value"] for node in tree.css("input.pick[checked]")]
    assert chosen == [language]
    assert tree.css_first(f"html[lang={language}]") is not None


def test_nothing_that_a_target_sent_becomes_an_element() -> None:
    page = report(made.hostile())
    tree = LexborHTMLParser(page)
    assert first(tree, "title").text() == "网络安全技术检测报告 · <script>alert(1)</script> · '\"><svg onload=alert(1)>"
    assert [str(node.tag) for node in tree.css("head > *")] == [
        "meta",
        "meta",
        "meta",
        "meta",
        "meta",
        "title",
        "style",
        "style",
    ]
    assert "alert(1)" not in first(tree, "body > script").text()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{ 7 * 7 }}" in page
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]", page
    )
    assert len(page) < 600_000


def test_one_broken_text_of_a_name_does_not_reach_the_page_style() -> None:
    results = made.results(units=[made.unit(name='x"}@import "//evil";*{color:red}</style>')])
    for part in ("findings", "assets", "clauses", "coverage", "errors"):
        results[part] = [one | {"unit": made.UNIT} for one in results[part]]
    style = LexborHTMLParser(report(results)).css("style")[1].text()
    assert style.count("}") == style.count("{") == 3
    assert style.count('"') == 4


def test_colours_of_text_are_read_by_everyone() -> None:
    """WCAG 2.1, 1.4.3: 4.5 to 1, for every ink on the papers it stands on."""
    style = LexborHTMLParser(report(made.quiet())).css("style")[0].text()
    colours = dict(re.findall(r"--([a-z-]+):(#[0-9a-f]{6})", style))
    inks = ("ink", "soft", "accent", "critical", "high", "medium", "low", "info")
    pairs = [(ink, paper) for ink in inks for paper in ("paper", "faint", "accent-faint")]
    pairs += [("warn-ink", "warn-paper"), ("warn-ink", "accent-faint"), ("paper", "accent"), ("paper", "high")]
    assert [pair for pair in pairs if _contrast(*(colours[one] for one in pair)) < 4.5] == []


def _contrast(first: str, second: str) -> float:
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_style_and_script_are_of_an_old_browser() -> None:
    tree = LexborHTMLParser(report(made.quiet()))
    style, script = tree.css("style")[0].text(), tree.css("script")[0].text()
    assert not re.search(r":has\(|:is\(|:where\(|:focus-visible|aspect-ratio|inset:|clamp\(|@layer|@container", style)
    assert not re.search(r"=>|`|\blet\b|\bconst\b|\?\.|\?\?|fetch|XMLHttp|innerHTML|eval|import", script)


@pytest.mark.parametrize("results", [made.results, made.quiet, several, lambda: made.many(50)])
def test_the_made_up_results_are_such_as_the_scanner_writes(results: Callable[[], made.Results]) -> None:
    schema = json.loads(files("scanner.results").joinpath("results.schema.json").read_text("utf-8"))
    assert [error.message for error in Draft202012Validator(schema).iter_errors(results())] == []
