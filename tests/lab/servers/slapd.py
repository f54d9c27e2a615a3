"""OpenLDAP in the laboratory: slapd with a small tree, shown to anybody, to nobody, or to nobody without a name."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.lab.server import needs, running

BASE = "dc=school,dc=example"
TREE = f"""dn: {BASE}
objectClass: dcObject
objectClass: organization
dc: school
o: A school

dn: ou=people,{BASE}
objectClass: organizationalUnit
ou: people

dn: cn=Zhang San,ou=people,{BASE}
objectClass: person
cn: Zhang San
sn: Zhang
"""
ACCESS = {"open": "to * by * read", "kept": "to * by users read by * none"}


@contextlib.contextmanager
def slapd(
    folder: Path,
    address: str,
    *,
    access: str = "open",
    binds: bool = True,
    port: int = 389,
    certificate: tuple[Path, Path] | None = None,
) -> Iterator[None]:
    """Run slapd; `access` is a key of ACCESS, `binds` whether anonymous binds are allowed; with a certificate and its
    key it offers StartTLS. `folder` is made."""
    needs("slapd", "slapadd")
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    tls = [f"TLSCertificateFile {certificate[0]}", f"TLSCertificateKeyFile {certificate[1]}"] if certificate else []
    lines = [
        *tls,
        "include /etc/ldap/schema/core.schema",
        f"pidfile {folder / 'pid'}",
        "modulepath /usr/lib/ldap",
        "moduleload back_mdb",
        *([] if binds else ["disallow bind_anon", "require authc"]),
        "database mdb",
        f"suffix {BASE}",
        f"directory {data}",
        "maxsize 1048576",
        f"access {ACCESS[access]}",
        "",
    ]
    config, tree = folder / "slapd.conf", folder / "tree.ldif"
    config.write_text("\n".join(lines), encoding="utf-8")
    tree.write_text(TREE, encoding="utf-8")
    subprocess.run(["/usr/sbin/slapadd", "-f", config, "-l", tree], check=True, capture_output=True)
    command: list[str | Path] = ["/usr/sbin/slapd", "-d", "256", "-f", config, "-h", f"ldap://{address}:{port}/"]
    with running(command, address=address, ports=[port], folder=folder):
        yield
