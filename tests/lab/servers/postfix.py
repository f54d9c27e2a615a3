"""Postfix in the laboratory: an instance of its own that takes no mail."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.server import needs, running


@contextlib.contextmanager
def postfix(
    folder: Path,
    address: str,
    *,
    port: int = 25,
    banner: str | None = None,
    certificate: tuple[Path, Path] | None = None,
    syslog: bool = False,
) -> Iterator[None]:
    """Run Postfix in the foreground, its log here or at syslog; `banner` replaces the words of its greeting; with a certificate and its key it
    offers STARTTLS. `folder` is made."""
    needs("postfix", "postconf")
    if os.geteuid() != 0:
        pytest.skip("laboratory: Postfix wants to be started as root")
    for above in (folder.parent, *folder.parent.parents):
        if above != Path("/") and above.stat().st_uid == os.geteuid():
            above.chmod(above.stat().st_mode | 0o011)
    config, queue, data = folder / "etc", folder / "queue", folder / "data"
    for place in (config, queue, data):
        place.mkdir(parents=True)
        place.chmod(0o755)
    shutil.chown(data, "postfix")
    lines = [
        "compatibility_level = 3.6",
        f"queue_directory = {queue}",
        f"data_directory = {data}",
        "myhostname = mail.school.example",
        "inet_interfaces = 127.0.0.1",
        "mydestination =",
        "local_recipient_maps =",
        "smtpd_relay_restrictions = reject",
        *([] if syslog else [f"maillog_file = {folder}/mail.log", f"maillog_file_prefixes = {folder}"]),
        *([f"smtpd_banner = {banner}"] if banner else []),
        *(_tls(certificate) if certificate else []),
    ]
    (config / "main.cf").write_text("\n".join([*lines, ""]), encoding="utf-8")
    master = Path("/usr/share/postfix/master.cf.dist").read_text(encoding="utf-8")
    (config / "master.cf").write_text(
        master.replace("smtp      inet  n       -       y", f"{address}:{port}      inet  n       -       n"),
        encoding="utf-8",
    )
    subprocess.run(["/usr/sbin/postfix", "-c", config, "check"], check=True, capture_output=True)
    with running(["/usr/sbin/postfix", "-c", config, "start-fg"], address=address, ports=[port], folder=folder):
        try:
            yield
        finally:
            # The master process is no child of the script that starts it, and outlives it.
            subprocess.run(["/usr/sbin/postfix", "-c", config, "stop"], check=False, capture_output=True)


def _tls(certificate: tuple[Path, Path]) -> list[str]:
    return [
        "smtpd_tls_security_level = may",
        f"smtpd_tls_cert_file = {certificate[0]}",
        f"smtpd_tls_key_file = {certificate[1]}",
    ]
