"""Asking a laboratory site one probe, and judging what came by the catalogue."""

import asyncio
from collections.abc import Mapping
from typing import Any

from scanner.catalogue.loader import load
from scanner.judging import Judgement, judge, worst
from scanner.model.observation import Observation
from scanner.model.probe import Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict
from tests.asking import ask

MAINLAND: Mapping[str, Any] = {"mainland": True}


def site(
    address: str, scheme: str = "http", name: str | None = "www.school.example", port: int | None = None
) -> Target:
    """A site by its name, or by its address where `name` is None."""
    usual = {"http": 80, "https": 443}[scheme]
    return Target(
        TargetKind.SITE,
        "self",
        name=name or address,
        address=address,
        port=port or usual,
        scheme=scheme,
        protocol="http",
    )


def observed(probe: Probe, target: Target, **more: Any) -> Observation:
    return asyncio.run(ask(probe, target, **more))


def judgements(check: str, observation: Observation, declared: Mapping[str, Any] = MAINLAND) -> list[Judgement]:
    return judge(load().checks[check], observation.target, {observation.probe: observation}, declared)


def verdict(
    check: str, observation: Observation, declared: Mapping[str, Any] = MAINLAND
) -> Verdict | tuple[Verdict, Reason | None]:
    """The check's worst verdict on the asset; with its reason where it was not tested."""
    one = worst(judgements(check, observation, declared))
    return (one.verdict, one.reason) if one.verdict is Verdict.NOT_TESTED else one.verdict


def failing(observation: Observation) -> set[str]:
    """The checks of the observation's probe that fail."""
    checks = [check.id for check in load().checks.values() if check.probe == observation.probe]
    return {check for check in checks if verdict(check, observation) is Verdict.FAIL}
