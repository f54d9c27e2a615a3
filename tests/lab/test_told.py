"""Stop, pause and continue from another terminal, and the daily closing hour: seen on the wire (R11)."""

from pathlib import Path

import pytest

from tests.lab.test_proof import differences, story

pytestmark = [pytest.mark.lab, pytest.mark.namespace]

MODULE = "tests.lab.told_in_namespace"


def test_a_stopped_unit_is_left_alone_within_seconds_and_the_other_is_inspected_to_its_end(tmp_path: Path) -> None:
    told = story("stopped", tmp_path, 180, MODULE)
    stop, status, unknown, later, too_late = told["answers"]
    assert stop[0] == 0, stop
    assert told["late"]["first"] <= 2.0, "seconds after the command had been heard"
    assert told["late"]["second"] > 0
    assert "stopped by" in status[1] and "they asked us to" in status[1]
    assert unknown[0] == 2 and "First, Second" in unknown[1]
    assert "incomplete" in later[1]
    assert too_late[0] == 2
    assert told["ended"]["code"] == 4
    (note,) = told["control"]
    assert (note["act"], note["unit"], note["detail"]) == ("stop", "First", "they asked us to")
    whole, ended = told["whole"]["verdicts"], told["ended"]["verdicts"]
    assert all(verdict == whole[place] for place, verdict in ended.items() if "10.38.3." in place), (
        "the other unit's verdicts"
    )
    assert all(
        verdict in (whole.get(place), ["not-tested", "interrupted"]) or verdict[0] == "not-tested"
        for place, verdict in ended.items()
    )
    assert told["resumed"]["code"] == 0, told["resumed"]["said"]
    assert differences(told["whole"], told["resumed"]) == {}


@pytest.mark.slow
def test_a_paused_scan_sends_nothing_and_finds_the_same_once_it_is_continued(tmp_path: Path) -> None:
    told = story("paused", tmp_path, 180, MODULE)
    assert [answer[0] for answer in told["answers"]] == [0, 0, 0], told["answers"]
    assert "paused by" in told["answers"][1][1]
    assert told["during"] == 0
    assert [note["act"] for note in told["control"]] == ["pause", "continue"]
    assert told["ended"]["code"] == 0
    assert differences(told["whole"], told["ended"]) == {}


@pytest.mark.slow
def test_a_scan_that_meets_the_daily_closing_hour_waits_and_goes_on_at_the_next_opening(tmp_path: Path) -> None:
    told = story("reopened", tmp_path, 300, MODULE)
    assert told["before"] > 10 and told["after"] > 10
    assert told["between"] == 0
    assert "closed until" in told["answers"][0][1]
    assert [note["act"] for note in told["control"]] == ["closed", "opened"]
    assert told["ended"]["code"] == 0
    assert differences(told["whole"], told["ended"]) == {}
