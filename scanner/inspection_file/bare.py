"""A bare scan: targets from the command line as an inspection of the kind self. Resolves nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from scanner.inspection_file.address import read_address
from scanner.inspection_file.authority import NotEntitled, Refusal
from scanner.inspection_file.crossing import MOST_OF_SCAN, address_count, is_loopback, over_limits
from scanner.inspection_file.fault import Fault, InspectionFileError
from scanner.inspection_file.line import read_line
from scanner.model.authority import Authority, Kind, Window
from scanner.model.inspection import Callbacks, Confirmed, Inspection, Limits, ListedTarget, Unit
from scanner.model.probe import Profile
from scanner.model.text import Language

LASTS = timedelta(days=1)


def from_targets(
    targets: Sequence[str],
    *,
    now: datetime,
    statement: str | None = None,
    own_addresses: Sequence[str] = (),
    not_critical: bool = False,
    profile: Profile = Profile.STANDARD,
    exclude: Sequence[str] = (),
    limits: Limits | None = None,
    callbacks: Callbacks | None = None,
    third_parties: tuple[str, ...] = ("dns",),
    only: tuple[str, ...] = (),
    skip: tuple[str, ...] = (),
    timezone: str = "Asia/Shanghai",
    language: Language = "en",
) -> Inspection:
    """The inspection that `scan` carries out, of one unit with the key "self".

    `own_addresses` are literal addresses that the user confirmed as one's own (what the names resolve to).
    Raises InspectionFileError with every bad target, over 256 addresses (R4) or above the ceilings; and
    NotEntitled without `statement` and `not_critical`, save where every target is loopback.
    """
    faults: list[Fault] = []
    listed = _lines("targets", targets, faults)
    excluded = _lines("exclude", exclude, faults)
    confirmed = _own(own_addresses, now, faults)
    faults += _bounds(listed, limits or Limits(), told=bool(faults))
    if faults:
        raise InspectionFileError(faults, language)
    if not all(is_loopback(target) for target in listed):
        _entitle(statement, not_critical, language)
    return Inspection(
        id=f"scan-{now.astimezone(ZoneInfo(timezone)):%Y%m%dT%H%M%S}",
        title=Fault("title-bare", values={"targets": ", ".join(target.written for target in listed)}).wrong(language),
        kind=Kind.SELF,
        authority=Authority(statement=statement),
        window=Window(now, now + LASTS, timezone),
        units=(Unit("self", "self", targets=listed, exclude=excluded, confirmed=confirmed),),
        limits=limits or Limits(),
        callbacks=callbacks or Callbacks(),
        third_parties=third_parties,
        profile=profile,
        only=only,
        skip=skip,
        bare=True,
        warnings=tuple(
            Fault("exclude-name", values={"name": target.name}).in_language(language)
            for target in excluded
            if target.name
        ),
    )


def _entitle(statement: str | None, not_critical: bool, language: Language) -> None:
    refusals = []
    if not (statement or "").strip():
        refusals.append(Refusal("authorised-missing", "intrusion"))
    if not not_critical:
        refusals.append(Refusal("critical-unsaid", "critical-infrastructure"))
    if refusals:
        raise NotEntitled(refusals, language)


def _lines(key: str, written: Sequence[str], faults: list[Fault]) -> tuple[ListedTarget, ...]:
    found: dict[ListedTarget, None] = {}
    for index, line in enumerate(written):
        target = read_line(line, any_size=key == "exclude")
        if isinstance(target, Fault):
            faults.append(Fault(target.code, (key, index), values=target.values))
        elif key == "exclude" and (target.url or target.ports):
            faults.append(Fault("exclusion-part", (key, index), values={"text": line}))
        else:
            found[target] = None
    return tuple(found)


def _own(written: Sequence[str], now: datetime, faults: list[Fault]) -> tuple[Confirmed, ...]:
    found = []
    for index, line in enumerate(written):
        address = read_address(line)
        if isinstance(address, Fault):
            faults.append(Fault(address.code, ("own_addresses", index), values=address.values))
        else:
            found.append(Confirmed(address, "self", now.date()))
    return tuple(found)


def _bounds(listed: tuple[ListedTarget, ...], limits: Limits, *, told: bool) -> list[Fault]:
    """`told`: a target was named, and what is wrong with it is told already."""
    faults = over_limits(limits, listed)
    if not listed and not told:
        faults.append(Fault("scan-nothing", ("targets",)))
    if (count := address_count(listed)) > MOST_OF_SCAN:
        faults.append(Fault("scan-large", ("targets",), values={"count": count, "most": MOST_OF_SCAN}))
    return faults
