"""Every check on every asset of a scan, lane by lane: what the facts say today. Reads the store, writes nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from scanner.inspecting.registry import all_probes
from scanner.inspecting.selection import Selection
from scanner.judging import Judgement, judge, speaks_of
from scanner.judging.reach import unreached
from scanner.model.check import Check
from scanner.model.observation import Observation
from scanner.model.probe import Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict
from scanner.results.asset import DECLARATION, Asset, assets, unresolved_sites
from scanner.results.names import Names
from scanner.results.reachable import Excluded, Reach
from scanner.results.shared_keys import OFFER, SharedKeys
from scanner.results.suspended_name import asked_by_suspended_name
from scanner.store.scan import ScanStore


@dataclass(frozen=True, slots=True)
class Judged:
    """One check on one asset: all its judgements, never none."""

    check: Check
    asset: Asset
    judgements: list[Judgement]


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane, judged: its observations, its assets, and every check's word on them."""

    unit: str
    name: str
    observations: list[Observation]
    assets: list[Asset]
    judged: list[Judged]


class Judging:
    """Today's catalogue over yesterday's facts."""

    def __init__(self, store: ScanStore, selection: Selection, names: Names, *, complete: bool) -> None:
        self._store = store
        self._selection = selection
        self._names = names
        self._complete = complete
        self._reach = Reach((unit, written) for unit, written in store.meta("targets"))
        self._excluded = Excluded(store.meta("excluded") or ())
        self._shared_keys = SharedKeys(store.each_of_probe(OFFER, "sslv2_keys"))
        self._probes: Mapping[str, Probe] = {probe.name: probe for probe in selection.probes}
        self._all: Mapping[str, Probe] = {probe.name: probe for probe in all_probes()}

    def lanes(self) -> Iterator[Lane]:
        """One lane at a time: memory holds no more."""
        for unit, name in self._store.lanes():
            observations = self._store.of_lane(unit, name)
            found = [self._named(asset, observations) for asset in assets(observations)]
            yield Lane(unit, name, observations, found, list(self._judged(found)))
        for unit, name, reason in self._names.unresolved():
            sites = [Asset(site, {}, {}, reason) for site in unresolved_sites(unit, name)]
            yield Lane(unit, name, [], sites, list(self._judged(sites)))

    def _named(self, asset: Asset, observations: list[Observation]) -> Asset:
        """What is declared of a host includes what its names bring, whichever was known first; of a service, where
        its key is shown in SSL 2.0 elsewhere. `observations` are the lane's."""
        target = asset.target
        if target.kind is TargetKind.SERVICE:
            offer = asset.observations.get(OFFER)
            keys = offer.facts.get("keys") or () if offer is not None else ()
            return replace(asset, declared={**asset.declared, "sslv2_at": self._shared_keys.elsewhere(target, keys)})
        if target.kind is not TargetKind.HOST or target.address is None:
            return asset
        ports = self._names.ports(target.unit, target.address, asset.declared.get("declared_ports"))
        names = list(self._names.on(target.unit, target.address))
        told = {
            "names": names,
            "declared_ports": ports,
            "by_suspended_name": asked_by_suspended_name(target, observations),
        }
        return replace(asset, declared={**asset.declared, **told})

    def _judged(self, found: list[Asset]) -> Iterator[Judged]:
        for asset in found:
            for check in self._selection.checks:
                if check.kind is asset.target.kind:
                    yield Judged(check, asset, self._judge(check, asset))
        yield from self._unreached(found)

    def _judge(self, check: Check, asset: Asset) -> list[Judgement]:
        reason = self._selection.left_out.get(check.id)
        if reason is not None:
            concerned = speaks_of(check, asset.target) and self._wanted(check, asset.target)
            verdict = Verdict.NOT_TESTED if concerned else Verdict.NOT_APPLICABLE
            return [Judgement(check.id, asset.target, verdict, reason if concerned else None)]
        absent = self._absent(check, asset)
        judged = judge(check, asset.target, asset.observations, asset.declared, absent=absent)
        dated = [_dated(one, asset) for one in judged]
        return dated if self._complete else [_cut_short(one) for one in dated]

    def _wanted(self, check: Check, target: Target) -> bool:
        """Whether the check's probe would have had anything to ask here."""
        probe = self._all.get(check.probe or "")
        return probe is None or probe.accepts is not target.kind or probe.wants(target)

    def _absent(self, check: Check, asset: Asset) -> Reason | None:
        """Why the check's probe left nothing here; None where it had nothing to ask."""
        if asset.absent is not None:
            return asset.absent
        probe = self._probes.get(check.probe or "")
        if probe is None:
            return None
        if probe.accepts is not asset.target.kind or not probe.wants(asset.target):
            return None
        return self._barred(asset.target) or (Reason.PROBE_FAULT if self._complete else Reason.INTERRUPTED)

    def _barred(self, target: Target) -> Reason | None:
        """Why today's file let nothing more be asked there: a scan may go on by a narrower one (R22)."""
        if self._excluded.holds(target.name, target.address):
            return Reason.EXCLUDED
        bare = target.name in (None, target.address)
        return Reason.OUT_OF_SCOPE if bare and not self._reach.covers(target.unit, None, target.address) else None

    def _unreached(self, found: list[Asset]) -> Iterator[Judged]:
        """Presence checks where nothing answers: a closed or filtered port is an answer (R13)."""
        services = (asset.target for asset in found if asset.target.kind is TargetKind.SERVICE)
        answered = {(service.transport, service.port) for service in services}
        for host in found:
            if host.target.kind is not TargetKind.HOST or DECLARATION not in host.observations:
                continue
            for check in self._selection.checks:
                if check.presence and check.kind is TargetKind.SERVICE:
                    for transport, port in sorted(check.places - answered):
                        yield self._at(check, host, transport, port)

    def _at(self, check: Check, host: Asset, transport: str, port: int) -> Judged:
        target = replace(host.target, kind=TargetKind.SERVICE, transport=transport, port=port)
        left_out = self._selection.left_out.get(check.id)
        if left_out is not None:
            judgement = Judgement(check.id, target, Verdict.NOT_TESTED, left_out)
        else:
            judgement = unreached(check, target, host.observations, complete=self._complete)
        return Judged(check, Asset(target, {}, host.declared), [judgement])


def _dated(judgement: Judgement, asset: Asset) -> Judgement:
    """What is judged over several observations dates from the last of them."""
    if judgement.at is not None or not asset.observations:
        return judgement
    return replace(judgement, at=max(one.at for one in asset.observations.values()))


def _cut_short(judgement: Judgement) -> Judgement:
    """In a scan that broke off, what a function of several observations misses was interrupted, not unselected."""
    if judgement.verdict is Verdict.NOT_TESTED and judgement.reason is Reason.NOT_SELECTED:
        return replace(judgement, reason=Reason.INTERRUPTED)
    return judgement
