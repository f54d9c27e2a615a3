"""Where the public's part of a name ends, by the Public Suffix List as bundled. Asks nothing."""

from functools import cache

from publicsuffixlist import PublicSuffixList

SPECIAL = frozenset(
    [
        "alt",
        "arpa",
        "corp",
        "example",
        "home",
        "internal",
        "intranet",
        "invalid",
        "lan",
        "local",
        "localdomain",
        "localhost",
        "mail",
        "onion",
        "private",
        "test",
    ]
)
"""Top-level names that the public DNS does not serve to the public: RFC 6761, 6762, 7686, 8375, 9476, ICANN's
name collision list and .internal, and what private networks use."""


def is_public(name: str) -> bool:
    """Whether a name (A-labels) lies under a public suffix, so that everybody may resolve it."""
    return name.rpartition(".")[2] not in SPECIAL and bool(_listed().privatesuffix(name))


def registrable(name: str) -> str:
    """The registrable domain of a name: one label more than its suffix; the name itself where it has none.

    Under top-level names that the list does not know the last label counts as the suffix.
    """
    return str(_any().privatesuffix(name) or name)


def up_to_registrable(name: str) -> tuple[str, ...]:
    """The name and its parents up to the registrable domain, in climbing order (RFC 8659 section 3)."""
    top = registrable(name)
    names = [name]
    while names[-1] != top:
        names.append(names[-1].partition(".")[2])
    return tuple(names)


@cache
def _listed() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False)


@cache
def _any() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=True)
