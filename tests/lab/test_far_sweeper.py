"""Sweeps by processes of their own: the same answer as the thread's, the same pace, and no process left behind."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from socket import create_server

import pytest

from scanner.model.errors import NetworkError
from scanner.model.inspection import Limits
from scanner.model.network import PortState
from scanner.model.verdict import Reason
from scanner.network.connects import Connects
from scanner.network.far_sweeper import FarSweeper, FarSweepers
from tests.asking import ordered, wired
from tests.lab.arrivals import arrivals, most_in_a_second

pytestmark = pytest.mark.lab

ADDRESSES = tuple(f"127.36.20.{number}" for number in range(1, 9))


def run(story: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(story())  # type: ignore[arg-type]


def processes() -> set[str]:
    """The sweep processes of this process that are alive."""
    listed = subprocess.run(
        ["ps", "--no-headers", "-o", "pid,args", "--ppid", str(os.getpid())],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    return {line.split()[0] for line in listed.splitlines() if "sweep_process" in line}


def test_two_processes_tell_what_the_thread_tells() -> None:
    told = []

    async def story(count: int) -> None:
        async with wired(ordered(*ADDRESSES), processes=count) as wire:
            results = await asyncio.gather(*(wire.sweep("self", one, range(1, 200), "ports.tcp") for one in ADDRESSES))
            told.append([result.states for result in results])

    with ExitStack() as stack:
        for number, address in enumerate(ADDRESSES):
            stack.enter_context(create_server((address, 100 + number)))
        run(lambda: story(1))
        run(lambda: story(2))
    assert told[0] == told[1]
    assert [[port for port, state in states.items() if state is PortState.OPEN] for states in told[1]] == [
        [100 + number] for number in range(len(ADDRESSES))
    ]
    assert not processes()


def test_no_sliding_second_over_all_processes_passes_a_ceiling() -> None:
    limits = Limits(connects_per_second=40, unit_connects_per_second=100, total_per_second=100)

    async def story() -> None:
        async with wired(ordered(*ADDRESSES[:4], limits=limits), processes=2) as wire:
            await asyncio.gather(*(wire.sweep("self", one, range(1, 80), "ports.tcp") for one in ADDRESSES[:4]))

    with ExitStack() as stack:
        each = [stack.enter_context(arrivals(address)) for address in ADDRESSES[:4]]
        together = stack.enter_context(arrivals(*ADDRESSES[:4]))
        run(story)
        assert max(most_in_a_second(one.times()) for one in each) <= 40
        assert 60 < most_in_a_second(together.times()) <= 100


def test_a_process_that_dies_ends_its_sweeps_as_a_fault_of_ours() -> None:
    async def story() -> None:
        async with FarSweeper() as far:
            connects = Connects(ADDRESSES[0])
            assert 1 in (await far.send(connects, [1], drain=True)).closed
            (process,) = processes()
            os.kill(int(process), signal.SIGKILL)
            for _ in range(2):
                with pytest.raises(NetworkError) as told:
                    await far.send(connects, [2], drain=True)
                assert told.value.reason is Reason.PROBE_FAULT
            far.forget(connects)

    run(story)
    assert not processes()


def test_a_forgotten_address_can_be_asked_anew_and_keeps_to_its_process() -> None:
    async def story() -> None:
        async with FarSweepers(3) as far:
            for _ in range(2):
                connects = [Connects(address) for address in ADDRESSES]
                told = await asyncio.gather(*(far.send(one, [1, 2], drain=True) for one in connects))
                assert all(sorted(one.closed) == [1, 2] for one in told)
                for one in connects:
                    far.forget(one)

    run(story)


def test_the_processes_end_with_a_scan_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import asyncio\n"
        "from scanner.network.far_sweeper import FarSweepers\n"
        "async def main():\n"
        "    async with FarSweepers(2) as far:\n"
        "        print(*[one._process.pid for one in far._far], flush=True)\n"
        "        await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2], text=True
    ) as scan:
        assert scan.stdout is not None
        pids = scan.stdout.readline().split()
        assert len(pids) == 2
        scan.kill()
    end = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in pids) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
