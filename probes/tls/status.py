"""What can be known of a certificate's revocation: the words that OCSP and revocation lists have in common."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from scanner.model.verdict import Reason

CLOCKS = timedelta(minutes=5)
"""How far an authority's clock and ours may lie apart."""
UNTIL_UNTOLD = timedelta(days=1)
"""How long an answer without nextUpdate is believed: it says that something newer can be had at any time."""
REASONS = {
    0: "unspecified",
    1: "keyCompromise",
    2: "cACompromise",
    3: "affiliationChanged",
    4: "superseded",
    5: "cessationOfOperation",
    6: "certificateHold",
    8: "removeFromCRL",
    9: "privilegeWithdrawn",
    10: "aACompromise",
}
"""RFC 5280 section 5.3.1."""


class Status(StrEnum):
    """UNTOLD: the answer proves neither."""

    GOOD = "good"
    REVOKED = "revoked"
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True)
class Answer:
    """`what` is the reason given for a revocation, or why nothing is told; `at` when it was revoked (UTC).

    `reason` is how the looking ended where nothing is told.
    """

    status: Status
    what: str = ""
    at: datetime | None = None
    reason: Reason = Reason.MALFORMED


def reason_name(code: bytes) -> str:
    """A CRLReason's name from the octets of its ENUMERATED; nothing said is "unspecified"."""
    number = int.from_bytes(code[:2], "big")
    return REASONS.get(number, str(number))
