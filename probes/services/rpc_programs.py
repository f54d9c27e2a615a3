"""What a port mapper lists, and what a mount service exports: their replies read, and nothing asked. Pure.

RFC 1833 section 3 (pmaplist, getport), RFC 1813 appendix I, section 5.2.5 (exports).
"""

from dataclasses import dataclass

from probes.services.rpc import Xdr
from scanner.model.errors import Malformed

MOST_PROGRAMS, MOST_EXPORTS, MOST_GROUPS = 512, 512, 512
MOST_PATH, MOST_NAME = 1024, 255
NAMES = {
    100000: "portmapper",
    100003: "nfs",
    100004: "ypserv",
    100005: "mountd",
    100007: "ypbind",
    100011: "rquotad",
    100021: "nlockmgr",
    100024: "status",
    100227: "nfs_acl",
}
"""IANA's RPC program numbers that are most often met."""

EVERYONE = frozenset({"*", "(everyone)", "everyone", "0.0.0.0/0", "0.0.0.0/0.0.0.0", "::/0"})
"""What servers write in a group's place for an export to all; most write no group at all."""


@dataclass(frozen=True, slots=True)
class Program:
    number: int
    version: int
    protocol: int
    port: int


@dataclass(frozen=True, slots=True)
class Export:
    """A path, and whether it is open to everyone; to whom else is not kept."""

    path: str
    world: bool


def programs(results: bytes) -> tuple[Program, ...] | None:
    """The list of a DUMP, each entry once; None where it is none."""
    xdr, found = Xdr(results), dict[Program, None]()
    try:
        while xdr.more():
            if len(found) >= MOST_PROGRAMS:
                return None
            found.setdefault(Program(xdr.number(), xdr.number(), xdr.number(), xdr.number()))
    except Malformed:
        return None
    return tuple(found)


def names_of(listed: tuple[Program, ...]) -> tuple[str, ...]:
    """The programs as people call them, or by number."""
    return tuple(dict.fromkeys(NAMES.get(one.number, str(one.number)) for one in listed))


def port(results: bytes) -> int | None:
    """The answer to GETPORT: a port, 0 where the program is not registered; None for anything else."""
    try:
        number = Xdr(results).number()
    except Malformed:
        return None
    return number if number < 65536 else None


def exports(results: bytes) -> tuple[Export, ...] | None:
    """The list of an EXPORT; None where it is none."""
    xdr, found = Xdr(results), list[Export]()
    try:
        while xdr.more():
            if len(found) >= MOST_EXPORTS:
                return None
            path = xdr.opaque(MOST_PATH).decode("utf-8", "replace")
            groups = _groups(xdr)
            found.append(Export(path, not groups or not EVERYONE.isdisjoint(groups)))
    except Malformed:
        return None
    return tuple(found)


def _groups(xdr: Xdr) -> list[str]:
    found: list[str] = []
    while xdr.more():
        if len(found) >= MOST_GROUPS:
            raise Malformed("an export to more groups than can be")
        found.append(xdr.opaque(MOST_NAME).decode("utf-8", "replace"))
    return found
