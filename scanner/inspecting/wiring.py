"""How the door is opened for a scan: which ports, which resolver, which roots, which port engine."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from scanner.catalogue.ports import load_ports
from scanner.model.inspection import Inspection
from scanner.model.said import Said
from scanner.model.scope import Scope
from scanner.network.handshakes import Handshakes
from scanner.network.wire import Wire


@dataclass(frozen=True, slots=True)
class Wiring:
    """What the command line decides of the network. `trust` are DER roots beside the system's; with `waits` a scan
    that runs into the closing hour goes on at the next opening."""

    ports: tuple[int, ...]
    udp_ports: tuple[int, ...] = ()
    resolver: str | None = None
    trust: tuple[bytes, ...] = ()
    engine: Literal["own", "nmap"] = "own"
    waits: bool = False
    processes: int = 1


def open_wire(
    inspection: Inspection,
    scope: Scope,
    wiring: Wiring,
    audit: Path,
    clock: Callable[[], datetime],
    chosen: Collection[str] = (),
    handshakes: Handshakes | None = None,
) -> Wire:
    """The wire of one scan, in which the checks `chosen` are judged; a context manager.

    `handshakes` are those that MySQL was left with by earlier scans (R6).
    """
    return Wire(
        inspection,
        scope,
        audit=audit,
        resolver=wiring.resolver,
        ports=wiring.ports,
        udp_ports=wiring.udp_ports,
        trust=wiring.trust,
        chosen=chosen,
        engine=wiring.engine,
        processes=wiring.processes,
        clock=clock,
        waits=wiring.waits,
        handshakes=handshakes,
    )


def listed_ports(word: str) -> tuple[int, ...]:
    """The ports that a word means: a profile's own (`quick`, `standard`, `thorough`), `top` or `all`."""
    match word:
        case "all" | "thorough":
            return tuple(range(1, 65536))
        case "quick":
            return tuple(sorted(load_ports().quick))
        case _:
            return tuple(sorted(load_ports().top))


def trusted(files: Sequence[Path]) -> tuple[bytes, ...]:
    """The certificates of PEM files as DER; InputError names the file that holds none."""
    roots: list[bytes] = []
    for file in files:
        try:
            roots += [one.public_bytes(Encoding.DER) for one in x509.load_pem_x509_certificates(file.read_bytes())]
        except (OSError, ValueError) as error:
            raise Said("trust-not-pem", file=file, error=error) from error
    return tuple(roots)
