"""What a service said of itself: protocol, product, version, banner. Not where it was asked, and no judgement."""

from dataclasses import dataclass

from probes.services.banner import printable


@dataclass(frozen=True, slots=True)
class Identity:
    """One recognised service.

    `product` and `version` are as the service wrote them, "" where it did not. `discloses_version` says that both
    stand in words which the protocol does not demand. `banner` is printable, masked and at most 200 characters.
    `status` is the HTTP status code, None for everything else. `offers_tls` says whether the service, spoken to in
    the clear, offered its protocol's own step into TLS; None where the protocol has none, or it was not told.
    """

    protocol: str
    product: str = ""
    version: str = ""
    banner: str = ""
    discloses_version: bool = False
    status: int | None = None
    offers_tls: bool | None = None


def named(
    protocol: str, line: bytes | str, product: str = "", version: str = "", *, demanded: bool = False
) -> Identity:
    """An identity with its banner made printable; `demanded` where the protocol itself asks for the version."""
    discloses = bool(product and version) and not demanded
    return Identity(protocol, printable(product), printable(version), printable(line), discloses)
