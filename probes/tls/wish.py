"""What is wished of one hello, and the words that ask it. It sends nothing and reads nothing."""

import os
from dataclasses import dataclass, replace
from enum import Enum

from probes.tls import hello, suites

ANY_SHARE = (29, (9).to_bytes(32, "little"))
"""A public value of X25519 that is always valid, its base point: nothing is agreed on, so that no key is needed."""
DEFLATE_LZS_NULL = b"\x01\x40\x00"
"""RFC 3749, RFC 3943. Up to TLS 1.2 only: TLS 1.3 forbids to offer any."""
MOST_SMALL = 50
"""Suites of a hello that must stay under 256 octets."""
WEB = ("http", "winrm")


class Form(Enum):
    """How a hello is cut, the fullest first."""

    FULL = "full"  # everything at once
    SHARED = "shared"  # the same, with a key: for servers of TLS 1.3 that cannot ask for one
    SMALL = "small"  # under 256 octets, the usual extensions only
    PLAIN = "plain"  # small, and no extension but the name

    @property
    def whole(self) -> bool:
        """Whether everything is offered at once."""
        return self in (Form.FULL, Form.SHARED)


@dataclass(frozen=True, slots=True)
class Wish:
    """What to ask: the highest version, and what is offered in it. `versions` are those of supported_versions.

    `groups` are offered where the form has room for all; `named` says whether the name goes along.
    """

    version: int
    suites: tuple[int, ...]
    groups: tuple[int, ...] = hello.EVERY_GROUP
    versions: tuple[int, ...] = ()
    form: Form = Form.FULL
    named: bool = True

    @property
    def most(self) -> int:
        """Suites that one hello of this form has room for."""
        return len(self.suites) if self.form.whole else MOST_SMALL


def words(wish: Wish, name: str | None, protocol: str | None) -> bytes:
    """The hello; `name` goes along where the wish is named, `protocol` tells which ALPN makes sense."""
    modern = hello.TLS13 in (wish.version, *wish.versions)
    full = wish.form.whole
    few = not full and wish.groups == hello.EVERY_GROUP
    return hello.ClientHello(
        min(wish.version, hello.TLS12),
        wish.suites,
        os.urandom(32),
        name if wish.named else None,
        groups=hello.FEW_GROUPS if few else wish.groups,
        signatures=hello.EVERY_SIGNATURE if full else hello.FEW_SIGNATURES,
        key_shares=(ANY_SHARE,) if modern and wish.form is not Form.FULL and ANY_SHARE[0] in wish.groups else (),
        session=os.urandom(32) if modern else b"",
        compressions=b"\x00" if modern or wish.version == hello.TLCP else DEFLATE_LZS_NULL,
        versions=wish.versions or ((hello.TLS13,) if modern else ()),
        extensions=tuple(_along(protocol)) if full and wish.version != hello.TLCP else (),
        plain=wish.form is Form.PLAIN or wish.version == hello.TLCP,
    ).to_bytes()


def _along(protocol: str | None) -> list[tuple[int, bytes]]:
    """Extensions that change no choice of the server's, and whose answers are worth knowing."""
    along = [hello.status_request(), (hello.SIGNED_TIMESTAMPS, b"")]
    if protocol in WEB:
        along.append(hello.alpn(("h2", "http/1.1")))
    return along + [
        (kind, b"") for kind in (hello.ENCRYPT_THEN_MAC, hello.EXTENDED_MASTER_SECRET, hello.SESSION_TICKET)
    ]


def cut(wish: Wish, form: Form) -> Wish:
    """The same in another form: in a small one only the few suites that most servers have one of."""
    if form.whole or len(wish.suites) <= MOST_SMALL:
        return replace(wish, form=form)
    return replace(wish, form=form, suites=suites.few(wish.version))
