"""The other engine: the same answers as our own, its command line in the record, its output read with care."""

import asyncio
import json
import os
import socket
import subprocess
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.services.nmap_version import PROBE
from scanner.catalogue.loader import load
from scanner.inspecting.registry import all_probes
from scanner.inspecting.selection import Choice, select
from scanner.model.errors import InputError, Malformed, NetworkError
from scanner.model.inspection import Limits
from scanner.model.network import PortState, Sweep
from scanner.model.observation import Observation
from scanner.model.probe import Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason
from scanner.network.nmap import Nmap, options, read
from scanner.network.sweep import sweep
from scanner.network.sweeper import Sweeper
from scanner.network.tries import OwnTries
from tests.asking import ask_over, ordered, wired
from tests.lab.open_gate import OpenGate
from tests.lab.server import needs

lab = pytest.mark.lab
ADDRESS = "127.36.0.22"


@lab
@pytest.mark.parametrize(("address", "technique"), [("127.36.0.20", "connect"), ("::1", "connect")])
def test_both_engines_tell_the_same(address: str, technique: str) -> None:
    needs("nmap")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    ports = [*range(4000, 4060), 4100, 4101]
    with ExitStack() as stack:
        for port in (4003, 4050, 4101):
            stack.enter_context(socket.create_server((address, port), family=family))

        async def ask() -> tuple[Sweep, Sweep]:
            with Sweeper() as sweeper:
                own = await sweep(OpenGate(), OwnTries(sweeper, address), "self", address, ports, "ports.tcp")
            other = await sweep(OpenGate(), Nmap(technique).at(address), "self", address, ports, "ports.tcp")
            return own, other

        own, other = asyncio.run(ask())
    assert own == other
    assert [port for port, state in other.states.items() if state is PortState.OPEN] == [4003, 4050, 4101]


@lab
def test_nmap_gets_only_what_was_granted_and_its_command_line_is_kept() -> None:
    needs("nmap")
    gate = OpenGate(most=5, rate=200, half_open=64)
    asyncio.run(sweep(gate, Nmap().at("127.36.0.21"), "self", "127.36.0.21", range(4000, 4010), "ports.tcp"))
    assert [len(ports) for ports in gate.asked] == [5, 5, 3]
    for ports, note in zip(gate.asked[1:], gate.notes[1:], strict=True):
        assert note is not None
        assert f"-p {ports[0]}-{ports[-1]} " in note
        assert " 127.36.0.21;" in note
        assert "sha256 " in note


def test_a_missing_nmap_is_told_with_the_way_out() -> None:
    with pytest.raises(InputError, match="apt install nmap"):
        Nmap(search=("/nonexistent/nmap",))


def test_the_command_line_holds_the_grant_s_limits() -> None:
    told = options("-sT", "2001:db8::1", 200, 64)
    assert {"-sT", "-n", "-Pn", "-6"} <= set(told)
    assert float(told[told.index("--max-rate") + 1]) < 200
    assert told[told.index("--max-parallelism") + 1] == "64"
    assert told[told.index("--max-retries") + 1] == "1"
    assert "--max-rate" not in options("-sT", "192.0.2.1", None, None)


def test_ports_that_nmap_only_counts_are_read_from_its_ranges() -> None:
    output = (
        '<nmaprun><host><ports><extraports state="closed" count="3"><extrareasons ports="1-2,9"/></extraports>'
        '<extraports state="filtered" count="1"><extrareasons ports="4"/></extraports></ports></host></nmaprun>'
    )
    found = {"scan": {"192.0.2.1": {"tcp": {80: {"state": "open"}, 81: {"state": "open|filtered"}}}}}
    told = read(found, output, [1, 2, 4, 9, 80, 81, 99])
    assert (told.opened, told.closed, told.prohibited, told.unsent) == ([80], [1, 2, 9], [81, 4], [99])


