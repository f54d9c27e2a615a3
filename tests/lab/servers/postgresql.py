"""PostgreSQL in the laboratory: a cluster of its own, that asks for passwords, or for none."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.lab.server import running


@contextlib.contextmanager
def postgresql(
    folder: Path,
    address: str,
    *,
    port: int = 5432,
    rules: Sequence[str] = (),
    certificate: tuple[Path, Path] | None = None,
) -> Iterator[Path]:
    """Make a cluster in `folder` and run it as the user postgres; yields its log.

    `rules` are the lines of pg_hba.conf (without: a password for everybody); with TLS where a `certificate`
    and its key are given.
    """
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not programs:
        pytest.skip("laboratory: postgresql not installed")
    if os.geteuid() != 0:
        pytest.skip("laboratory: PostgreSQL runs as a user of its own, which only root may become")
    folder.mkdir(parents=True, exist_ok=True)
    data = folder / "data"
    data.mkdir()
    shutil.chown(data, "postgres")
    as_postgres = ["/sbin/runuser", "-u", "postgres", "--"]
    _open_the_way(folder)
    password = folder / "password"
    password.write_text("laboratory\n", encoding="utf-8")
    shutil.chown(password, "postgres")
    initdb = programs[-1].with_name("initdb")
    subprocess.run(
        [*as_postgres, initdb, "-D", data, "-A", "scram-sha-256", f"--pwfile={password}", "-N", "--no-instructions"],
        check=True,
        capture_output=True,
        cwd="/",
    )
    if rules:
        (data / "pg_hba.conf").write_text("\n".join([*rules, ""]), encoding="utf-8")
    command: list[str | Path] = [
        *as_postgres, programs[-1], "-D", data, "-h", address, "-p", str(port), "-k", "", "-F",
        "-c", "shared_buffers=1MB", "-c", "max_connections=8",
    ]  # fmt: skip
    if certificate is not None:
        command += ["-c", "ssl=on"]
        for name, source in zip(("server.crt", "server.key"), certificate, strict=True):
            shutil.copy(source, data / name)
            shutil.chown(data / name, "postgres")
            (data / name).chmod(0o600)
    with running(command, address=address, ports=[port], folder=folder):
        yield folder / "output.log"


def _open_the_way(folder: Path) -> None:
    """Temporary folders are their maker's alone; another user must be able to pass through."""
    for above in (folder, *folder.parents):
        if above.stat().st_uid == os.geteuid() and above != Path("/") and not above.stat().st_mode & 0o001:
            above.chmod(above.stat().st_mode | 0o011)
