"""A real server of the laboratory: started on its own loopback address, stopped at the end."""

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest


def needs(*programs: str) -> None:
    """Skip, by name, where a Debian package is missing; `make test` installs them as root."""
    missing = [program for program in programs if shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin") is None]
    if missing:
        pytest.skip(f"laboratory: {', '.join(missing)} not installed")


@contextlib.contextmanager
def running(
    command: Sequence[str | Path],
    *,
    address: str,
    ports: Sequence[int],
    folder: Path,
    seconds: float = 20,
    patience: float = 5,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server in the foreground; yield once all its TCP ports accept; end it afterwards, within `patience`.

    Its output goes to `folder`/output.log, which the failure message quotes.
    """
    log = folder / "output.log"
    with log.open("wb") as output:
        process = subprocess.Popen([str(part) for part in command], stdout=output, stderr=output, cwd=folder)
    try:
        end = time.monotonic() + seconds
        for port in ports:
            while not _accepts(address, port):
                if process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(
                        f"{command[0]} does not serve {address}:{port}\n{log.read_text(errors='replace')}"
                    )
                time.sleep(0.02)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def carried(address: str) -> Iterator[None]:
    """The address on `lo` while a server runs that binds to nothing else; one that is there already stays."""
    added = subprocess.run(["ip", "address", "add", f"{address}/32", "dev", "lo"], capture_output=True, check=False)
    try:
        yield
    finally:
        if added.returncode == 0:
            subprocess.run(["ip", "address", "del", f"{address}/32", "dev", "lo"], capture_output=True, check=False)


def _accepts(address: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((address, port)) == 0
