"""Ceilings hold where nobody answers, by either engine (R7); a firewall closes a finding only at the second look (R14)."""

from pathlib import Path

import pytest

from tests.lab.server import needs
from tests.lab.test_proof import story

pytestmark = [pytest.mark.lab, pytest.mark.namespace]

MODULE = "tests.lab.paced_in_namespace"


@pytest.mark.parametrize("engine", ["silent", pytest.param("silent_nmap", marks=pytest.mark.slow)])
def test_no_sliding_second_holds_more_packets_than_the_ceilings_though_nobody_answers(
    engine: str, tmp_path: Path
) -> None:
    needs("nmap")
    told = story(engine, tmp_path, 180, MODULE)
    assert told["code"] == 0, told["said"]
    assert told["packets"] > 100
    assert told["most"] <= 50 + 10


@pytest.mark.slow
def test_a_port_closed_by_a_firewall_is_fixed_at_the_second_look_and_a_silent_host_stays_open(tmp_path: Path) -> None:
    looks = story("firewalled", tmp_path, 300, MODULE)
    check = "redis.no-auth"
    assert looks["open"][check][0] == "new"
    assert looks["closed"][check][0] == "open"
    assert looks["soon after"][check][0] == "open", "one look more, a moment later, is no second time"
    assert looks["later"][check][:2] == ["fixed", "unreachable-from-vantage"]
    other = "web.vcs-exposed"
    assert looks["later"][other][0] == "open"
    state, how, notes = looks["silent"][other]
    assert (state, how) == ("open", None)
    assert "not-retested" in notes
