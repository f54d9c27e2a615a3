"""No packet outside the three classes: certificates that point elsewhere, and lures while something changes (R1, R22)."""

from pathlib import Path
from typing import Any

import pytest

from tests.lab.test_proof import story

pytestmark = [pytest.mark.lab, pytest.mark.namespace]

MODULE = "tests.lab.lured_in_namespace"


def kept_inside(told: dict[str, Any]) -> bool:
    """The counter counts what was sent outside on purpose, and nothing else."""
    assert told["control"] == 2
    assert told["packets"].get("no_question", 0) == 0
    return bool(told["packets"]["outside"] == told["control"])


def test_only_a_public_responder_is_asked_and_only_where_the_file_admits_it(tmp_path: Path) -> None:
    told = story("third", tmp_path, 180, MODULE)
    assert told["code"] == 0, told["said"]
    assert kept_inside(told)
    assert told["packets"]["responder"] > 0, "the one responder that may be asked was asked"
    assert {(line["address"], line["port"], line["class"]) for line in told["asked"]} == {
        ("93.184.216.34", 80, "infrastructure")
    }
    assert len(told["refused"]) >= 5, told["refused"]


@pytest.mark.slow
def test_lures_lead_nowhere_while_the_window_closes(tmp_path: Path) -> None:
    told = story("closing", tmp_path, 180, MODULE)
    assert told["code"] == 4
    assert kept_inside(told)


@pytest.mark.slow
def test_lures_lead_nowhere_while_a_unit_is_stopped(tmp_path: Path) -> None:
    told = story("stopped", tmp_path, 180, MODULE)
    assert (told["stop"][0], told["code"]) == (0, 4), told["said"]
    assert told["audit"] > 0
    assert kept_inside(told)


@pytest.mark.slow
def test_what_the_file_lost_is_not_asked_when_the_scan_is_resumed(tmp_path: Path) -> None:
    told = story("narrowed", tmp_path, 180, MODULE)
    assert told["code"] == 0, told["said"]
    assert told["to_gone"] == 0
    assert told["to_kept"] > 0
    assert told["wider"] == 2
    left = [verdict[1] for place, verdict in told["verdicts"].items() if verdict[0] == "not-tested"]
    assert "out-of-scope" in left, "what today's file let nobody ask"
    assert "probe-fault" not in left, "which is no fault of a probe"
    assert kept_inside(told)
