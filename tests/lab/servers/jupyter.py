"""Jupyter Server in the laboratory: without a token, or with one."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.server import running


@contextlib.contextmanager
def jupyter(folder: Path, address: str, *, port: int = 8888, token: str = "") -> Iterator[None]:
    """Run Debian's jupyter_server by Debian's Python."""
    if not Path("/usr/lib/python3/dist-packages/jupyter_server").is_dir():
        pytest.skip("laboratory: python3-jupyter-server not installed")
    folder.mkdir(parents=True, exist_ok=True)
    outside = {"PATH": os.environ["PATH"], "HOME": str(folder), "JUPYTER_RUNTIME_DIR": str(folder)}
    command = [
        "/usr/bin/env",
        "-i",
        *(f"{key}={value}" for key, value in outside.items()),
        "/usr/bin/python3",
        "-m",
        "jupyter_server",
        "--allow-root",
        "--no-browser",
        f"--ip={address}",
        f"--port={port}",
        f"--ServerApp.token={token}",
        "--ServerApp.password=",
    ]
    with running(command, address=address, ports=[port], folder=folder):
        yield
