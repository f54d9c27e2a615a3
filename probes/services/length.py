"""Replies that say their own length: whether all of one is there. What it says is not looked into."""

from collections.abc import Callable
from typing import Literal


def told(at: int, octets: int, order: Literal["big", "little"] = "big", beyond: int = 0) -> Callable[[bytes], bool]:
    """Whole where the number of `octets` octets at `at`, and `beyond` more, have come; a lie waits for silence."""

    def complete(data: bytes) -> bool:
        return len(data) >= at + octets and len(data) >= beyond + int.from_bytes(data[at : at + octets], order)

    return complete
