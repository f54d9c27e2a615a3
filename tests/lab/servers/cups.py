"""CUPS in the laboratory: for everybody, or for the host itself alone."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.lab.server import needs, running


@contextlib.contextmanager
def cups(folder: Path, address: str, *, port: int = 631, allow: str = "all") -> Iterator[None]:
    """Run cupsd without a printer. `allow` is whom it answers, as cupsd.conf writes it."""
    needs("cupsd")
    for part in ("cache", "spool", "tmp", "state"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    config, files = folder / "cupsd.conf", folder / "cups-files.conf"
    config.write_text(
        f"Listen {address}:{port}\nLogLevel error\nBrowsing Off\nDefaultAuthType None\n"
        f"<Location />\nOrder allow,deny\nAllow {allow}\n</Location>\n",
        encoding="utf-8",
    )
    files.write_text(
        f"ServerRoot {folder}\nStateDir {folder}/state\nCacheDir {folder}/cache\nRequestRoot {folder}/spool\n"
        f"TempDir {folder}/tmp\nErrorLog {folder}/error_log\nAccessLog {folder}/access_log\nPageLog {folder}/page_log\n",
        encoding="utf-8",
    )
    command = ["/usr/sbin/cupsd", "-f", "-c", config, "-s", files]
    with running(command, address=address, ports=[port], folder=folder):
        yield
