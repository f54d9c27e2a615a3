"""All dialogues that come before a hello, and which of them a service wants. It asks nothing."""

from importlib import import_module
from pkgutil import iter_modules

import probes.tls.starttls as folder
from probes.tls.starttls.step import StartTls
from scanner.model.target import Target

UNKNOWN = "unknown"


def _gather() -> dict[str, StartTls]:
    """Every module here that has a STARTTLS, by protocol."""
    names = sorted(module.name for module in iter_modules(folder.__path__) if module.name != "table")
    modules = (import_module(f"{folder.__name__}.{name}") for name in names)
    told = (value for module in modules if isinstance(value := getattr(module, "STARTTLS", None), StartTls))
    return {dialogue.protocol: dialogue for dialogue in told}


DIALOGUES = _gather()


def before(target: Target) -> StartTls | None:
    """What must be said to this service before a hello; None where TLS begins at once, or not at all.

    A service that no dialogue recognised is taken for its port's own.
    """
    if target.tls is True or target.transport != "tcp":
        return None
    if target.protocol in DIALOGUES:
        return DIALOGUES[target.protocol]
    if target.protocol != UNKNOWN:
        return None
    return next((dialogue for dialogue in DIALOGUES.values() if target.port in dialogue.ports), None)


def speaks_tls(target: Target) -> bool:
    """Whether a service is asked for TLS: from the first byte, or after its protocol's own words."""
    return target.tls is True or before(target) is not None
