"""Presence checks where nothing accepts: what a closed, filtered or untold port says (R12, R13). Pure."""

from collections.abc import Mapping

from scanner.judging.judgement import Judgement
from scanner.model.check import Check
from scanner.model.network import PortState
from scanner.model.observation import Observation
from scanner.model.target import Target
from scanner.model.verdict import Reason, Verdict

SWEEP = "ports.tcp"
SWEEPS = {"tcp": SWEEP, "udp": "ports.udp"}
"""The probe that asks a host's ports, by transport."""

UNREACHABLE_NOTE = "unreachable-from-vantage"
"""A pass by R13: filtered here; another vantage may see otherwise."""


def port_state(sweep: Observation, port: int) -> PortState | None:
    """What a sweep's facts say of a port; None where it was not asked, or no sweep was seen."""
    if not sweep.observed or sweep.facts.get("all_open"):
        return None
    for state, pairs in sweep.facts.get("states", {}).items():
        if any(first <= port <= last for first, last in pairs):
            return PortState(state)
    return None


def untold_reason(sweep: Observation, port: int) -> Reason | None:
    """Why a port told nothing, where the sweep keeps that by port: over UDP, silence is no state (R13)."""
    for reason, pairs in sweep.facts.get("reasons", {}).items():
        if any(first <= port <= last for first, last in pairs):
            return Reason(reason)
    return None


def unreached(check: Check, target: Target, observations: Mapping[str, Observation], *, complete: bool) -> Judgement:
    """Judge a presence check at a port where no service was observed; `observations` are the host's."""
    sweep = observations.get(SWEEPS[target.transport])
    if sweep is None:
        reason = Reason.NOT_SELECTED if complete else Reason.INTERRUPTED
        return Judgement(check.id, target, Verdict.NOT_TESTED, reason)
    if not sweep.observed:
        return Judgement(check.id, target, Verdict.NOT_TESTED, sweep.reason, at=sweep.at)
    if sweep.facts.get("all_open"):
        return Judgement(check.id, target, Verdict.NOT_TESTED, Reason.MIDDLEBOX, at=sweep.at)
    if (untold := untold_reason(sweep, target.port or 0)) is not None:
        return Judgement(check.id, target, Verdict.NOT_TESTED, untold, at=sweep.at)
    match port_state(sweep, target.port or 0):
        case PortState.CLOSED:
            return Judgement(check.id, target, Verdict.PASS, at=sweep.at)
        case PortState.FILTERED if sweep.facts.get("answers"):
            return Judgement(check.id, target, Verdict.PASS, note=UNREACHABLE_NOTE, at=sweep.at)
        case None:
            return Judgement(check.id, target, Verdict.NOT_TESTED, Reason.NOT_SELECTED, at=sweep.at)
        case PortState.OPEN:
            # It accepted the sweep and gave nothing to judge afterwards.
            return Judgement(check.id, target, Verdict.NOT_TESTED, Reason.TIMED_OUT, at=sweep.at)
        case _:
            reason = sweep.gaps.get("answers") or sweep.gaps.get("open") or Reason.TIMED_OUT
            return Judgement(check.id, target, Verdict.NOT_TESTED, reason, at=sweep.at)
