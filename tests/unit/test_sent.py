"""What a scan sent, over the runs that it took."""

from dataclasses import asdict

from scanner.inspecting.sent import in_all
from scanner.model.network import Traffic

FIRST = Traffic(10, 20, 30, 40, 50, 19.0, 1, {"inspected": 60, "infrastructure": 2})
SECOND = Traffic(1, 2, 3, 4, 5, 7.0, 0, {"inspected": 6})


def test_what_earlier_runs_sent_is_not_forgotten() -> None:
    both = Traffic(11, 22, 33, 44, 55, 19.0, 1, {"inspected": 66, "infrastructure": 2})
    assert in_all(asdict(FIRST), SECOND) == asdict(both)


def test_a_first_run_has_none_before_it() -> None:
    assert in_all(None, FIRST) == asdict(FIRST)
