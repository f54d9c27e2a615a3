"""DICOM in the laboratory: dcmtk's storescp, which takes everybody, or which rejects every association."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.lab.server import needs, running


@contextlib.contextmanager
def storescp(folder: Path, address: str, *, port: int = 11112, refuses: bool = False) -> Iterator[None]:
    """Run storescp, which listens on every address. `folder` is made."""
    needs("storescp")
    folder.mkdir(parents=True, exist_ok=True)
    command: list[str | Path] = ["/usr/bin/storescp", *(["--refuse"] if refuses else []), str(port)]
    with running(command, address=address, ports=[port], folder=folder):
        yield
