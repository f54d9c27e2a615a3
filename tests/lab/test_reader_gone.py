"""A scan outlives whoever watched it: a pipe that was closed, a terminal that hung up."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.lab
ADDRESS = "127.33.9.1"


def scanning(folder: Path, *options: str, **streams: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "scanner", "scan", ADDRESS, "-o", str(folder / "result"), "--lang", "en", *options]
    return subprocess.Popen(command, cwd=folder, env={**os.environ, "PYTHONPATH": str(Path.cwd())}, **streams)  # type: ignore[call-overload, no-any-return]


def results(folder: Path) -> dict[str, object]:
    told: dict[str, object] = json.loads((folder / "result" / "results.json").read_text(encoding="utf-8"))["inspection"]
    return told


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["messages", "results"])
def test_a_closed_pipe_costs_no_result_and_no_exit_code(tmp_path: Path, options: tuple[str, ...]) -> None:
    read, write = os.pipe()
    os.close(read)
    with scanning(tmp_path, "--profile", "quick", *options, stdout=write, stderr=write) as process:
        os.close(write)
        assert process.wait(timeout=90) == 0
    assert results(tmp_path)["complete"] is True


@pytest.mark.parametrize("under_nohup", [False, True])
def test_a_terminal_that_hangs_up_ends_a_scan_cleanly_save_under_nohup(tmp_path: Path, under_nohup: bool) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN) if under_nohup else None
    try:
        process = scanning(tmp_path, "--rate", "2", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    finally:
        if before is not None:
            signal.signal(signal.SIGHUP, before)
    with process:
        audit = tmp_path / "result" / "audit.jsonl"
        deadline = time.monotonic() + 60
        while not (audit.exists() and audit.stat().st_size):
            assert time.monotonic() < deadline and process.poll() is None
            time.sleep(0.1)
        process.send_signal(signal.SIGHUP)
        if under_nohup:
            time.sleep(1)
            assert process.poll() is None
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 4
    assert results(tmp_path)["incomplete_because"] == ["interrupted"]
