"""BIND in the laboratory: one named for some zones, on an address of its own. No rndc, no root hints.

named listens only on addresses that an interface carries, so that the address is added to `lo` (as root)
and taken away again.
"""

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from tests.lab.server import carried, needs, running

ZONE_HEAD = "$TTL 60\n@ IN SOA ns1 hostmaster 2026010101 3600 600 86400 60\n"


@contextlib.contextmanager
def bind(
    folder: Path,
    address: str,
    zones: Mapping[str, str],
    *,
    ports: Sequence[int] = (5353,),
    transfers: bool = False,
    recursion: bool = False,
    version: str | None = None,
    forwarder: tuple[str, int] | None = None,
    denies: bool = False,
) -> Iterator[None]:
    """Run named authoritative for `zones` (name → records in master-file form, the SOA is added).

    `transfers`, `recursion`, `version` are what a careless administrator opens; `forwarder` is where a
    recursing server finds everything else. `denies` recurses for its own people, and writes down who else asks.
    `folder` is made.
    """
    needs("named", "ip")
    if os.geteuid() != 0:
        pytest.skip("laboratory: BIND wants an address of its own on lo, which only root may add")
    folder.mkdir(parents=True, exist_ok=True)
    for name, records in zones.items():
        (folder / f"{name}.zone").write_text(ZONE_HEAD + records, encoding="utf-8")
    entries = [f'zone "{name}" {{ type primary; file "{name}.zone"; }};' for name in zones]
    config = folder / "named.conf"
    options = _options(folder, address, ports, transfers, recursion, version, forwarder)
    if denies:
        options = options.replace("recursion no;", "recursion yes;")
    config.write_text("\n".join([options, "controls { };", *entries, ""]), encoding="utf-8")
    with (
        carried(address),
        running(
            ["/usr/sbin/named", "-g", "-n", "1", "-c", config], address=address, ports=ports, folder=folder, seconds=30
        ),
    ):
        yield


def _options(
    folder: Path,
    address: str,
    ports: Sequence[int],
    transfers: bool,
    recursion: bool,
    version: str | None,
    forwarder: tuple[str, int] | None,
) -> str:
    allow = "any" if recursion else "none"
    lines = [
        f'directory "{folder}";',
        'pid-file "named.pid";',
        'session-keyfile "session.key";',
        'managed-keys-directory ".";',
        *(f"listen-on port {port} {{ {address}; }};" for port in ports),
        "listen-on-v6 { none; };",
        "notify no;",
        "dnssec-validation no;",
        "empty-zones-enable no;",
        f"allow-transfer {{ {'any' if transfers else 'none'}; }};",
        f"recursion {'yes' if recursion else 'no'};",
        f"allow-recursion {{ {allow}; }};",
        f'version "{version}";' if version is not None else "version none;",
    ]
    if forwarder is not None:
        lines += ["forward only;", f"forwarders {{ {forwarder[0]} port {forwarder[1]}; }};"]
    return "options {\n  " + "\n  ".join(lines) + "\n};"
