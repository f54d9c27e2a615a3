"""Where a peer and we differ about a server, and the file of the differences that are known and decided.

By hand, for peers that Debian does not have: `python -m tests.lab.tls_agreement /path/to/sslyze`.
"""

import asyncio
import contextlib
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from probes.tls import certificate, offer
from scanner.model.target import Target, TargetKind
from tests.asking import ask
from tests.lab import tls_peers
from tests.lab.tls_peers import Told
from tests.lab.tls_servers import CA, SERVERS

FILE = Path(__file__).with_suffix(".toml")
NOTHING = Told(dict.fromkeys(tls_peers.VERSIONS.values(), False), {})
"""Of a peer that could not connect."""
SIDES = frozenset(["us", "peer", "both", "neither"])


@dataclass(frozen=True)
class Difference:
    """`about` is "version", "suites", "order" or "leaf"; `what` the version ("any": all) or the property. What only one side says."""

    server: str
    peer: str
    about: str
    what: str
    only_us: str
    only_peer: str


@dataclass(frozen=True)
class Place:
    """Where a server of the laboratory listens."""

    server: str
    address: str
    port: int


@contextlib.contextmanager
def serving(folder: Path, network: str) -> Iterator[list[Place]]:
    """All servers at once, each on an address of its own; those that listen everywhere on ports of their own."""
    with contextlib.ExitStack() as running:
        places = []
        for number, (name, served) in enumerate(SERVERS.items(), 1):
            place = Place(name, f"{network}.{number}", 4460 + number if served.everywhere else 4430)
            try:
                running.enter_context(served.start(folder / str(number), place.address, place.port))
            except pytest.skip.Exception:
                continue  # not on this machine: its own tests say so by name
            places.append(place)
        yield places


def asked(place: Place) -> Told:
    """Our own answer."""
    told = Target(TargetKind.SERVICE, "self", address=place.address, port=place.port, protocol="http", tls=True)
    return asked_target(told, CA.der)


def asked_target(target: Target, root: bytes) -> Told:
    """The same of any target; `root` (DER) is trusted."""
    told = asyncio.run(ask(offer.PROBE, target))
    return tls_peers.ours(told, asyncio.run(ask(certificate.PROBE, target, trust=(root,))))


def differences(server: str, peer: str, us: Told, them: Told) -> set[Difference]:
    """All that one side says and the other does not. What a peer did not ask is no difference; a peer to which no version
    is spoken at all differs once."""
    if not any(them.versions.values()):
        return {Difference(server, peer, "version", "any", "true", "false")}
    found = set()
    for version in us.versions:
        ours, theirs = us.versions[version], them.versions.get(version)
        if theirs is not None and ours != theirs:
            found.add(Difference(server, peer, "version", version, str(ours).lower(), str(theirs).lower()))
        if theirs is False or version not in them.suites:
            continue
        mine, other = us.suites.get(version, frozenset()), them.suites[version]
        if mine != other:
            only_us, only_peer = " ".join(sorted(mine - other)), " ".join(sorted(other - mine))
            found.add(Difference(server, peer, "suites", version, only_us, only_peer))
    for version, chooses in them.server_chooses.items():
        if us.server_chooses.get(version) != chooses:
            who = str(us.server_chooses.get(version)).lower()
            found.add(Difference(server, peer, "order", version, who, str(chooses).lower()))
    for key, value in them.leaf.items():
        if us.leaf.get(key) != value:
            found.add(Difference(server, peer, "leaf", key, str(us.leaf.get(key)), str(value)))
    return found


def decided() -> dict[Difference, tuple[str, str]]:
    """The file: who is right, and why, in the specification's words."""
    told = {}
    for entry in tomllib.loads(FILE.read_text("utf-8"))["difference"]:
        right, why = entry.pop("right"), entry.pop("why")
        told[Difference(**entry)] = right, why
    return told


def main(sslyze: str) -> None:
    """Ask everybody, and print what the file does not hold."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), "127.37.2") as places:
        out = Path(folder, "sslyze.json")
        words = ["--mozilla_config", "disable", "--sslv2", "--sslv3", "--tlsv1", "--tlsv1_1", "--tlsv1_2", "--tlsv1_3"]
        root = Path(folder, "root.pem")
        root.write_bytes(CA.pem)
        words += ["--certinfo", "--certinfo_ca_file", str(root)]
        where = [f"a.example:{place.port}{{{place.address}}}" for place in places]
        subprocess.run([sslyze, *words, "--quiet", "--json_out", str(out), *where], check=False, timeout=900)
        theirs = tls_peers.sslyze(out)
        for place in places:
            us = asked(place)
            them = theirs.get(f"{place.address}:{place.port}", NOTHING)
            for found in sorted(differences(place.server, "sslyze", us, them) - decided().keys(), key=str):
                print(found)


if __name__ == "__main__":
    main(sys.argv[1])
