"""NATS as it greets: INFO and an object that tells version, and whether a login or TLS is wanted."""

import json
import re
from typing import Any

from probes.services.banner import printable
from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named

GREETING = re.compile(rb"INFO (\{[^\r\n]*\}) *\r\n")
MOST = 4096


def info(data: bytes) -> dict[str, Any] | None:
    """The object of the greeting (NATS client protocol, INFO); None for anything else."""
    found = GREETING.match(data[:MOST])
    if found is None:
        return None
    try:
        told = json.loads(found[1])
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) and "server_id" in told and "max_payload" in told else None


def recognise(data: bytes) -> Identity | None:
    """The version is part of the greeting, so the protocol demands it. Addresses and keys in it are not kept."""
    told = info(data)
    if told is None:
        return None
    version = printable(str(told.get("version", "")))
    wanted = [word for word in ("auth_required", "tls_required") if told.get(word)]
    return named("nats", f"INFO version {version} {' '.join(wanted)}", "NATS", version, demanded=True)


DIALOGUE = Dialogue("nats", recognise, ports=(4222,), complete=lambda data: GREETING.match(data[:MOST]) is not None)
