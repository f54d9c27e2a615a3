"""Whether what an order or the command line names is there: checks, their areas, probes. All that is not is told at once."""

import difflib
from collections.abc import Callable, Iterable, Iterator, Sequence

from scanner.catalogue.loader import Catalogue
from scanner.cli.language import say
from scanner.cli.options import Asked
from scanner.model.errors import InputError
from scanner.model.inspection import Inspection
from scanner.model.probe import Impact, Probe


def hold_to_known_names(inspection: Inspection, asked: Asked, catalogue: Catalogue, probes: Sequence[Probe]) -> None:
    """InputError names each place, the name that stands there, and the one that is perhaps meant."""
    checks = {part for check in catalogue.checks for part in (check, check.partition(".")[0])}
    areas = {part for probe in probes for part in (probe.name, probe.area)}
    marked = {check.id for check in catalogue.checks.values() if check.impact is Impact.MARKED}
    marked |= {probe.name for probe in probes if probe.impact is Impact.MARKED}
    allowed = inspection.allow_marked if isinstance(inspection.allow_marked, tuple) else ()
    faults = [
        *_unknown(_check, "checks.only", inspection.only, checks),
        *_unknown(_check, "checks.skip", inspection.skip, checks),
        *_unknown(_marked, "allow_marked", allowed, marked),
        *_unknown(_check, "--check", asked.checks, checks),
        *_unknown(_check, "--skip", asked.skip, checks),
        *_unknown(_probe, "--probe", asked.probes, areas),
        *_unknown(_probe, "--no-probe", asked.no_probes, areas),
    ]
    if faults:
        raise InputError("\n".join(faults))


def _check(**told: str) -> str:
    return say("unknown-name.check", **told)


def _marked(**told: str) -> str:
    return say("unknown-name.marked", **told)


def _probe(**told: str) -> str:
    return say("unknown-name.probe", **told)


def _unknown(told: Callable[..., str], place: str, names: Iterable[str], known: set[str]) -> Iterator[str]:
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
            meant = say("error.perhaps", name=near[0]) if near else ""
            yield told(place=place, name=name, meant=meant)
