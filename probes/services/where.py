"""Whether a dialogue is due with a service, from the target alone."""

from scanner.model.target import Target

TCP, UDP = "tcp", "udp"
UNKNOWN = "unknown"


def spoken_or_silent(target: Target, protocol: str, ports: tuple[int, ...]) -> bool:
    """The protocol was recognised; or nothing was, where it usually lives: a check there then has its reason.

    By name only TLS and HTTP are asked; the service on the address is an asset of its own (R2).
    """
    if target.name is not None or target.transport != TCP:
        return False
    return target.protocol == protocol or (target.protocol == UNKNOWN and target.port in ports)


def answering(target: Target, protocol: str) -> bool:
    """The protocol answered over UDP."""
    return target.transport == UDP and target.protocol == protocol
