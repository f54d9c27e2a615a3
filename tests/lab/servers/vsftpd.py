"""vsftpd in the laboratory: with or without the user anonymous, in the foreground."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.server import needs, running


@contextlib.contextmanager
def vsftpd(
    folder: Path,
    address: str,
    *,
    port: int = 21,
    anonymous: bool = False,
    certificate: Path | None = None,
    banner: str | None = None,
    syslog: bool = False,
) -> Iterator[None]:
    """Run vsftpd; `certificate` is a PEM file with chain and key, for AUTH TLS; `syslog` sends its log there. `folder` is made."""
    needs("vsftpd")
    if os.geteuid() != 0:
        pytest.skip("laboratory: vsftpd wants to be started as root")
    folder.mkdir(parents=True, exist_ok=True)
    empty = folder / "empty"
    empty.mkdir(mode=0o555)
    lines = [
        "listen=YES",
        "background=NO",
        f"listen_address={address}",
        f"listen_port={port}",
        f"anonymous_enable={'YES' if anonymous else 'NO'}",
        "local_enable=YES",
        f"anon_root={empty}",
        f"secure_chroot_dir={empty}",
        "seccomp_sandbox=NO",
        "xferlog_enable=NO",
        *(["syslog_enable=YES"] if syslog else []),
        *([f"ftpd_banner={banner}"] if banner else []),
        *([f"rsa_cert_file={certificate}", "ssl_enable=YES"] if certificate else []),
        *(["force_local_logins_ssl=NO", "force_local_data_ssl=NO"] if certificate else []),
    ]
    config = folder / "vsftpd.conf"
    config.write_text("\n".join([*lines, ""]), encoding="utf-8")
    with running(["/usr/sbin/vsftpd", config], address=address, ports=[port], folder=folder):
        yield
