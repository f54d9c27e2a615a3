"""Proxies and control ports: what counts as relayed, as refused, and as nothing told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.ports import control
from probes.proxy import http, socks
from probes.proxy.relayed import Way, together
from probes.services.dialogues import socks as dialogue
from scanner.catalogue.ports import load_ports
from scanner.model.errors import Malformed, NetworkError
from scanner.model.network import PortState, Sweep
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

RELAYS, REFUSES = Way("GET", True), Way("GET", False, "HTTP/1.1 403 Forbidden")
SHUT, SILENT = Way("CONNECT", None, "", Reason.MALFORMED), Way("CONNECT", None, "", Reason.TIMED_OUT)
ACCEPTS_AND_LOSES = Way("CONNECT", None, "accepted", Reason.UNREACHABLE)


@pytest.mark.parametrize(
    ("ways", "told"),
    [
        ([RELAYS], (True, None)),
        ([REFUSES, RELAYS], (True, None)),
        ([REFUSES, REFUSES], (False, None)),
        ([REFUSES, SHUT], (False, None)),
        ([SHUT, REFUSES], (False, None)),
        ([SHUT, SHUT], (None, Reason.MALFORMED)),
        ([REFUSES, SILENT], (None, Reason.TIMED_OUT)),
        ([REFUSES, ACCEPTS_AND_LOSES], (None, Reason.UNREACHABLE)),
    ],
)
def test_only_arrival_accuses_and_only_refusal_acquits(
    ways: list[Way], told: tuple[bool | None, Reason | None]
) -> None:
    assert together(ways) == told
    assert http.describe(ways).facts.relays is told[0]
    assert socks.describe(ways).facts.relays is told[0]


@given(st.binary(max_size=64))
def test_any_answer_of_a_proxy_is_read_or_malformed(data: bytes) -> None:
    for read, size in ((socks.method, 2), (socks.refused5, 4), (socks.refused4, 8), (http.status, 0)):
        try:
            read(data.ljust(size, b"\0"))  # type: ignore[operator]
        except (Malformed, NetworkError):
            continue
    found = dialogue.recognise(data)
    assert found is None or len(data) == 2


def test_answers_of_socks_are_told_apart() -> None:
    assert socks.method(b"\x05\x00") == 0
    assert socks.method(b"\x05\xff") == 0xFF
    assert socks.refused5(b"\x05\x00\x00\x01") is None
    assert socks.refused5(b"\x05\x02\x00\x01") == "forbidden by rule"
    with pytest.raises(NetworkError):
        socks.refused5(b"\x05\x05\x00\x01")
    assert socks.refused4(b"\x00\x5a" + bytes(6)) is None
    assert socks.refused4(b"\x00\x5b" + bytes(6)) == "rejected"


@pytest.mark.parametrize(
    ("swept", "accepts", "reason"),
    [
        (Sweep({502: PortState.OPEN}, 0, 3), True, None),
        (Sweep({502: PortState.CLOSED}, 0, 3), False, None),
        (Sweep({502: PortState.FILTERED}, 0, 3), None, Reason.TIMED_OUT),
        (Sweep({502: PortState.UNTOLD}, 3, 3, Reason.MIDDLEBOX), None, Reason.MIDDLEBOX),
        (Sweep({502: PortState.UNTOLD}, 0, 3, Reason.INTERRUPTED), None, Reason.INTERRUPTED),
    ],
)
def test_a_control_port_is_told_by_its_connect_alone(swept: Sweep, accepts: bool | None, reason: Reason | None) -> None:
    seen = control.describe(502, swept)
    assert (seen.facts.accepts, seen.facts.usual) == (accepts, "Modbus/TCP")
    assert seen.gaps.get("accepts") is reason


def test_control_ports_are_those_never_spoken_to_without_the_printers() -> None:
    assert {102, 502, 2404, 20000, 44818} <= load_ports().industrial
    assert load_ports().industrial.isdisjoint({515, 9100})

    def wanted(port: int, protocol: str) -> bool:
        return control.wants(Target(TargetKind.SERVICE, "self", address="192.0.2.1", port=port, protocol=protocol))

    assert wanted(502, "silent")
    assert not wanted(9100, "silent")
    assert not wanted(502, "http")
