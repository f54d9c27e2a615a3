"""memcached in the laboratory: open as it comes, or with a password file or SASL."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.lab.server import needs, running


@contextlib.contextmanager
def memcached(
    folder: Path, address: str, *, port: int = 11211, password: str | None = None, sasl: bool = False
) -> Iterator[None]:
    """Run memcached without UDP. `password` is asked for in text, `sasl` in the binary protocol."""
    needs("memcached")
    folder.mkdir(parents=True, exist_ok=True)
    command = ["/usr/bin/memcached", "-u", "root", "-l", address, "-p", str(port), "-U", "0", "-m", "8", "-t", "1"]
    if password is not None:
        users = folder / "users"
        users.write_text(f"tester:{password}\n", encoding="utf-8")
        command += ["-Y", str(users)]
    if sasl:
        (folder / "memcached.conf").write_text("mech_list: plain\n", encoding="utf-8")
        command = ["/usr/bin/env", f"SASL_CONF_PATH={folder}", *command, "-S"]
    with running(command, address=address, ports=[port], folder=folder):
        yield
