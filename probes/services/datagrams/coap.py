"""CoAP as it answers a ping, or else the question which resources there are (RFC 7252)."""

import secrets

from probes.services.coap_message import code_of, core, is_pong, ping
from probes.services.datagram import Asked, Datagram
from probes.services.identity import Identity, named


def life() -> Asked[Identity]:
    """The ping asks for no resource."""
    number = secrets.token_bytes(2)

    def recognise(data: bytes) -> Identity | None:
        return named("coap", "reset after an empty message") if is_pong(data, number) else None

    return Asked(ping(number), recognise)


def resources() -> Asked[Identity]:
    """For nodes that do not answer pings: any answer is CoAP."""
    number, token = secrets.token_bytes(2), secrets.token_bytes(4)

    def recognise(data: bytes) -> Identity | None:
        code = code_of(data, number, token)
        return None if code is None else named("coap", f"/.well-known/core: {code:.2f}")

    return Asked(core(number, token), recognise)


DATAGRAM = Datagram("coap", 5683, (life, resources))
