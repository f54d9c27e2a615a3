"""PouchDB Server, which speaks CouchDB's protocol, in the laboratory: open to everybody. It comes from npm."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.server import needs, running

MODULES = Path.home() / ".cache/yuanjian-laboratory/pouchdb/node_modules"
SERVING = Path(__file__).with_name("PouchServer.js")


@contextlib.contextmanager
def pouchdb(folder: Path, address: str, *, port: int = 5984) -> Iterator[None]:
    """Run it in memory, with the database payroll."""
    needs("node")
    if not (MODULES / "express-pouchdb").is_dir():
        pytest.skip("laboratory: express-pouchdb not fetched (npm)")
    folder.mkdir(parents=True, exist_ok=True)
    command = ["/usr/bin/env", "node", SERVING, MODULES, address, str(port), folder / "log.txt"]
    with running(command, address=address, ports=[port], folder=folder):
        yield
