"""What was heard where a suspended system's name leads: asked by its name, as its address may be another's. Pure."""

from collections.abc import Iterable
from typing import Any

from scanner.model.observation import Observation
from scanner.model.target import Target, TargetKind
from scanner.results.asset import DECLARATION, IDENTIFY


def asked_by_suspended_name(host: Target, observations: Iterable[Observation]) -> list[dict[str, Any]]:
    """One row a name and port: whether it answered, else for which reason not; with when, and the proof.

    `observations` are the lane's. A name whose web ports were refused is no asset, but its refusal is an answer.
    """
    known = list(observations)
    suspended = {
        one.target.key
        for one in known
        if one.probe == DECLARATION
        and one.target.kind is TargetKind.SERVICE
        and one.target.name not in (None, one.target.address)
        and one.facts.get("suspended") is True
    }
    return [
        {
            "name": one.target.name,
            "port": one.target.port,
            "answered": one.observed,
            "reason": one.reason,
            "at": one.at,
            "evidence": one.evidence,
        }
        for one in known
        if one.probe == IDENTIFY and one.target.key in suspended and one.target.address == host.address
    ]
