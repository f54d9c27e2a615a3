"""One run of nmap at one address: started, ended with us, its output read by python-nmap. What is asked is others' matter."""

import asyncio
import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from xml.etree import ElementTree

import nmap

from scanner.model.errors import Malformed
from scanner.model.said import Said

SEARCH = ("nmap", "/usr/bin/nmap", "/usr/local/bin/nmap", "/opt/local/bin/nmap")


@dataclass(frozen=True, slots=True)
class Run:
    """What came of it: python-nmap's reading, the XML as it was written, and both for the audit log."""

    found: Mapping[str, Any]
    output: bytes

    @property
    def note(self) -> str:
        """The command line, and the output's digest (R26)."""
        digest = hashlib.sha256(self.output).hexdigest()
        return f"{self.found['nmap']['command_line']}; output sha256 {digest}"


@cache
def program(search: tuple[str, ...] = SEARCH) -> str:
    """Where nmap is. Raises InputError where it is not."""
    found = next((path for name in search if (path := shutil.which(name))), None)
    if found is None:
        raise Said("no-nmap")
    return found


async def run(path: str, address: str, ports: str, arguments: Sequence[str]) -> Run:
    """Run it to its end. Cancelling, or a deadline around this, ends nmap at once. Raises Malformed."""
    process = await asyncio.create_subprocess_exec(
        path,
        "-oX",
        "-",
        address,
        "-p",
        ports,
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        output, said = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    try:
        found = nmap.PortScanner((path,)).analyse_nmap_xml_scan(output, said.decode("utf-8", "replace"), [], [])
    except (nmap.PortScannerError, ElementTree.ParseError, KeyError, ValueError, AttributeError) as error:
        raise Malformed(f"python-nmap cannot read what nmap wrote: {error}") from error
    return Run(found, output)
