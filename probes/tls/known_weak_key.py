"""RSA keys that are weak whatever their size: by arithmetic, and by Debian's own lists where the system has them.

ROCA (CVE-2017-15361): the primes of one vendor's library have the form k*M + (65537^a mod M), M a product of small
primes, so that the modulus is a power of 65537 modulo every one of them (Nemec, Sys, Svenda, Klinec, Matyas, "The
Return of Coppersmith's Attack", ACM CCS 2017, section 2). A modulus made at random passes this by chance about
once in 2^154.

Close primes (CVE-2022-26320): some printers' and appliances' keys fall to a few steps of Fermat's method.

Debian's predictable keys (CVE-2008-0166) are known by lists alone. None can be shipped here; those of the package
openssl-blacklist are read where it is installed. Which knowledge was used stands in the facts.
"""

import hashlib
from functools import cache
from math import isqrt
from pathlib import Path

from probes.tls.public_key import PublicKey

ROCA, CLOSE_PRIMES, DEBIAN = "ROCA", "close primes", "Debian"
PRIMES = (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107,
          109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167)  # fmt: skip
"""The odd primes of the smallest M, which divides every larger one."""
GENERATOR = 65537
FERMAT_STEPS = 50
DEBIAN_LISTS = Path("/usr/share/openssl-blacklist")
MOST_BITS = 16384


def weakness(key: PublicKey, lists: Path = DEBIAN_LISTS) -> str:
    """What makes an RSA key weak; empty where nothing that is known here does."""
    if key.type != "rsa" or not key.modulus > 1 or key.bits > MOST_BITS:
        return ""
    if is_roca(key.modulus):
        return ROCA
    if has_close_primes(key.modulus):
        return CLOSE_PRIMES
    return DEBIAN if _fingerprint(key.modulus) in _listed(lists, key.bits) else ""


def compared_with(key: PublicKey, lists: Path = DEBIAN_LISTS) -> tuple[str, ...]:
    """By which knowledge `weakness` judges a key."""
    if key.type != "rsa":
        return ()
    return (ROCA, CLOSE_PRIMES, DEBIAN) if _listed(lists, key.bits) else (ROCA, CLOSE_PRIMES)


def is_roca(modulus: int) -> bool:
    """The published fingerprint: every residue is a power of 65537."""
    return modulus > 1 and all(modulus % prime in powers for prime, powers in POWERS.items())


def has_close_primes(modulus: int) -> bool:
    """Fermat's method, some steps of it: the mean of two close factors lies just above the root."""
    mean = isqrt(modulus)
    mean += mean * mean < modulus
    for _ in range(FERMAT_STEPS):
        rest = mean * mean - modulus
        if isqrt(rest) ** 2 == rest:
            return True
        mean += 1
    return False


def _powers(prime: int) -> frozenset[int]:
    found, power = set(), 1
    while power not in found:
        found.add(power)
        power = power * GENERATOR % prime
    return frozenset(found)


POWERS = {prime: _powers(prime) for prime in PRIMES}


def _fingerprint(modulus: int) -> str:
    """As openssl-vulnkey(1): the last 20 digits of SHA-1 over the line that `openssl rsa -modulus` prints."""
    return hashlib.sha1(f"Modulus={modulus:X}\n".encode(), usedforsecurity=False).hexdigest()[20:]


@cache
def _listed(folder: Path, bits: int) -> frozenset[str]:
    try:
        lines = (folder / f"blacklist.RSA-{bits}").read_text("ascii", "replace").splitlines()
    except OSError:
        return frozenset()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))
