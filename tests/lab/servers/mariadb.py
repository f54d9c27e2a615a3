"""MariaDB in the laboratory: a data folder of its own."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.server import needs, running


@contextlib.contextmanager
def mariadb(
    folder: Path,
    address: str,
    *,
    port: int = 3306,
    most_errors: int = 100,
    certificate: tuple[Path, Path] | None = None,
) -> Iterator[Path]:
    """Run mariadbd, with TLS where a certificate and its key are given; yields its socket, for questions as root. It
    blocks a host after `most_errors`."""
    needs("mariadbd", "mariadb-install-db")
    if os.geteuid() != 0:
        pytest.skip("laboratory: MariaDB runs as a user of its own, which only root may become")
    folder.mkdir(parents=True, exist_ok=True)
    data = folder / "data"
    data.mkdir()
    shutil.chown(data, "mysql")
    for above in (folder, *folder.parents):
        if above != Path("/") and above.stat().st_uid == os.geteuid():
            above.chmod(above.stat().st_mode | 0o011)
    sizes = ["--innodb-log-file-size=4M", "--innodb-buffer-pool-size=8M", "--innodb-fast-shutdown=2"]
    subprocess.run(
        ["/usr/bin/mariadb-install-db", "--no-defaults", "--user=mysql", f"--datadir={data}", "--skip-test-db", *sizes],
        check=True,
        capture_output=True,
    )
    command = [
        "/usr/sbin/mariadbd", "--no-defaults", "--user=mysql", f"--datadir={data}", f"--bind-address={address}",
        f"--port={port}", f"--socket={data}/socket", f"--pid-file={data}/pid", f"--max-connect-errors={most_errors}",
        "--performance-schema=ON", *sizes,
    ]  # fmt: skip
    if certificate is not None:
        shutil.chown(certificate[1], "mysql")
        command += [f"--ssl-cert={certificate[0]}", f"--ssl-key={certificate[1]}"]
    with running(command, address=address, ports=[port], folder=folder, seconds=60):
        yield data / "socket"
