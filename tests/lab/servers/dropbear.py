"""Dropbear in the laboratory: the other SSH server, in the foreground, as Debian builds it."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.lab.server import needs, running


@contextlib.contextmanager
def dropbear(
    folder: Path, address: str, *, port: int = 22, passwords: bool = False, syslog: bool = False
) -> Iterator[None]:
    """Run dropbear with keys of its own, taking passwords or not, its log here or at syslog; `folder` is made."""
    needs("dropbear", "dropbearkey")
    folder.mkdir(parents=True, exist_ok=True)
    keys = [folder / "host_key", folder / "host_rsa"]
    for kind, key in zip(("ed25519", "rsa"), keys, strict=True):
        subprocess.run(["/usr/bin/dropbearkey", "-t", kind, "-f", key], check=True, capture_output=True)
    command: list[str | Path] = [
        "/usr/sbin/dropbear",
        "-F",
        *([] if syslog else ["-E"]),
        *([] if passwords else ["-s"]),
        *(part for key in keys for part in ("-r", key)),
        "-p",
        f"{address}:{port}",
        "-P",
        folder / "pid",
    ]
    with running(command, address=address, ports=[port], folder=folder):
        yield
