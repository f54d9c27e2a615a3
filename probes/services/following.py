"""What follows once a protocol is known: product and version on the same connection, and a farewell. It finds nothing."""

from probes.services.dialogue import Dialogue
from probes.services.dialogues import table
from probes.services.hearing import OURS, hear
from probes.services.identity import Identity
from scanner.model.errors import NetworkError
from scanner.model.network import Stream

FURTHER = 3.0
"""Seconds for the answer that tells a version."""
LEAVING = 0.5
"""Seconds for the other side to answer a farewell: who closes on unread words resets the connection."""


async def followed(stream: Stream, found: Identity) -> Identity:
    """The identity with what was asked further; and the connection left as the protocol would have it."""
    told = await _further(stream, found)
    dialogue = table.dialogue(found.protocol)
    if dialogue is not None:
        await _leave(stream, dialogue, found)
    return told


async def _further(stream: Stream, found: Identity) -> Identity:
    more = table.further(found.protocol)
    if more is None or (question := more.question(found)) is None:
        return found
    try:
        await stream.send(question)
        heard = await hear(stream, FURTHER, more.complete)
    except NetworkError as error:
        if error.reason not in OURS:
            raise
        return found
    return more.read(found, heard.data)


async def _leave(stream: Stream, dialogue: Dialogue, found: Identity) -> None:
    """So that no line of a client that died is written; nothing is learnt by it."""
    try:
        if dialogue.goodbye:
            await stream.send(dialogue.goodbye)
            await hear(stream, LEAVING, bool)
        if dialogue.steps_into_tls and found.offers_tls:
            await stream.start_tls()
    except NetworkError as error:
        if error.reason not in OURS:
            raise
