"""The groups of SSH's Diffie-Hellman exchanges (RFC 2409 section 6.2, RFC 3526), from their formula."""

from functools import cache

SIZES = {"group1": 1024, "group14": 2048, "group16": 4096}
PLUS = {1024: 129093, 2048: 124476, 4096: 240904}
"""The first number that makes the formula's prime a safe one."""


@cache
def prime(bits: int) -> int:
    """2^n - 2^(n-64) - 1 + 2^64 * ([2^(n-130) pi] + k); the generator is 2."""
    return int(2**bits - 2 ** (bits - 64) - 1 + 2**64 * (_pi(bits - 130) + PLUS[bits]))


def _pi(bits: int) -> int:
    """Pi times 2^bits, cut off: by Machin's formula, with 64 bits to spare."""
    scale = 1 << (bits + 64)
    return (16 * _arctan(5, scale) - 4 * _arctan(239, scale)) >> 64


def _arctan(inverse: int, scale: int) -> int:
    """The arcus tangens of 1/inverse, times scale."""
    term = total = scale // inverse
    divisor, sign = 3, -1
    while term:
        term //= inverse * inverse
        total += sign * (term // divisor)
        divisor, sign = divisor + 2, -sign
    return total
