"""OpenSSH in the laboratory: one sshd in the foreground, with Debian's own offers or with those you name."""

import contextlib
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.lab.server import needs, running


@contextlib.contextmanager
def openssh(folder: Path, address: str, *, port: int = 22, kex: Sequence[str] = ()) -> Iterator[None]:
    """Run sshd; `kex` replaces the key exchanges that it offers. `folder` is made."""
    needs("sshd", "ssh-keygen")
    folder.mkdir(parents=True, exist_ok=True)
    key = folder / "host_ed25519"
    subprocess.run(["/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    Path("/run/sshd").mkdir(exist_ok=True)
    lines = [
        f"ListenAddress {address}:{port}",
        f"HostKey {key}",
        "PidFile none",
        "UsePAM no",
        "PasswordAuthentication no",
        *([f"KexAlgorithms {','.join(kex)}"] if kex else []),
    ]
    config = folder / "sshd_config"
    config.write_text("\n".join([*lines, ""]), encoding="utf-8")
    with running(["/usr/sbin/sshd", "-D", "-e", "-f", config], address=address, ports=[port], folder=folder):
        yield
