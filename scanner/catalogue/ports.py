"""The catalogue's port lists, read and held together. Says nothing about what a port on a host really is."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from scanner.model.errors import InputError

FILE = Path(__file__).parent / "ports.toml"
LISTS = ("quick", "never_spoken_to", "printing", "high_risk", "databases", "remote_admin", "file_share")


@dataclass(frozen=True, slots=True)
class Ports:
    """TCP port numbers by what they are for. `services` names what usually lives on each of `top`, `control` on
    each of `industrial`.

    Nothing is ever sent to the ports `never_spoken_to`: they are opened and closed.
    """

    services: Mapping[int, str]
    control: Mapping[int, str]
    top: frozenset[int]
    quick: frozenset[int]
    never_spoken_to: frozenset[int]
    printing: frozenset[int]
    high_risk: frozenset[int]
    databases: frozenset[int]
    remote_admin: frozenset[int]
    file_share: frozenset[int]

    @property
    def industrial(self) -> frozenset[int]:
        """Control ports: those never spoken to, but for the printers'."""
        return self.never_spoken_to - self.printing


@cache
def load_ports(file: Path = FILE) -> Ports:
    """The lists, or InputError with what does not fit."""
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        return _ports(data)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, ValueError, TypeError) as error:
        raise InputError(f"{file}: not a list of ports: {error}") from error


def _ports(data: Mapping[str, Any]) -> Ports:
    if unknown := set(data) - {"top", "control", *LISTS}:
        raise ValueError(f"unknown lists: {', '.join(sorted(unknown))}")
    services = {_port(int(port)): str(word) for port, word in data["top"].items()}
    control = {_port(int(port)): str(word) for port, word in data["control"].items()}
    lists = {name: _distinct(name, data[name]) for name in LISTS}
    if strangers := lists["printing"] - lists["never_spoken_to"]:
        raise ValueError(f"printers that are spoken to: {sorted(strangers)}")
    if strangers := (lists["quick"] | lists["high_risk"]) - set(services):
        raise ValueError(f"not in top: {sorted(strangers)}")
    ports = Ports(services=services, control=control, top=frozenset(services), **lists)
    if strangers := ports.industrial ^ set(control):
        raise ValueError(f"control ports without a name, or names without a control port: {sorted(strangers)}")
    return ports


def _distinct(name: str, ports: list[int]) -> frozenset[int]:
    if len(set(ports)) != len(ports):
        raise ValueError(f"{name} names a port twice")
    return frozenset(_port(port) for port in ports)


def _port(port: int) -> int:
    if not 0 < port < 65536:
        raise ValueError(f"no such port: {port}")
    return port
