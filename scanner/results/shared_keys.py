"""Keys that a service of the unit shows in SSL 2.0: whoever uses the same key elsewhere is exposed with it. Pure."""

from collections.abc import Iterable

from scanner.model.observation import Observation
from scanner.model.target import Target

OFFER = "tls.offer"


class SharedKeys:
    """By unit and key, the places where SSL 2.0 is spoken; another unit's are never told (R24)."""

    def __init__(self, observations: Iterable[Observation]) -> None:
        self._places: dict[tuple[str, str], list[Target]] = {}
        for observation in observations:
            for key in observation.facts.get("sslv2_keys") or ():
                self._places.setdefault((observation.target.unit, key), []).append(observation.target)

    def elsewhere(self, target: Target, keys: Iterable[str]) -> list[str]:
        """ADDRESS port NUMBER of every other place that speaks SSL 2.0 with one of these keys."""
        found = (place for key in keys for place in self._places.get((target.unit, key), ()))
        here = (target.address, target.port)
        told = [f"{place.address} port {place.port}" for place in found if (place.address, place.port) != here]
        return list(dict.fromkeys(told))
