"""The outcome of one check on one asset, or on one item of it. Not yet a finding: no history, no clause."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from scanner.model.check import Confidence, Severity
from scanner.model.observation import Evidence
from scanner.model.target import Target
from scanner.model.verdict import Reason, Verdict


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one check says of one asset or one item of it.

    `reason` is set only for not-tested; `severity` only for fail. `port` is the finding's port where it is
    not the target's own. `discriminator` tells one item's finding from its neighbours'. `seen` fills the
    check's sentence. `note` qualifies a pass ("unreachable-from-vantage"). `at` is the moment of the
    observation judged, None where there was none. `identifiers` are CVE, CNVD and CNNVD numbers of what was found.
    """

    check: str
    target: Target
    verdict: Verdict
    reason: Reason | None = None
    severity: Severity | None = None
    confidence: Confidence = Confidence.CONFIRMED
    port: int | None = None
    discriminator: str = ""
    seen: Mapping[str, Any] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    note: str | None = None
    at: datetime | None = None
    identifiers: tuple[str, ...] = ()
