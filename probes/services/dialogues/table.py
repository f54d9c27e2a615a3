"""All dialogues in one table, and which of them are likely on a port. It asks nothing."""

from importlib import import_module
from pkgutil import iter_modules

import probes.services.dialogues as folder
from probes.services.dialogue import Dialogue
from probes.services.dialogues import http, redis, tls
from probes.services.identity import Identity


def _gather() -> tuple[Dialogue, ...]:
    """Every module here that has a DIALOGUE."""
    names = sorted(module.name for module in iter_modules(folder.__path__) if module.name != "table")
    modules = (import_module(f"{folder.__name__}.{name}") for name in names)
    return tuple(value for module in modules if isinstance(value := getattr(module, "DIALOGUE", None), Dialogue))


DIALOGUES = _gather()

GENERAL = ("http", "tls", "redis", "memcached", "postgresql", "mongodb", "mssql", "rdp", "smb")
"""The order in which a service is asked what its port says nothing about: what is most often met first."""


def likely(port: int, *, tls: bool) -> tuple[Dialogue, ...]:
    """The dialogues that usually live on a port, inside TLS or without."""
    return tuple(
        dialogue for dialogue in DIALOGUES if port in dialogue.ports and (port in dialogue.tls_ports or not tls)
    )


def expects_tls(port: int) -> bool:
    """Whether a port's usual service speaks TLS from the first byte."""
    return any(port in dialogue.tls_ports for dialogue in DIALOGUES)


def greets(port: int) -> bool | None:
    """Whether a port's usual service speaks first; None where nothing usually lives there."""
    usual = [dialogue for dialogue in DIALOGUES if port in dialogue.ports]
    return any(dialogue.speaks_first for dialogue in usual) if usual else None


def questions(port: int) -> tuple[Dialogue, ...]:
    """What to ask a silent service, the likeliest first."""
    by_name = {dialogue.protocol: dialogue for dialogue in DIALOGUES if dialogue.general}
    usual = [dialogue for dialogue in likely(port, tls=False) if dialogue.question is not None]
    first = [tls.DIALOGUE] if expects_tls(port) else []
    ordered = [*first, *usual, *(by_name[name] for name in GENERAL)]
    return tuple(dict.fromkeys(ordered))


def questions_by_name(port: int) -> tuple[Dialogue, ...]:
    """What may be asked by name: TLS and HTTP, and nothing else (R2)."""
    return (tls.DIALOGUE, http.DIALOGUE) if expects_tls(port) else (http.DIALOGUE, tls.DIALOGUE)


def questions_inside_tls(port: int) -> tuple[Dialogue, ...]:
    """What to ask a silent service inside TLS: what usually lives there, then HTTP and Redis."""
    usual = [dialogue for dialogue in likely(port, tls=True) if dialogue.question is not None]
    return tuple(dict.fromkeys([*usual, http.DIALOGUE, redis.DIALOGUE]))


def always_greets(protocol: str) -> bool:
    """Whether a protocol's servers speak first, so that a late greeting is still one."""
    return any(dialogue.speaks_first for dialogue in DIALOGUES if dialogue.protocol == protocol)


def recognised(data: bytes, asked: Dialogue | None = None) -> Identity | None:
    """Who says so: the one that was asked first of all, then whoever's words they are."""
    if not data:
        return None
    if asked is not None and (identity := asked.recognise(data)) is not None:
        return identity
    found = (dialogue.recognise(data) for dialogue in DIALOGUES if not dialogue.own_reply_only)
    return next((identity for identity in found if identity is not None), None)
