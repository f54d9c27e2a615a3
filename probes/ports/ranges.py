"""Port numbers as ranges: compact for people and for the store. Pure."""

from collections.abc import Iterable

Ranges = tuple[tuple[int, int], ...]
"""Inclusive pairs, ascending, neither overlapping nor adjoining."""


def ranges(ports: Iterable[int]) -> Ranges:
    """The fewest ranges that hold just these ports."""
    found: list[tuple[int, int]] = []
    for port in sorted(set(ports)):
        if found and found[-1][1] == port - 1:
            found[-1] = (found[-1][0], port)
        else:
            found.append((port, port))
    return tuple(found)


def written(pairs: Ranges) -> str:
    """As `--ports` reads them: "22,80-81"."""
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in pairs)
