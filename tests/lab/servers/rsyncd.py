"""rsync's daemon in the laboratory, in the foreground: modules that are open, want a password, or are not listed."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.lab.server import needs, running


@contextlib.contextmanager
def rsyncd(
    folder: Path, address: str, modules: Mapping[str, tuple[str, ...]], *, port: int = 873, syslog: bool = False
) -> Iterator[None]:
    """Run the daemon, its log here or at syslog; each module has further lines of its own ("auth users = backup").

    `folder` is made.
    """
    needs("rsync")
    share = folder / "share"
    share.mkdir(parents=True, exist_ok=True)
    secrets = folder / "secrets"
    secrets.write_text("backup:not-a-word\n", encoding="utf-8")
    secrets.chmod(0o600)
    lines = ["use chroot = no", "motd file = " + str(folder / "motd")]
    (folder / "motd").write_text("Welcome\tto the mirror\n", encoding="utf-8")
    for name, more in modules.items():
        lines += [f"[{name}]", f"path = {share}", "comment = a share", f"secrets file = {secrets}", *more]
    config = folder / "rsyncd.conf"
    config.write_text("\n".join([*lines, ""]), encoding="utf-8")
    command: list[str | Path] = ["/usr/bin/rsync", "--daemon", "--no-detach", "--config", config]
    command += ["--address", address, "--port", str(port), *([] if syslog else ["--log-file", folder / "rsyncd.log"])]
    with running(command, address=address, ports=[port], folder=folder):
        yield
