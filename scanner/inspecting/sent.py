"""What a scan sent over all its runs: the one that broke off and those that went on with it. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from scanner.model.network import Traffic


def in_all(earlier: Mapping[str, Any] | None, now: Traffic) -> dict[str, Any]:
    """`now` added to what was kept of the runs before, as it is kept; a peak is the highest of all runs."""
    before = Traffic(**earlier) if earlier else Traffic()
    added = (
        "connections", "datagrams", "requests", "bytes_sent", "bytes_received", "refused_out_of_scope"
    )  # fmt: skip
    peak = max(before.peak_requests_per_second_per_address, now.peak_requests_per_second_per_address)
    sums = {key: getattr(before, key) + getattr(now, key) for key in added}
    by_class = dict(Counter(before.by_class) + Counter(now.by_class))
    return asdict(replace(now, **sums, peak_requests_per_second_per_address=peak, by_class=by_class))
