"""What this scan changes in the history of places: who is new, still open, fixed, back again."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from scanner.judging import Judgement, worst
from scanner.judging.reach import SWEEPS, UNREACHABLE_NOTE, port_state
from scanner.model.check import Check
from scanner.model.network import PortState
from scanner.model.observation import Observation
from scanner.model.target import TargetKind
from scanner.model.verdict import Verdict
from scanner.results.finding import Findings, place_of
from scanner.results.judged import Judged, Lane
from scanner.store.history import PastPlace
from scanner.tracking import Answer


@dataclass(slots=True)
class Answers:
    """Gathers, lane by lane, what this scan answers about the places that history knows."""

    past: dict[tuple[str, str], PastPlace]
    _passed: dict[tuple[str, str], Answer] = field(default_factory=dict)
    _passed_alike: dict[tuple[str, str, str], Answer] = field(default_factory=dict)
    _alike: dict[tuple[str, str, str], PastPlace] = field(default_factory=dict)
    _whole: set[tuple[str, str | None, str | None, int | None]] = field(default_factory=set)
    _ports: dict[tuple[str, str, str], Observation] = field(default_factory=dict)

    @classmethod
    def about(cls, places: Iterable[PastPlace]) -> "Answers":
        known = list(places)
        answers = cls({(place.finding, place.place): place for place in known})
        answers._alike = {_alike(place): place for place in known}
        return answers

    def before(self, finding: str, check: str, item: str, place: str) -> PastPlace | None:
        """What history knows of a place that fails now: under its id, or under the one it had before a name
        was added or lost (R16: twins go by the names that resolve)."""
        return self.past.get((finding, place)) or self._alike.get((check, item, place))

    def take(self, lane: Lane, findings: Findings) -> None:
        """Remember what this lane answers; nothing where history is empty."""
        if not self.past:
            return
        for asset in lane.assets:
            if asset.target.kind is TargetKind.HOST:
                for transport, probe in SWEEPS.items():
                    if probe in asset.observations:
                        self._ports[(lane.unit, lane.name, transport)] = asset.observations[probe]
        for judged in lane.judged:
            self._judged(judged, findings)

    def answer(self, place: PastPlace) -> Answer:
        """What this scan says of a place that it did not find failing."""
        told = self._passed.get((place.finding, place.place)) or self._passed_alike.get(_alike(place))
        if told is not None:
            return told
        host, address, port = (place.record.get(key) for key in ("host", "address", "port"))
        if (place.record.get("check", ""), host, address, port) in self._whole:
            return Answer.PASSED
        transport = place.record.get("transport") or ""
        ports = self._ports.get((place.record.get("unit_key", ""), address or "", transport))
        if ports is None or port is None:
            return Answer.UNASKED
        match port_state(ports, port):
            case PortState.CLOSED:
                return Answer.CLOSED
            case PortState.FILTERED if ports.facts.get("answers"):
                return Answer.FILTERED  # a host that is silent everywhere says nothing of this port (R14)
            case _:
                return Answer.UNASKED

    def _judged(self, judged: Judged, findings: Findings) -> None:
        check: Check = judged.check
        for judgement in judged.judgements:
            if judgement.verdict is Verdict.PASS:
                number, _ = findings.identity(check, judgement)
                key = place_of(judgement).key
                self._passed[(number, key)] = _how(judgement)
                self._passed_alike[(check.id, judgement.discriminator, key)] = _how(judgement)
        if check.exhaustive and worst(judged.judgements).verdict in (Verdict.PASS, Verdict.FAIL):
            target = judged.asset.target
            self._whole.add((check.id, target.name, target.address, target.port))


def _alike(place: PastPlace) -> tuple[str, str, str]:
    """Check, item and place: the same thing on the wire, whatever id it was filed under."""
    row = place.record.get("row") or {}
    return row.get("check", ""), row.get("item") or "", place.place


def _how(judgement: Judgement) -> Answer:
    return Answer.FILTERED if judgement.note == UNREACHABLE_NOTE else Answer.PASSED
