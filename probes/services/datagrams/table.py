"""All UDP dialogues in one table, by port. It asks nothing."""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules

import probes.services.datagrams as folder
from probes.services.datagram import Datagram


def _gather() -> Mapping[int, Datagram]:
    """Every module here that has a DATAGRAM; two on one port refuse to start."""
    names = sorted(module.name for module in iter_modules(folder.__path__) if module.name != "table")
    modules = (import_module(f"{folder.__name__}.{name}") for name in names)
    found: dict[int, Datagram] = {}
    for module in modules:
        value = getattr(module, "DATAGRAM", None)
        if isinstance(value, Datagram):
            if value.port in found:
                raise RuntimeError(f"two dialogues for UDP port {value.port}")
            found[value.port] = value
    return found


DATAGRAMS = _gather()