@given(st.binary(max_size=300) | st.text(max_size=60).map(lambda text: f"<a><extraports state={quoteattr(text)}/></a>"))
def test_output_of_any_kind_is_read_or_malformed(output: bytes | str) -> None:
    with suppress(Malformed):
        assert read({}, output, [1]).unsent == [1]


@given(st.text(alphabet="0123456789-,x ", max_size=20))
def test_ranges_of_any_kind_are_read_or_malformed(ranges: str) -> None:
    output = f'<a><extraports state="closed"><extrareasons ports="{ranges}"/></extraports></a>'
    with suppress(Malformed):
        told = read({}, output, [1])
        assert sorted(told.closed + told.unsent) == [1]


@lab
def test_a_stop_ends_nmap_within_seconds() -> None:
    """R11: a run over ports that never answer is killed, not waited for."""
    needs("nmap")

    async def story() -> float:
        async with wired(ordered(ADDRESS), engine="nmap") as wire:
            asked = asyncio.create_task(wire.sweep("self", ADDRESS, range(1, 60000), "ports.tcp"))
            await asyncio.sleep(0.4)
            begun = time.monotonic()
            wire.stop("enough")
            with suppress(NetworkError):
                await asked
            return time.monotonic() - begun

    assert asyncio.run(story()) < 5
    assert "nmap" not in running_below()


def running_below() -> str:
    """The command lines of this process's children."""
    command = ["ps", "--no-headers", "-o", "comm", "--ppid", str(os.getpid())]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


@lab
def test_nmap_names_what_no_dialogue_of_ours_knows_and_leaves_its_command_in_the_log(tmp_path: Path) -> None:
    """R26: one port, counted as twenty questions, its command line and its output's digest in the audit log."""
    needs("nmap")
    audit = tmp_path / "audit.jsonl"
    target = Target(TargetKind.SERVICE, "self", address=ADDRESS, port=4010, protocol="unknown", tls=False)

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")
        with suppress(ConnectionError):
            await reader.read(100)
        writer.close()

    async def story() -> Observation:
        server = await asyncio.start_server(greet, ADDRESS, 4010)
        async with server, wired(ordered(ADDRESS, limits=Limits(40, 200, 3, 60, 400, 5000)), audit=audit) as wire:
            begun = time.monotonic()
            seen = await ask_over(wire, PROBE, target)
            assert time.monotonic() - begun > 19 / 40, "twenty questions at forty a second"
            return seen

    seen = asyncio.run(story())
    assert (seen.facts["service"], seen.facts["product"], seen.facts["version"]) == ("ssh", "OpenSSH", "9.2p1 Debian 2")
    (line,) = [json.loads(one) for one in audit.read_text().splitlines() if '"act":"version"' in one]
    assert "-p 4010 -sT -sV --version-intensity 2 " in line["outcome"]
    assert "output sha256 " in line["outcome"]


@lab
def test_what_nmap_does_not_know_either_is_not_told() -> None:
    needs("nmap")

    async def story() -> Observation:
        server = await asyncio.start_server(lambda reader, writer: writer.close(), ADDRESS, 4011)
        target = Target(TargetKind.SERVICE, "self", address=ADDRESS, port=4011, protocol="unknown", tls=False)
        async with server, wired(ordered(ADDRESS)) as wire:
            return await ask_over(wire, PROBE, target)

    seen = asyncio.run(story())
    assert (seen.facts["named"], seen.gaps) == (None, {"named": Reason.MALFORMED})


def test_true_does_not_name_nmap() -> None:
    def names(allowed: bool | tuple[str, ...], profile: Profile = Profile.THOROUGH) -> set[str]:
        choice = Choice(profile, allow_marked=allowed)
        return {probe.name for probe in select(choice, load(), all_probes()).probes}

    assert "nmap.version" in names(("nmap.version",))
    assert "nmap.version" not in names(True)
    assert "nmap.version" not in names(False)
    assert "nmap.version" not in names(("nmap.version",), Profile.STANDARD)
