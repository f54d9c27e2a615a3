"""OpenSSH in the laboratory: one sshd in the foreground, with Debian's own offers or with those you name."""

import contextlib
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.lab.server import needs, running


@contextlib.contextmanager
def openssh(
    folder: Path,
    address: str,
    *,
    port: int = 22,
    kex: Sequence[str] = (),
    keys: Sequence[tuple[str, int]] = (("ed25519", 256),),
    lines: Sequence[str] = (),
    syslog: bool = False,
) -> Iterator[None]:
    """Run sshd; `kex` replaces the key exchanges that it offers, `keys` are its host keys by kind and bits.

    `lines` of its configuration win over ours; `syslog` sends its log there. `folder` is made.
    """
    needs("sshd", "ssh-keygen")
    folder.mkdir(parents=True, exist_ok=True)
    for kind, bits in keys:
        command = ["/usr/bin/ssh-keygen", "-q", "-t", kind, "-b", str(bits), "-N", "", "-f", folder / f"host_{kind}"]
        subprocess.run(command, check=True)
    Path("/run/sshd").mkdir(exist_ok=True)
    lines = [
        *lines,
        f"ListenAddress {address}:{port}",
        *(f"HostKey {folder / f'host_{kind}'}" for kind, _ in keys),
        "PidFile none",
        "UsePAM no",
        "PasswordAuthentication no",
        *([f"KexAlgorithms {','.join(kex)}"] if kex else []),
    ]
    config = folder / "sshd_config"
    config.write_text("\n".join([*lines, ""]), encoding="utf-8")
    said = [] if syslog else ["-e"]
    with running(["/usr/sbin/sshd", "-D", *said, "-f", config], address=address, ports=[port], folder=folder):
        yield
