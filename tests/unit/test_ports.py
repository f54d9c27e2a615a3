"""The port lists, and the description of a sweep: without a network."""

import json
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.ports.ranges import ranges, written
from probes.ports.tcp import PROBE, SILENT, describe, leads
from scanner.catalogue.loader import load
from scanner.catalogue.ports import FILE, load_ports
from scanner.model.errors import InputError
from scanner.model.network import PortState, Sweep
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

HOST = Target(TargetKind.HOST, "self", "门户", address="2001:db8::7")
OPEN, CLOSED, FILTERED, UNTOLD = PortState.OPEN, PortState.CLOSED, PortState.FILTERED, PortState.UNTOLD


def test_the_lists_hold_what_the_rulings_and_the_hot_list_name() -> None:
    ports = load_ports()
    assert ports.never_spoken_to >= {*range(9100, 9108), 515, 502, 102, 2404, 20000, 44818, 789, 1911, 4840}
    hot = {21, 22, 23, 135, *range(137, 140), 445, 1433, 1521, 3306, 3389, 5432, 5900, 7001}
    hot |= {6379, 27017, 9200, 2375, 6443, 10250, 2181, 8848}
    assert hot - {138} <= ports.top
    assert ports.high_risk == {135, 593, 4444, 4899, 5554, 6129, 9996}
    assert 150 <= len(ports.top) <= 300
    assert ports.quick <= ports.top


def test_the_usual_ports_of_every_check_are_swept() -> None:
    usual = {port for check in load().checks.values() for port in check.ports if check.presence}
    assert usual <= load_ports().top


def test_the_closed_list_of_high_risk_ports_is_the_check_s_own() -> None:
    assert set(load().checks["port.high-risk"].ports) == load_ports().high_risk


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("high_risk = [135,", "high_risk = [135, 135,"), "twice"),
        (("high_risk = [135,", "high_risk = [65536,"), "no such port"),
        (("high_risk = [135,", "high_risk = [5,"), "not in top"),
        (("quick = [21,", "quickly = [21,"), "quickly"),
        (('21 = "ftp"', 'ftp = "21"'), "ftp"),
    ],
)
def test_a_list_that_does_not_fit_is_refused_by_name(tmp_path: Path, change: tuple[str, str], complaint: str) -> None:
    file = tmp_path / "ports.toml"
    file.write_text(FILE.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(InputError, match=complaint):
        load_ports(file)


@given(st.sets(st.integers(1, 65535), max_size=200))
def test_ranges_hold_the_same_ports_and_are_the_fewest(ports: set[int]) -> None:
    pairs = ranges(ports)
    assert {port for first, last in pairs for port in range(first, last + 1)} == ports
    assert all(before[1] + 1 < after[0] for before, after in pairwise(pairs))


def test_ranges_are_written_as_they_are_read() -> None:
    assert written(ranges([80, 22, 81, 443, 82])) == "22,80-82,443"


def test_open_ports_are_listed_and_every_state_can_be_looked_up() -> None:
    seen = describe(Sweep({22: OPEN, 23: CLOSED, 24: CLOSED, 25: FILTERED}, 0, 3), (22,))
    facts = json.loads(json.dumps(asdict(seen.facts)))
    assert facts["open"] == [{"port": 22}]
    assert facts["states"] == {"open": [[22, 22]], "closed": [[23, 24]], "filtered": [[25, 25]], "untold": []}
    assert (facts["asked"], facts["answers"], facts["all_open"], facts["stopped"]) == ("22-25", True, False, "")
    assert not seen.gaps
    assert [piece.about for piece in seen.evidence] == ["open/22"]


def test_a_middlebox_leaves_the_open_ports_unknown() -> None:
    seen = describe(Sweep({22: UNTOLD, 80: UNTOLD}, 3, 3, Reason.MIDDLEBOX), None)
    assert seen.facts.all_open is True
    assert seen.facts.open is None
    assert seen.gaps == {"open": Reason.MIDDLEBOX}


@pytest.mark.parametrize("accepted", [1, 2])
def test_one_or_two_canaries_are_no_middlebox(accepted: int) -> None:
    assert describe(Sweep({22: OPEN}, accepted, 3), None).facts.all_open is False


def test_silence_everywhere_is_no_answer_and_no_sign_about_middleboxes() -> None:
    seen = describe(Sweep({22: FILTERED, 80: FILTERED}, 0, 3), None)
    assert (seen.facts.answers, seen.facts.all_open, seen.facts.stopped) == (False, None, "")
    assert seen.gaps == {"all_open": Reason.TIMED_OUT}


def test_what_stopped_the_sweep_is_the_reason_of_what_it_left_open() -> None:
    seen = describe(Sweep({22: UNTOLD, 80: UNTOLD}, 0, 3, Reason.BLOCKED), None)
    assert (seen.facts.open, seen.facts.answers, seen.facts.stopped) == (None, None, "blocked")
    assert set(seen.gaps.values()) == {Reason.BLOCKED}


def test_each_open_port_leads_to_a_service_of_the_host() -> None:
    facts = asdict(describe(Sweep({22: OPEN, 23: CLOSED}, 0, 3), None).facts)
    (service,) = leads(HOST, facts)
    assert (service.kind, service.address, service.port, service.system) == ("service", "2001:db8::7", 22, "门户")
    assert service.protocol is None


@pytest.mark.parametrize("port", [102, 502, 515, 9100, 44818])
def test_ports_that_nobody_may_speak_to_are_services_of_their_own_protocol(port: int) -> None:
    facts = asdict(describe(Sweep({port: OPEN}, 0, 3), None).facts)
    (service,) = leads(HOST, facts)
    assert (service.port, service.protocol) == (port, SILENT)


def test_behind_a_middlebox_only_declared_ports_lead_on() -> None:
    swept = Sweep({22: UNTOLD, 443: UNTOLD}, 3, 3, Reason.MIDDLEBOX)
    assert [service.port for service in leads(HOST, asdict(describe(swept, (443,)).facts))] == [443]
    assert not list(leads(HOST, asdict(describe(swept, None).facts)))


def test_the_sweep_asks_only_addresses_of_one_s_own() -> None:
    assert PROBE.address_bound
