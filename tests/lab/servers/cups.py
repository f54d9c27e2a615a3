"""CUPS in the laboratory: for everybody, or for those alone who log in."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.server import needs, running


@contextlib.contextmanager
def cups(folder: Path, address: str, *, port: int = 631, users: bool = False) -> Iterator[None]:
    """Run cupsd with one printer, payroll, that prints nowhere. `users`: it wants a login for everything.

    On the loopback interface it answers to the names localhost, 127.0.0.1 and [::1] alone, and lets the host
    itself in by whatever address it allows.
    """
    needs("cupsd")
    if os.geteuid() != 0:
        pytest.skip("laboratory: port 631 wants root")
    for part in ("cache", "spool", "tmp", "state"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    config, files = folder / "cupsd.conf", folder / "cups-files.conf"
    login = "AuthType Basic\nRequire valid-user\n" if users else ""
    config.write_text(
        f"Listen {address}:{port}\nLogLevel error\nBrowsing Off\nDefaultAuthType None\n"
        f"<Location />\nOrder allow,deny\nAllow all\n{login}</Location>\n",
        encoding="utf-8",
    )
    files.write_text(
        f"FileDevice Yes\nServerRoot {folder}\nStateDir {folder}/state\nCacheDir {folder}/cache\nRequestRoot {folder}/spool\n"
        f"TempDir {folder}/tmp\nErrorLog {folder}/error_log\nAccessLog {folder}/access_log\nPageLog {folder}/page_log\n",
        encoding="utf-8",
    )
    printer = "<Printer payroll>\nDeviceURI file:///dev/null\nState Idle\nAccepting Yes\nShared Yes\n</Printer>\n"
    (folder / "printers.conf").write_text(printer, encoding="utf-8")
    command = ["/usr/sbin/cupsd", "-f", "-c", config, "-s", files]
    with running(command, address=address, ports=[port], folder=folder):
        yield
