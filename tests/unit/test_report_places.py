"""How a report names places and units: as people write them, once, and never by a word of the program's own."""

import pytest

from reports.html.place import elsewhere, item, place
from reports.html.words import has
from scanner.model.readable_name import both_forms, readable
from scanner.results.finding_row import told_notes
from tests.unit import report_results as made
from tests.unit.test_report import report

IDN = "xn--fsq092hgpegwy.xn--fiqs8s"


def test_a_chinese_name_stands_as_it_is_written_with_its_a_labels_beside_it() -> None:
    assert both_forms(IDN) == f"示例职院.中国 ({IDN})"
    where = {"host": IDN, "address": "192.0.2.10", "url": f"https://{IDN}/files/"}
    assert place(where) == f"https://示例职院.中国/files/ ({IDN}, 192.0.2.10)"
    assert place({"host": IDN, "address": "192.0.2.10", "port": 25}) == f"示例职院.中国 ({IDN}) 192.0.2.10:25/tcp"


@pytest.mark.parametrize(
    "name", ["example.edu.cn", "xn--zzzzzzzzz999.example", "xn--", "xn--a-b.example", "x" * 300 + "xn--"]
)
def test_any_other_name_stays_as_it_is(name: str) -> None:
    assert readable(name) is None and both_forms(name) == name


def test_what_the_place_says_already_is_not_said_again() -> None:
    here = {
        "host": "a.example",
        "address": "192.0.2.10",
        "port": 80,
        "url": "http://a.example/.env",
        "state": "new",
        "how": None,
    }
    there = {**here, "port": 443, "url": "https://a.example/.env"}
    finding = {**here, "item": "/.env", "places": [here, there]}
    assert item(finding) is None
    assert item({**finding, "item": "sid"}) == "sid"
    assert elsewhere(finding) == [there]
    assert elsewhere({**finding, "places": [{**here, "how": "port-closed"}]})


def test_every_note_that_results_can_hold_has_its_words() -> None:
    assert told_notes() and all(has(f"note.{note}") for note in told_notes())


def test_a_bare_scans_unit_is_called_ones_own_and_nothing_is_said_of_a_file_that_is_not_there() -> None:
    results = made.results()
    results["inspection"] |= {"bare": True, "basis": [], "notice": None, "objections_to": None}
    results["units"] = [{**results["units"][0], "key": "self", "name": "self"}]
    for rows in ("findings", "coverage", "clauses", "assets"):
        results[rows] = []
    page = report(results)
    assert "本单位" in page and ">self<" not in page
    for untrue in ("检测任务文件未载明", "批准检测时段", "实施单位", "检测告知"):
        assert untrue not in page
