"""Kafka's requests (Kafka protocol guide): which versions a broker knows, and its metadata without any topic."""

from probes.services.length import told

METADATA, SASL_HANDSHAKE, API_VERSIONS = 3, 17, 18
NUMBER = b"\x59\x6a\x00\x01"
CLIENT = b"\x00\x08yuanjian"
NO_TOPICS = bytes(4)
OLDEST, NEWEST = 1, 8
"""Versions of Metadata that are asked: below 1 no topics would mean all of them, above 8 is another encoding."""
MOST_APIS = 200

whole_response = told(0, 4, beyond=4)


def request(key: int, version: int, body: bytes = b"") -> bytes:
    """One request with our number."""
    head = key.to_bytes(2, "big") + version.to_bytes(2, "big") + NUMBER + CLIENT
    return (len(head) + len(body)).to_bytes(4, "big") + head + body


def metadata(version: int) -> bytes:
    """Brokers alone: an empty list of topics, none of which is created, and nothing about permissions."""
    flags = b"\x00" * ((version >= 4) + 2 * (version >= 8))
    return request(METADATA, version, NO_TOPICS + flags)


def sasl_handshake() -> bytes:
    """Asks for a mechanism, and thereby which there are; no name and no password are ever sent."""
    return request(SASL_HANDSHAKE, 1, b"\x00\x05PLAIN")


def mechanisms(content: bytes) -> int | None:
    """How many mechanisms a SaslHandshake response offers: taken (0) or another wanted (33); None for anything else."""
    if len(content) < 6 or _short(content[:2]) not in (0, 33):
        return None
    count = _short(content[2:6])
    return count if 1 <= count <= 32 and len(content) >= 6 + 3 * count else None


def body(response: bytes) -> bytes | None:
    """What follows our number; None for what is no answer of ours."""
    length = int.from_bytes(response[:4], "big")
    return response[8 : 4 + length] if len(response) >= 8 and response[4:8] == NUMBER and length >= 4 else None


def versions(content: bytes) -> dict[int, tuple[int, int]] | None:
    """By API, the oldest and newest version known (ApiVersions version 0); None where it is another thing.

    Error 35 (UNSUPPORTED_VERSION) comes with the list as well.
    """
    if len(content) < 6 or int.from_bytes(content[:2], "big") not in (0, 35):
        return None
    count = int.from_bytes(content[2:6], "big")
    if not 1 <= count <= MOST_APIS or len(content) < 6 + 6 * count:
        return None
    rows = (content[at : at + 6] for at in range(6, 6 + 6 * count, 6))
    return {_short(row[:2]): (_short(row[2:4]), _short(row[4:6])) for row in rows}


def brokers(content: bytes, version: int) -> int | None:
    """How many brokers a Metadata response of that version names; None where it is another thing."""
    at = 4 if version >= 3 else 0  # the throttle time
    if len(content) < at + 4:
        return None
    count = int.from_bytes(content[at : at + 4], "big")
    if not 1 <= count <= 10_000 or len(content) < at + 4 + 4 + 2:
        return None
    host = int.from_bytes(content[at + 8 : at + 10], "big")
    return count if 1 <= host <= 255 and len(content) >= at + 10 + host + 4 else None


def _short(data: bytes) -> int:
    return int.from_bytes(data, "big")
