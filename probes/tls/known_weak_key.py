"""Keys that are weak whatever their size: ROCA by arithmetic. The list of Debian's predictable keys is not held here.

ROCA (CVE-2017-15361): the primes of one vendor's library have the form k*M + (65537^a mod M), M a product of small
primes, so that the modulus is a power of 65537 modulo every one of them (Nemec, Sys, Svenda, Klinec, Matyas, "The
Return of Coppersmith's Attack", ACM CCS 2017, section 2). A modulus made at random passes this by chance about
once in 2^154.
"""

from probes.tls.public_key import PublicKey

PRIMES = (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107,
          109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167)  # fmt: skip
"""The odd primes of the smallest M, which divides every larger one."""
GENERATOR = 65537
DEBIAN_SIZES = frozenset([512, 1024, 2048, 4096])
"""RSA sizes of the published lists of CVE-2008-0166 (Debian's openssl-blacklist); their exponent is 65537."""


def _powers(prime: int) -> frozenset[int]:
    found, power = set(), 1
    while power not in found:
        found.add(power)
        power = power * GENERATOR % prime
    return frozenset(found)


POWERS = {prime: _powers(prime) for prime in PRIMES}


def is_roca(modulus: int) -> bool:
    """The published fingerprint: every residue is a power of 65537."""
    return modulus > 1 and all(modulus % prime in powers for prime, powers in POWERS.items())


def known_weak(key: PublicKey) -> bool | None:
    """True for a ROCA key; None where the key has a shape of the Debian lists, which were not asked; else False."""
    match key.type:
        case "rsa" if is_roca(key.modulus):
            return True
        case "rsa" if key.bits in DEBIAN_SIZES and key.exponent == GENERATOR:
            return None
        case "dsa":
            return None
        case _:
            return False
