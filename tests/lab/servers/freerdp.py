"""FreeRDP's shadow server in the laboratory, over an Xvfb of its own: the one that knows network level authentication."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from tests.lab.server import needs, running
from tests.lab.servers.display import free_display
from tests.lab.servers.xvfb import xvfb


@contextlib.contextmanager
def freerdp(folder: Path, address: str, *, security: str, port: int = 3389) -> Iterator[None]:
    """Run it; `security` is its own word ("nla", "tls", "rdp"). `folder` is made."""
    needs("freerdp-shadow-cli")
    folder.mkdir(parents=True, exist_ok=True)
    display = free_display()
    with xvfb(folder / "xvfb", display=display, open_to_all=True):
        command = [
            "/usr/bin/env",
            f"DISPLAY=127.0.0.1:{display}",
            f"HOME={folder}",
            f"XDG_CONFIG_HOME={folder}",
            f"PATH={os.environ['PATH']}",
            "/usr/bin/freerdp-shadow-cli",
            f"/port:{port}",
            f"/bind-address:{address}",
            f"/sec:{security}",
            "-auth",
        ]
        # It waits for its own threads when it is told to stop, longer than anybody needs.
        with running(command, address=address, ports=[port], folder=folder, patience=0.1):
            yield
