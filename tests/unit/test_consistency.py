"""The catalogue and the probes fit together; what does not is told before anything is sent."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from scanner.catalogue.loader import load
from scanner.inspecting.consistency import faults
from scanner.inspecting.registry import all_probes
from scanner.model.check import Check, Condition

CONTRACT = Path(__file__).parents[1] / "contract" / "checks.tsv"
ROWS = {
    row["id"]: row
    for row in csv.DictReader(CONTRACT.read_text(encoding="utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
}
CHECKS = load().checks


def test_every_check_names_what_exists() -> None:
    assert list(faults(CHECKS.values(), all_probes())) == []


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_a_check_is_the_contracts(check: Check) -> None:
    row = ROWS[check.id]
    columns = ("kind", "severity", "weight", "impact", "profile")
    assert [str(getattr(check, column)) for column in columns] == [row[column] for column in columns]
    assert list(check.duties) == [duty for duty in row["duties"].split() if duty != "-"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"duties": ("no-such-duty",)}, "no such duty: no-such-duty"),
        ({"probe": "no.such"}, "no such probe: no.such"),
        ({"fails": Condition("no_such_fact")}, "has no fact no_such_fact"),
        ({"each": "no_such_list"}, "has no fact no_such_list"),
        ({"applies": Condition(any_of=(Condition("days_remaining"), Condition("no_such")))}, "has no fact no_such"),
        ({"also": "tls.offer.no_such_list"}, "no probe has the facts tls.offer.no_such_list"),
        ({"function": "no_such_function"}, "no such function: no_such_function"),
        ({"beside": ("no.such",)}, "no such probe: no.such"),
    ],
)
def test_what_does_not_fit_is_named(change: dict[str, object], said: str) -> None:
    check = replace(CHECKS["tls.cert-expired"], **change)  # type: ignore[arg-type]
    (fault,) = faults([check], all_probes())
    assert said in fault
