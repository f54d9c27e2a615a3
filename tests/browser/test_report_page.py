"""The report in a real browser: its languages without script, its script, its paper, its speed."""

import base64
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from reports.html import render
from tests.browser.chromium import PROGRAM, Page, browser
from tests.unit import report_results as made
from tests.unit import test_report_tls as tls

pytestmark = [pytest.mark.browser, pytest.mark.skipif(PROGRAM is None, reason="Chromium is not installed")]

TITLES = {
    "zh-CN": "网络安全技术检测报告",
    "zh-TW": "網路安全技術檢測報告",
    "en": "Technical Detection Report on Network Security",
}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def written(folder: Path, results: made.Results) -> Path:
    file = folder / "report.html"
    with file.open("w", encoding="utf-8") as out:
        render(results, out)
    return file


def title(page: Page) -> str:
    return str(page.evaluate("document.querySelector('h1').innerText"))


def test_the_language_is_switched_by_hand_without_script(page: Page, tmp_path: Path) -> None:
    page.open(written(tmp_path, made.results()), script=False)
    for language in ("zh-CN", "en", "zh-TW", "zh-CN"):
        page.click(f'label[for="language-{language}"]')
        assert title(page) == TITLES[language]


def test_the_language_is_switched_by_keyboard_without_script(page: Page, tmp_path: Path) -> None:
    page.open(written(tmp_path, made.results()), script=False)
    page.press("Tab", 9)
    page.press("ArrowRight", 39)
    assert title(page) == TITLES["zh-TW"]


def test_everything_can_be_read_without_script(page: Page, tmp_path: Path) -> None:
    page.open(written(tmp_path, made.results()), script=False)
    assert not page.visible(".tools")
    assert not page.visible(".piece pre")
    page.click(".finding summary")
    assert page.visible(".piece pre")
    assert "HTTP/1.1 200 OK\nServer: nginx/1.22.1" in page.evaluate("document.querySelector('.piece pre').innerText")


def test_a_hostile_report_runs_nothing_and_asks_nobody(page: Page, tmp_path: Path) -> None:
    page.open(written(tmp_path, made.hostile()))
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    told = [event.get("method") for event in page.events]
    assert not {"Page.javascriptDialogOpening", "Runtime.exceptionThrown", "Log.entryAdded"} & set(told)
    asked = [
        event["params"]["request"]["url"] for event in page.events if event.get("method") == "Network.requestWillBeSent"
    ]
    assert [url for url in asked if not url.endswith("/report.html")] == []


def test_the_policy_stops_what_is_not_ours(page: Page, tmp_path: Path) -> None:
    """The control for the test before: the same page with something slipped in."""
    file = written(tmp_path, made.results())
    slipped = (
        "<script>window.slipped = true</script><style>h1{display:none}</style><img src='https://192.0.2.1/x.png'/>"
    )
    file.write_text(file.read_text("utf-8").replace("<footer>", slipped + "<footer>"), "utf-8")
    page.open(file)
    assert page.evaluate("window.slipped === undefined")
    assert page.visible("h1")
    assert sum(event.get("method") == "Log.entryAdded" for event in page.events) >= 3


def test_the_script_filters_by_text_and_severity(page: Page, tmp_path: Path) -> None:
    page.open(written(tmp_path, made.results()))
    assert page.visible(".tools")
    page.click("#search")
    page.send("Input.insertText", text="oa3.example")
    assert page.evaluate("document.querySelector('#shown').innerText") == "1 / 6"
    assert not page.visible('[id="c1-redis.no-auth"]')
    assert page.visible('[id="c1-tls.protocol-tls10"]')
    page.click('.want[value="medium"]')
    assert page.evaluate("document.querySelector('#shown').innerText") == "0 / 6"


def test_a_link_to_a_folded_finding_unfolds_it(page: Page, tmp_path: Path) -> None:
    findings = [made.finding("tls.protocol-tls10", at) for at in range(45)]
    page.open(written(tmp_path, made.results(findings=findings)))
    anchor = f"f-{findings[44]['id']}"
    assert not page.visible(f'[id="{anchor}"]')
    page.evaluate(f"location.hash = {anchor!r}")
    page.evaluate("new Promise(done => setTimeout(done, 0))")
    assert page.visible(f'[id="{anchor}"]')


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize(
    "results",
    [made.results, made.hostile, lambda: made.results(assets=[tls.asset(None), tls.asset()])],
    ids=["ordinary", "hostile", "tls"],
)
def test_no_page_is_wider_than_its_screen(page: Page, tmp_path: Path, width: int, results: object) -> None:
    assert callable(results)
    page.width(width)
    page.open(written(tmp_path, results()))
    for language in made.LANGUAGES:
        page.evaluate(f"document.getElementById('language-{language}').click()")
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    page.send("Emulation.clearDeviceMetricsOverride")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_paper_shows_what_is_folded_and_numbers_its_pages(page: Page, tmp_path: Path, script: bool) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    page.open(written(tmp_path, made.results()), script=script)
    text = printed(page, tmp_path)
    pages = text.count("\f")
    assert pages > 3
    assert f"1 / {pages}" in text and f"{pages} / {pages}" in text
    assert text.count("示例职业技术学院 · 示检通〔2026〕17号") == pages
    assert "Server: nginx/1.22.1" in text
    assert "GB/T 22239-2019" in text and "等保三级" in text
    assert "搜索" not in text and "繁體中文" not in text


def test_a_long_table_begins_where_there_is_room_and_breaks_no_heading_within_a_word(
    page: Page, tmp_path: Path
) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    results = made.results()
    results["units"] = results["units"][:1]
    codes = ["mps151:10.4", *(f"mps151:{number}" for number in range(1, 60))]
    results["clauses"] = [made.clause(code, "none-found") for code in codes]
    page.open(written(tmp_path, results))
    (sheet,) = [one for one in printed(page, tmp_path).split("\f") if "五种结论的含义" in one]
    assert "10(4)" in sheet
    assert re.search(r"建议\s+未发现\s+未检测", sheet)


def printed(page: Page, folder: Path) -> str:
    paper = folder / "report.pdf"
    paper.write_bytes(
        base64.b64decode(page.send("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"])
    )
    done = subprocess.run(["pdftotext", "-layout", str(paper), "-"], capture_output=True, check=True)
    return done.stdout.decode()


def test_ten_thousand_findings_open_within_two_seconds(page: Page, tmp_path: Path) -> None:
    file = written(tmp_path, made.many(10_000))
    assert min(page.open(file) for _ in range(3)) < 2.0


@pytest.mark.slow
def test_a_hundred_thousand_findings_still_open(page: Page, tmp_path: Path) -> None:
    page.open(written(tmp_path, made.many(100_000)))
    assert "100,000" in page.evaluate("document.querySelector('.summary').innerText")
