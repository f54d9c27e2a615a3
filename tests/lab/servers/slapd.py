"""OpenLDAP's slapd in the laboratory: an empty directory, with StartTLS or without."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.lab.server import needs, running


@contextlib.contextmanager
def slapd(
    folder: Path, address: str, *, port: int = 389, certificate: tuple[Path, Path] | None = None
) -> Iterator[None]:
    """Run slapd in the foreground. `folder` is made."""
    needs("slapd")
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["include /etc/ldap/schema/core.schema", f"pidfile {folder}/slapd.pid", "database ldif"]
    if certificate is not None:
        lines[1:1] = [f"TLSCertificateFile {certificate[0]}", f"TLSCertificateKeyFile {certificate[1]}"]
    data = folder / "data"
    data.mkdir()
    config = folder / "slapd.conf"
    config.write_text("\n".join([*lines, 'suffix "dc=school,dc=example"', f"directory {data}", ""]), encoding="utf-8")
    command: list[str | Path] = ["/usr/sbin/slapd", "-f", config, "-h", f"ldap://{address}:{port}", "-d", "0"]
    with running(command, address=address, ports=[port], folder=folder):
        yield
