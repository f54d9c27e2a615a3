"""What nmap makes of one port (`-sV`): asked only where the file names it, counted as many questions, logged whole (R26)."""

import asyncio
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

from scanner.model.errors import InputError, NotAdmitted
from scanner.model.network import NmapWord
from scanner.model.verdict import Reason
from scanner.network.gate import Gate
from scanner.network.nmap_run import program, run
from scanner.network.question import Question

INTENSITY = 2
"""nmap's own scale of 0 to 9: the questions that most services answer, and no rarer ones."""

HOST_TIMEOUT = 60
SECONDS = HOST_TIMEOUT + 10
QUESTIONS = 20
"""What one run counts as at the gate."""

SURE = 8
"""nmap's own confidence of 0 to 10; what it guesses by the port's number has 3."""

NO_WORD = ("tcpwrapped", "unknown")
"""What nmap calls a port that closed before it said anything, and one whose words it does not know."""


async def named_by_nmap(gate: Gate, question: Question) -> NmapWord:
    """One run at one port. Raises NotAdmitted (no-vantage) without nmap, Malformed, TimedOut."""
    try:
        path = await asyncio.to_thread(program)
    except InputError as error:
        raise NotAdmitted("nmap was not found", Reason.NO_VANTAGE) from error
    async with gate.admit(question) as permit, gate.switch.deadline(question.unit, SECONDS, "nmap -sV"):
        ended = await run(path, question.address, str(question.port), options(question.address))
        permit.answered(ended.note, timed=False)
        return word(ended.found, question.port)


def options(address: str) -> list[str]:
    """What stands on the command line beside address and port."""
    chosen = ["-sT", "-sV", "--version-intensity", str(INTENSITY), "-n", "-Pn", "-T3", "--no-stylesheet"]
    chosen += ["--max-retries", "1", "--host-timeout", f"{HOST_TIMEOUT}s"]
    chosen += ["-6"] if ip_address(address).version == 6 else []
    return chosen


def word(found: Mapping[str, Any], port: int) -> NmapWord:
    """What nmap says of a port; `name` is empty where it says nothing, or only guesses by the number."""
    for host in found.get("scan", {}).values():
        facts = host.get("tcp", {}).get(port)
        if facts is not None and facts.get("state") == "open" and int(facts.get("conf") or 0) >= SURE:
            if facts.get("name") in NO_WORD:
                break
            parts = (str(facts.get(key) or "") for key in ("name", "product", "version", "extrainfo", "cpe"))
            return NmapWord(*parts)
    return NmapWord()
