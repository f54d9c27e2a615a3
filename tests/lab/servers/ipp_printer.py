"""A printer in software (the package ippserver): it answers IPP as printers do, and prints nothing."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.server import running


@contextlib.contextmanager
def ipp_printer(folder: Path, address: str, *, port: int = 631) -> Iterator[None]:
    """Run it so that it rejects every job."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        pytest.skip("laboratory: port 631 wants root")
    command = [sys.executable, "-W", "ignore", "-m", "ippserver", "-H", address, "-p", str(port), "reject"]
    with running(command, address=address, ports=[port], folder=folder):
        yield
