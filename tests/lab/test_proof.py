"""What an officer defends: nothing left the scope, no ceiling was passed, and the same answer came each time.

Whole inspections in network namespaces, counted by the kernel; see scan_in_namespace.py for the stories.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.lab.server import needs

pytestmark = [pytest.mark.lab, pytest.mark.namespace]


def story(name: str, folder: Path, seconds: float = 120, module: str = "tests.lab.scan_in_namespace") -> dict[str, Any]:
    """One story of scan_in_namespace.py, or of another module of stories, told as JSON."""
    if os.geteuid() != 0:
        pytest.skip("laboratory: root is needed for a network namespace")
    needs("nft", "unshare", "ip")
    command = ["unshare", "--net", "--mount", sys.executable, "-m", module, name, str(folder)]
    run = subprocess.run(command, capture_output=True, cwd=Path(__file__).parents[2], timeout=seconds, check=False)
    assert run.returncode == 0, run.stderr.decode()
    told: dict[str, Any] = json.loads(run.stdout)
    return told


def test_no_packet_leaves_the_scope_whatever_lures_there(tmp_path: Path) -> None:
    told = story("lured", tmp_path)
    assert told["control"] == 2, "the counter counts"
    assert told["packets"]["outside"] == told["control"]
    assert told["packets"]["no_question"] == 0
    assert told["packets"]["inside"] > 1000
    assert told["packets"]["mail"] > 0, "the zone's mail host is asked on port 25, and on no other (R2)"
    assert told["audit"] > 0, "the lures were met"


def test_no_sliding_second_passes_a_ceiling_over_sweeps_and_probes_together(tmp_path: Path) -> None:
    """Connects alone are seen on the wire: a question's and a sweep's, per address, and all of them in all."""
    told = story("limited", tmp_path)
    assert told["code"] == 0, told["said"]
    assert max(told["each"]) <= 10 + 40
    assert 20 < told["in_all"] <= 70


def test_a_host_alone_among_others_and_in_another_order_gives_the_same_answer(tmp_path: Path) -> None:
    told = story("agreeing", tmp_path)
    of_first = [
        {place: verdict for place, verdict in told[run]["verdicts"].items() if told["first"] in place}
        for run in ("alone", "among", "turned")
    ]
    assert of_first[0] == of_first[1] == of_first[2]
    assert len(of_first[0]) > 20
    assert told["among"]["verdicts"] == told["turned"]["verdicts"]
    assert told["among"]["findings"] == told["turned"]["findings"]
    assert {tuple(one) for one in told["alone"]["findings"]} < {tuple(one) for one in told["among"]["findings"]}


def differences(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """What R29 compares and does not find the same, for the message of a failure."""
    told = {
        place: (one["verdicts"].get(place), other["verdicts"].get(place))
        for place in {**one["verdicts"], **other["verdicts"]}
        if one["verdicts"].get(place) != other["verdicts"].get(place)
    }
    return told if one["findings"] == other["findings"] else {**told, "findings": (one["findings"], other["findings"])}


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """R29."""
    return one["findings"] == other["findings"] and one["verdicts"] == other["verdicts"]


def test_three_kills_and_a_resume_find_what_an_undisturbed_run_finds(tmp_path: Path) -> None:
    told = story("killed", tmp_path)
    assert -9 in told["codes"]
    assert told["resumed"]["code"] == 0, told["resumed"]["said"]
    assert differences(told["whole"], told["resumed"]) == {}


@pytest.mark.slow
def test_ten_kills_and_a_resume_find_what_an_undisturbed_run_finds(tmp_path: Path) -> None:
    told = story("killed_often", tmp_path, 300)
    assert same(told["whole"], told["resumed"])


@pytest.mark.slow
def test_five_scans_agree(tmp_path: Path) -> None:
    runs = story("five", tmp_path, 300)["runs"]
    assert all(run["findings"] for run in runs)
    assert all(same(runs[0], run) for run in runs)


def test_nothing_is_sent_after_the_closing_hour_and_nothing_cut_short_is_passed(tmp_path: Path) -> None:
    told = story("closing", tmp_path)
    assert told["code"] == 4
    assert told["connects"] > 20
    assert told["late"] < 0.5, "seconds past the window's end"
    assert told["packets"]["outside"] == 0
    whole = told["whole"]["verdicts"]
    assert all(verdict[0] == "not-tested" or whole.get(place) == verdict for place, verdict in told["verdicts"].items())
    assert any(verdict == ["not-tested", "interrupted"] for verdict in told["verdicts"].values())


@pytest.mark.slow
def test_a_ban_and_a_death_turn_no_verdict_but_to_not_tested(tmp_path: Path) -> None:
    """`kept` holds the same content undisturbed; what is told of the lane itself (degraded) may differ."""
    told = story("banned", tmp_path, 300)
    known = told["kept"]["places"]
    assert known
    for disturbed in ("dropping", "resetting"):
        places = told[disturbed]["places"]
        turned = {
            place for place, verdict in places.items() if verdict[0] != "not-tested" and known.get(place) != verdict
        }
        assert all("scan.degraded" in place for place in turned), (disturbed, turned)
    assert ["not-tested", "blocked"] in told["dropping"]["places"].values()
    dying = {place: verdict for place, verdict in told["dying"]["places"].items() if "6379" not in place}
    assert all(verdict[0] == "not-tested" or known.get(place) == verdict for place, verdict in dying.items())
    assert any(verdict[0] == "not-tested" and verdict[1] != "not-selected" for verdict in dying.values())


@pytest.mark.slow
def test_a_server_that_turns_five_times_slower_is_told_and_a_steady_one_is_not(tmp_path: Path) -> None:
    told = story("slow", tmp_path, 300)
    assert "scan.degraded" in told["slower"]["checks"]
    assert "scan.degraded" not in told["steady"]["checks"]
    assert told["steady"]["verdicts"][json.dumps(["scan.degraded", None, "10.38.1.2", None, None, None])] == [
        "pass",
        None,
    ]
