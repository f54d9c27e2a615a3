"""Kafka as it answers ApiVersions, which every listener does before any login. No topic is asked for."""

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named
from probes.services.kafka_wire import API_VERSIONS, METADATA, body, request, versions, whole_response


def question(host: str) -> bytes:
    """Version 0, which new brokers answer too (Kafka protocol guide, "Retrieving Supported API versions")."""
    return request(API_VERSIONS, 0)


def recognise(data: bytes) -> Identity | None:
    """An answer to our number that lists versions, those of Metadata among them."""
    content = body(data)
    known = versions(content) if content is not None else None
    if not known or METADATA not in known:
        return None
    return named("kafka", f"ApiVersions: {len(known)} APIs")


DIALOGUE = Dialogue(
    "kafka",
    recognise,
    ports=(9092, 9093, 9094),
    question=question,
    elsewhere=65,
    inside_tls=True,
    complete=whole_response,
)
