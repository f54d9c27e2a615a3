"""Which probes there are: every module of `probes` that has a PROBE, and those of installed packages."""

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import walk_packages

import probes
from scanner.model.errors import InputError
from scanner.model.probe import Probe


@cache
def all_probes() -> tuple[Probe, ...]:
    """Every probe, by name. Two of one name refuse to start."""
    found: dict[str, Probe] = {}
    for probe in (*_built_in(), *(point.load() for point in entry_points(group="yuanjian.probes"))):
        if probe.name in found:
            raise InputError(f"two probes are called {probe.name}; uninstall one of the packages that bring them")
        found[probe.name] = probe
    return tuple(found[name] for name in sorted(found))


def _built_in() -> list[Probe]:
    modules = (import_module(info.name) for info in walk_packages(probes.__path__, "probes.") if not info.ispkg)
    return [value for module in modules if isinstance(value := getattr(module, "PROBE", None), Probe)]
