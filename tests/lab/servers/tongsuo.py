"""Tongsuo (BabaSSL 8.3.2, out of the wheel of tongsuopy): TLCP with two certificates, and TLS 1.3 by RFC 8998."""

import contextlib
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.lab.server import running

SERVING = Path(__file__).with_name("tongsuo_serving.py")


def tongsuo_library() -> Path:
    """The shared library of the wheel. It is never loaded into this process: it holds an OpenSSL of its own."""
    found = find_spec("tongsuopy")
    libraries = [
        library
        for folder in (found.submodule_search_locations if found else None) or ()
        for library in Path(folder, "backends").glob("_tongsuo*.so")
    ]
    if not libraries:
        pytest.skip("laboratory: tongsuopy not installed")
    return libraries[0]


@contextlib.contextmanager
def tongsuo(folder: Path, address: str, *, port: int = 4430, **options: str) -> Iterator[None]:
    """Run it with the options that `tongsuo_serving.py` tells of. `folder` is made."""
    folder.mkdir(parents=True, exist_ok=True)
    library = tongsuo_library()
    words = [f"{option}={value}" for option, value in options.items()]
    command: list[str | Path] = [sys.executable, SERVING, library, address, str(port), *words]
    with running(command, address=address, ports=[port], folder=folder):
        yield
