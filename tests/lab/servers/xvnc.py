"""TigerVNC in the laboratory: Xvnc with a screen that nobody draws on, asking for a password or for nothing."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.lab.server import needs, running
from tests.lab.servers.display import free_display


@contextlib.contextmanager
def xvnc(folder: Path, address: str, *, security: str, port: int = 5900) -> Iterator[None]:
    """Run Xvnc; `security` are its own words ("None", "VncAuth"). `folder` is made."""
    needs("Xvnc")
    folder.mkdir(parents=True, exist_ok=True)
    password = folder / "passwd"
    password.write_bytes(bytes.fromhex("dbd83cfd727a1458"))
    command: list[str | Path] = ["/usr/bin/Xvnc", f":{free_display()}", "-interface", address, "-rfbport", str(port)]
    command += ["-SecurityTypes", security, "-PasswordFile", password, "-geometry", "64x48", "-nolisten", "tcp"]
    with running(command, address=address, ports=[port], folder=folder):
        yield
