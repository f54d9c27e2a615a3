"""What the names that an SSH server offers have in common: broken hashes, small blocks, no strictness. No judgement."""

import re
from collections.abc import Iterable

from probes.ssh.kex_init import KexInit

STRICT = "kex-strict-s-v00@openssh.com"
SIGNALS = frozenset({STRICT, "ext-info-s", "kexguess2@matt.ucc.asn.au"})
"""Names that stand among the key exchanges and are none."""
SHA1_KEX = re.compile(
    r"diffie-hellman-group(?:1|14|-exchange)-sha1|gss-(?:group1|group14|gex)-sha1-.*|rsa1024-sha1(?:@.*)?"
)
"""SHA-1 over a group of 1024 or 2048 bits or an exchanged one, and RSA keys of 1024 bits (RFC 9142, RFC 4432)."""
OLD_CIPHER = re.compile(r"arcfour.*|3des-cbc|blowfish-.*|cast128-.*|cast-.*|des|des-cbc.*|none")
"""RC4 (RFC 8758), and blocks of 64 bits: DES, 3DES, Blowfish, CAST-128; and no cipher at all."""
OLD_MAC = re.compile(r"hmac-md5.*|.*-96(?:@.*|-etm@.*)?|none")
"""MD5, a MAC cut to 96 bits, or none."""
SHA1_RSA = re.compile(r"ssh-rsa(?:-cert-.*)?")
SHA2_RSA = re.compile(r"rsa-sha2-.*|x509v3-rsa2048-sha256")
DSS = re.compile(r"(?:x509v3-)?ssh-dss(?:-cert-.*)?")
CHACHA = "chacha20-poly1305@openssh.com"


def matching(pattern: re.Pattern[str], names: Iterable[str]) -> tuple[str, ...]:
    """The names that the whole pattern fits, in their order."""
    return tuple(name for name in names if pattern.fullmatch(name))


def prefix_truncatable(offer: KexInit) -> tuple[str, ...]:
    """What CVE-2023-48795 needs and the strict exchange would cure: ChaCha20-Poly1305, or CBC with encrypt-then-MAC.

    Empty where the exchange is strict. A pair counts within its direction alone.
    """
    if STRICT in offer.kex:
        return ()
    found: dict[str, None] = {}
    for ciphers, macs in ((offer.ciphers_in, offer.macs_in), (offer.ciphers_out, offer.macs_out)):
        found.update(dict.fromkeys(cipher for cipher in ciphers if cipher == CHACHA))
        sealed_late = [mac for mac in macs if "-etm@" in mac]
        if sealed_late:
            found.update(
                dict.fromkeys(cipher for cipher in ciphers if cipher.endswith(("-cbc", "-cbc@lysator.liu.se")))
            )
    return tuple(found)
