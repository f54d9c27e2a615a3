"""Nothing is lost: a full disk, a locked file, twenty kills (R22)."""

from pathlib import Path

import pytest

from tests.lab.test_proof import differences, story

pytestmark = [pytest.mark.lab, pytest.mark.namespace]

MODULE = "tests.lab.kept_in_namespace"


@pytest.mark.slow
def test_a_full_disk_ends_the_scan_with_a_word_and_loses_nothing_that_was_written(tmp_path: Path) -> None:
    told = story("full", tmp_path, 180, MODULE)
    assert told["ended"]["code"] == 4
    assert "make room" in told["ended"]["said"] and "Traceback" not in told["ended"]["said"]
    assert told["later"] == 0, "what cannot be kept is not asked"
    assert told["resumed"]["code"] == 0, told["resumed"]["said"]
    assert differences(told["whole"], told["resumed"]) == {}
    assert told["verified"][0] == 0, told["verified"]
    assert told["audited"][0] == 0, told["audited"]


@pytest.mark.slow
def test_a_locked_database_ends_the_scan_with_a_word_and_resume_goes_on(tmp_path: Path) -> None:
    told = story("locked", tmp_path, 180, MODULE)
    assert told["ended"]["code"] == 4
    assert "locked" in told["ended"]["said"] and "--resume" in told["ended"]["said"]
    assert told["resumed"]["code"] == 0, told["resumed"]["said"]
    assert differences(told["whole"], told["resumed"]) == {}


@pytest.mark.slow
def test_twenty_kills_change_no_answer_and_little_is_asked_again(tmp_path: Path) -> None:
    told = story("killed", tmp_path, 900, MODULE)
    assert told["kills"] >= 5
    assert told["resumed"]["code"] == 0, told["resumed"]["said"]
    assert differences(told["whole"], told["resumed"]) == {}
    assert told["verified"][0] == 0, told["verified"]
    print(f"{told['kills']} kills: {told['again']} of {told['once']} questions asked again")
    # A quarter of a second's work, and the probes under way: three on each of twelve lanes.
    assert told["again"] <= told["kills"] * (0.25 * 400 + 36 * 10)


@pytest.mark.slow
def test_a_host_alone_among_two_hundred_and_in_another_order_gives_the_same_answer(tmp_path: Path) -> None:
    told = story("crowd", tmp_path, 1800, MODULE)
    assert [told[run]["code"] for run in ("alone", "among", "turned")] == [0, 0, 0]
    alone, among, turned = (
        {place: verdict for place, verdict in told[run]["verdicts"].items() if f'"{told["first"]}"' in place}
        for run in ("alone", "among", "turned")
    )
    assert len(alone) > 20
    assert alone == among == turned
    assert differences(told["among"], told["turned"]) == {}
