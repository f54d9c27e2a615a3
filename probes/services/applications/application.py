"""What an application is to us: where it lives, what its root looks like, which answers prove it. It asks nothing."""

from collections.abc import Callable
from dataclasses import dataclass

from probes.services.applications.root import Root
from scanner.model.network import Response


@dataclass(frozen=True, slots=True)
class Told:
    """What one answer told, in the application's own words.

    `given`: it is what was asked for; False where the application refused. `words` describe it without any
    name or value of the application's data. `product` and `version` are as it wrote them, "" where it did not.
    """

    given: bool
    words: str = ""
    product: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One request, the smallest that its answer can be known by.

    `read` is pure, raises nothing, and returns None for what is not the application's word. `{random}` in a path
    is replaced by a name that cannot exist. `start_only`: no more than `most` bytes are wanted, whatever follows.
    """

    path: str
    read: Callable[[Response], Told | None]
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    most: int = 64 * 1024
    start_only: bool = False


Way = tuple[Question, ...]
"""Questions that prove open access together: all of them must be given."""


@dataclass(frozen=True, slots=True)
class Application:
    """One product, or several that speak alike.

    `ports` are where it usually lives. `by_number`: it is asked there whatever the root says, because its root may
    not tell. `root_tells` knows it by its root on any port. `ways` are tried in order until one is given, or refused;
    `apart` ones have doors of their own, so that a refusal at one says nothing of the others.
    """

    name: str
    product: str
    ports: tuple[int, ...]
    ways: tuple[Way, ...]
    root_tells: Callable[[Root], bool]
    by_number: bool = False
    apart: bool = False
