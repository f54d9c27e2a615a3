"""All dialogues in one table, and which of them are likely on a port. It asks nothing."""

from collections.abc import Collection, Iterable
from importlib import import_module
from pkgutil import iter_modules

import probes.services.dialogues as folder
from probes.services.dialogue import Dialogue, Further
from probes.services.dialogues import http, tls
from probes.services.hearing import Heard, whole
from probes.services.identity import Identity


def gathered(dialogues: Iterable[Dialogue]) -> tuple[Dialogue, ...]:
    """The dialogues in their order; two for one form of a protocol refuse to start."""
    found: dict[tuple[str, str], Dialogue] = {}
    for dialogue in dialogues:
        if found.setdefault((dialogue.protocol, dialogue.form), dialogue) is not dialogue:
            raise RuntimeError(f"two dialogues for {' '.join(filter(None, (dialogue.protocol, dialogue.form)))}")
    return tuple(found.values())


def _all() -> Iterable[Dialogue]:
    """Every module here that has a DIALOGUE."""
    for name in sorted(module.name for module in iter_modules(folder.__path__) if module.name != "table"):
        value = getattr(import_module(f"{folder.__name__}.{name}"), "DIALOGUE", None)
        if isinstance(value, Dialogue):
            yield value


def _rank(dialogue: Dialogue) -> tuple[float, str, str]:
    """What is most often met first; then by name, so that the order does not depend on anything else."""
    rank = float("inf") if dialogue.elsewhere is None else dialogue.elsewhere
    return rank, dialogue.protocol, dialogue.form


DIALOGUES = tuple(sorted(gathered(_all()), key=_rank))

ELSEWHERE = tuple(dialogue for dialogue in DIALOGUES if dialogue.elsewhere is not None)
"""What is asked of a service whose port says nothing: what is most often met first."""


def likely(port: int, *, tls: bool) -> tuple[Dialogue, ...]:
    """The dialogues that usually live on a port, inside TLS or without."""
    return tuple(
        dialogue for dialogue in DIALOGUES if port in dialogue.ports and (port in dialogue.tls_ports or not tls)
    )


def expects_tls(port: int) -> bool:
    """Whether a port's usual service speaks TLS from the first byte."""
    return any(port in dialogue.tls_ports for dialogue in DIALOGUES)


def greets(port: int) -> bool | None:
    """Whether a port's usual services speak first; None where some do, or nothing usually lives there."""
    usual = {dialogue.speaks_first for dialogue in DIALOGUES if port in dialogue.ports}
    return usual.pop() if len(usual) == 1 else None


def questions(port: int) -> tuple[Dialogue, ...]:
    """What to ask a silent service, the likeliest first."""
    usual = [dialogue for dialogue in likely(port, tls=False) if dialogue.question is not None]
    first = [tls.DIALOGUE] if expects_tls(port) else []
    return tuple(dict.fromkeys([*first, *usual, *ELSEWHERE]))


def questions_by_name(port: int) -> tuple[Dialogue, ...]:
    """What may be asked by name: TLS and HTTP, and nothing else (R2); a mail host's greeting is only listened to."""
    if greets(port) and not expects_tls(port):
        return likely(port, tls=False)
    return (tls.DIALOGUE, http.DIALOGUE) if expects_tls(port) else (http.DIALOGUE, tls.DIALOGUE)


def questions_inside_tls(port: int) -> tuple[Dialogue, ...]:
    """What to ask a silent service inside TLS: what usually lives there, then what is often met inside TLS."""
    usual = [one for tls in (True, False) for one in likely(port, tls=tls) if one.question is not None]
    return tuple(dict.fromkeys([*usual, *(one for one in ELSEWHERE if one.inside_tls)]))


def next_questions(left: Iterable[Dialogue], heard: Heard, asked: Collection[Dialogue]) -> tuple[Dialogue, ...]:
    """The questions that are left, in the light of what came after the last one: those that suspect come first."""
    suspecting = [one for one in DIALOGUES if one.suspects is not None and one.suspects(heard)]
    return tuple(dict.fromkeys(one for one in (*suspecting, *left) if one.question is not None and one not in asked))


def always_greets(protocol: str) -> bool:
    """Whether a protocol's servers speak first, so that a late greeting is still one."""
    return any(dialogue.speaks_first for dialogue in DIALOGUES if dialogue.protocol == protocol)


def dialogue(protocol: str) -> Dialogue | None:
    """The first dialogue of a protocol."""
    return next((one for one in DIALOGUES if one.protocol == protocol), None)


def asker(protocol: str) -> Dialogue | None:
    """The dialogue of a protocol that tells more by its own question; None where nothing further is asked of it."""
    return next((one for one in DIALOGUES if one.protocol == protocol and one.further is not None), None)


def further(protocol: str) -> Further | None:
    """What is asked of a protocol once it is known."""
    dialogue = asker(protocol)
    return dialogue.further if dialogue is not None else None


def is_greeting(data: bytes) -> bool:
    """Whether a greeting is surely at its end."""
    return whole(data) or any(one.complete(data) for one in DIALOGUES if one.speaks_first and one.complete is not None)


def at_home(data: bytes, port: int) -> Identity | None:
    """Who greets so on this port, where the same words mean nothing on another."""
    usual = (one for one in DIALOGUES if port in one.ports and one.speaks_first and one.own_reply_only)
    return next((identity for one in usual if (identity := one.recognise(data)) is not None), None)


def recognised(data: bytes, asked: Dialogue | None = None) -> Identity | None:
    """Who says so: the one that was asked first of all, then whoever's words they are."""
    if not data:
        return None
    if asked is not None and (identity := asked.recognise(data)) is not None:
        return identity
    found = (dialogue.recognise(data) for dialogue in DIALOGUES if not dialogue.own_reply_only)
    return next((identity for identity in found if identity is not None), None)
