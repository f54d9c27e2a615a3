"""Dropbear in the laboratory: the other SSH server, in the foreground, as Debian builds it."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.lab.server import needs, running


@contextlib.contextmanager
def dropbear(folder: Path, address: str, *, port: int = 22) -> Iterator[None]:
    """Run dropbear with a key of its own; `folder` is made."""
    needs("dropbear", "dropbearkey")
    folder.mkdir(parents=True, exist_ok=True)
    key = folder / "host_key"
    subprocess.run(["/usr/bin/dropbearkey", "-t", "ed25519", "-f", key], check=True, capture_output=True)
    command: list[str | Path] = [
        "/usr/sbin/dropbear",
        "-F",
        "-E",
        "-s",
        "-r",
        key,
        "-p",
        f"{address}:{port}",
        "-P",
        folder / "pid",
    ]
    with running(command, address=address, ports=[port], folder=folder):
        yield
