"""What is asked and judged this time: by profile, by the file, by the command line."""

from collections.abc import Sequence
from dataclasses import dataclass

from scanner.catalogue.loader import Catalogue
from scanner.model.check import Check
from scanner.model.probe import Impact, Probe, Profile
from scanner.model.said import Said
from scanner.model.verdict import Reason


@dataclass(frozen=True, slots=True)
class Choice:
    """What the user asked for beyond the profile. Names are probes, areas, or check ids."""

    profile: Profile
    probes: tuple[str, ...] = ()
    no_probes: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    allow_marked: bool | tuple[str, ...] = False


@dataclass(frozen=True, slots=True)
class Selection:
    """The probes to run, and for every check that will not be judged, why."""

    probes: tuple[Probe, ...]
    checks: tuple[Check, ...]
    left_out: dict[str, Reason]


def select(choice: Choice, catalogue: Catalogue, probes: Sequence[Probe]) -> Selection:
    """Choose checks by profile, lists and impact; then the probes that they need, and those that lead there."""
    only, skip = catalogue.with_areas(choice.only), catalogue.with_areas(choice.skip)
    wanted, unwanted = _named(choice.probes, probes), _named(choice.no_probes, probes)
    left_out: dict[str, Reason] = {}
    for check in catalogue.checks.values():
        if not _permitted(check, choice):
            left_out[check.id] = Reason.NOT_PERMITTED
        elif (
            not choice.profile.includes(check.profile)
            or (only and check.id not in only)
            or check.id in skip
            or (wanted and check.probe and check.probe not in wanted)
            or check.probe in unwanted
        ):
            left_out[check.id] = Reason.NOT_SELECTED
    kept = [check for check in catalogue.checks.values() if check.id not in left_out]
    needed = {probe for check in kept for probe in (check.probe, *check.beside)}
    chosen = [probe for probe in probes if _runs(probe, needed, unwanted) or _named_alone(probe, choice, unwanted)]
    return Selection(tuple(chosen), tuple(catalogue.checks.values()), left_out)


def udp_ports(selection: Selection) -> tuple[int, ...]:
    """The UDP ports that the chosen checks speak of."""
    chosen = (check for check in selection.checks if check.id not in selection.left_out)
    return tuple(sorted({port for check in chosen for port in check.udp_ports}))


def _permitted(check: Check, choice: Choice) -> bool:
    if check.impact is not Impact.MARKED or isinstance(choice.allow_marked, bool):
        return check.impact is not Impact.MARKED or choice.allow_marked is True
    return check.id in choice.allow_marked


def _runs(probe: Probe, needed: set[str | None], unwanted: frozenset[str]) -> bool:
    """Who finds the way for others runs whatever is chosen; what is marked runs for its own check alone."""
    leads_on = (
        probe.finds_way
        and probe.impact is not Impact.MARKED
        and not (probe.leads_to and needed.isdisjoint(probe.leads_to))
    )
    return probe.name not in unwanted and (probe.name in needed or leads_on)


def _named_alone(probe: Probe, choice: Choice, unwanted: frozenset[str]) -> bool:
    """A marked probe that serves no check runs only where the file names it: `true` does not (R26)."""
    allowed = choice.allow_marked if isinstance(choice.allow_marked, tuple) else ()
    named = probe.impact is Impact.MARKED and probe.name in allowed and probe.name not in unwanted
    return named and choice.profile.includes(probe.profile)


def _named(names: Sequence[str], probes: Sequence[Probe]) -> frozenset[str]:
    """Probe names that `--probe` or `--no-probe` means: a probe, or an area such as "tls"."""
    known = {part for probe in probes for part in (probe.name, probe.area)}
    if unknown := set(names) - known:
        raise Said("no-probe", unknown=", ".join(sorted(unknown)))
    return frozenset(probe.name for probe in probes if {probe.name, probe.area} & set(names))
