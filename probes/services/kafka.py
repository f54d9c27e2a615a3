"""Whether Kafka gives its metadata to a stranger: the brokers alone; no topic is named, none made."""

from contextlib import suppress

from probes.services.kafka_wire import (
    API_VERSIONS,
    METADATA,
    NEWEST,
    OLDEST,
    body,
    brokers,
    mechanisms,
    metadata,
    request,
    sasl_handshake,
    versions,
)
from probes.services.openness import Answer, open_probe
from scanner.model.errors import ConnectionRefused, Malformed
from scanner.model.network import Network, Stream
from scanner.model.target import Target

PORTS = (9092, 9093, 9094)
MOST = 1 << 20


async def ask(target: Target, net: Network) -> Answer:
    """Which versions, then Metadata. A listener that wants a login hangs up on that: then which logins there are."""
    async with net.connect(tls=target.tls is True) as stream:
        known = versions(body(await _told(stream, request(API_VERSIONS, 0))) or b"")
        if known is None or METADATA not in known:
            return Answer(None, "ApiVersions: no list of versions")
        oldest, newest = known[METADATA]
        version = min(newest, NEWEST)
        if version < max(oldest, OLDEST):
            return Answer(None, f"Metadata: only versions {oldest} to {newest}")
        with suppress(Malformed, ConnectionRefused):
            return describe(await _told(stream, metadata(version)), version)
    async with net.connect(tls=target.tls is True) as stream:
        count = mechanisms(body(await _told(stream, sasl_handshake())) or b"")
        if count is None:
            return Answer(None, "Metadata: the broker hung up; SaslHandshake: no mechanism told")
        return Answer(False, f"Metadata: the broker hung up; SaslHandshake: {count} mechanisms")


async def _told(stream: Stream, question: bytes) -> bytes:
    await stream.send(question)
    head = await stream.receive_exactly(4)
    length = int.from_bytes(head, "big")
    if length > MOST:
        raise Malformed(f"a response of {length} bytes")
    return head + await stream.receive_exactly(length)


def describe(response: bytes, version: int) -> Answer:
    """Open where brokers were named."""
    content = body(response)
    count = brokers(content, version) if content is not None else None
    if count is None:
        return Answer(None, "Metadata: no reply in the protocol's form")
    return Answer(True, f"Metadata: {count} brokers named")


PROBE = open_probe("kafka", PORTS, ask, connections=4)
