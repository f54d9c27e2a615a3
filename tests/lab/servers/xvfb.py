"""An X server in the laboratory: Xvfb on a display of its own, open to all or only to who brings its cookie.

It listens on every address of the machine: one display is one port.
"""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.lab.server import needs, running


@contextlib.contextmanager
def xvfb(folder: Path, *, display: int, open_to_all: bool) -> Iterator[int]:
    """Run Xvfb with TCP; yields its port. `folder` is made."""
    needs("Xvfb", "xauth")
    folder.mkdir(parents=True, exist_ok=True)
    cookies = folder / "cookies"
    cookies.touch()
    command = ["/usr/bin/xauth", "-f", cookies, "add", f":{display}", ".", "0123456789abcdef0123456789abcdef"]
    subprocess.run(command, check=True, capture_output=True)
    access = ["-ac"] if open_to_all else ["-auth", str(cookies)]
    port = 6000 + display
    wanted = ["/usr/bin/Xvfb", f":{display}", "-listen", "tcp", "-screen", "0", "64x48x24", *access]
    with running(wanted, address="127.0.0.1", ports=[port], folder=folder):
        yield port
