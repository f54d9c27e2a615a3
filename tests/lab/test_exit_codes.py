"""What a whole scan answers to the shell (R25): a real site on loopback, found wanting by little."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.lab

ADDRESS, PORT = "127.93.1.1", 8093


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    command = [sys.executable, "-m", "http.server", str(PORT), "--bind", ADDRESS]
    server = subprocess.Popen(
        command, cwd=tmp_path_factory.mktemp("site"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            with socket.socket() as asking:
                if asking.connect_ex((ADDRESS, PORT)) == 0:
                    break
            time.sleep(0.05)
        yield
    finally:
        server.terminate()
        server.wait()


@pytest.mark.parametrize(("severity", "code"), [("critical", 0), ("info", 1)])
def test_a_finding_at_or_above_fail_on_is_exit_1_and_one_below_is_not(
    severity: str, code: int, site: None, tmp_path: Path
) -> None:
    words = ["scan", ADDRESS, "--ports", str(PORT), "--rate", "max", "--connect-rate", "max", "--fail-on", severity]
    probes = [word for probe in ("ports.tcp", "services.identify", "web.home") for word in ("--probe", probe)]
    run = subprocess.run(
        [sys.executable, "-m", "scanner", *words, *probes, "--quiet", "-o", str(tmp_path / "out")],
        capture_output=True, text=True, cwd=tmp_path, timeout=120, check=False,
    )  # fmt: skip
    assert run.returncode == code, run.stderr
