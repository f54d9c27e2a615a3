"""SSH's data types (RFC 4251 section 5), written and read within their packet. What they mean is said elsewhere."""

import re

from scanner.model.errors import Malformed

MOST_NAMES = 200
NAME = re.compile(r"[!-+\--~]{1,64}")
"""RFC 4251 section 6: printable, no comma, at most 64."""


def string(content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + content


def mpint(number: int) -> bytes:
    """A number that is not negative, with the zero octet that keeps it so."""
    return string(number.to_bytes(number.bit_length() // 8 + 1, "big") if number else b"")


def name_list(names: tuple[str, ...]) -> bytes:
    return string(",".join(names).encode("ascii"))


class Fields:
    """Reads one payload from front to back. Every method raises Malformed where the payload ends before."""

    def __init__(self, payload: bytes, at: int = 0) -> None:
        self._payload = payload
        self._at = at

    def octets(self, count: int) -> bytes:
        end = self._at + count
        if end > len(self._payload):
            raise Malformed("a field that ends beyond its packet")
        taken = self._payload[self._at : end]
        self._at = end
        return taken

    def octet(self) -> int:
        return self.octets(1)[0]

    def string(self) -> bytes:
        return self.octets(int.from_bytes(self.octets(4), "big"))

    def mpint(self) -> int:
        """Malformed for a negative number: no field that we read may be one."""
        content = self.string()
        if content[:1] >= b"\x80":
            raise Malformed("a negative number")
        return int.from_bytes(content, "big")

    def names(self) -> tuple[str, ...]:
        content = self.string()
        words = content.decode("latin-1").split(",") if content else []
        if len(words) > MOST_NAMES or not all(NAME.fullmatch(word) for word in words):
            raise Malformed("a name list that holds no names")
        return tuple(words)
