"""A printer in software (the package ippserver): it answers IPP as printers do, and prints nothing."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.lab.server import running


@contextlib.contextmanager
def ipp_printer(folder: Path, address: str, *, port: int = 631) -> Iterator[None]:
    """Run it so that it rejects every job."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-W", "ignore", "-m", "ippserver", "-H", address, "-p", str(port), "reject"]
    with running(command, address=address, ports=[port], folder=folder):
        yield
