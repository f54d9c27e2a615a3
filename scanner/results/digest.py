"""The facts and evidence of a scan as one canonical stream of bytes: what the digests on the cover are over."""

import hashlib
import json
from collections.abc import Iterable, Iterator

from scanner.model.observation import Observation


def fact_lines(observations: Iterable[Observation]) -> Iterator[bytes]:
    """One line of JSON (ASCII, keys sorted) for each: what was asked, when, what was seen, its evidence's digests."""
    for one in observations:
        line = json.dumps(
            [
                one.probe,
                one.target.key,
                one.at.isoformat(),
                one.reason.value if one.reason else None,
                dict(one.facts),
                {key: value.value for key, value in one.gaps.items()},
                [[piece.what, piece.about, hashlib.sha256(piece.content).hexdigest()] for piece in one.evidence],
            ],
            sort_keys=True,
            separators=(",", ":"),
        )
        yield line.encode("ascii") + b"\n"
