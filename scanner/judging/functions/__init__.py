"""Judgements over several observations, by the names that the catalogue calls them."""

from collections.abc import Callable, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from scanner.judging.judgement import Judgement
from scanner.model.check import Check
from scanner.model.observation import Observation
from scanner.model.target import Target

Function = Callable[[Check, Target, Mapping[str, Observation], Mapping[str, Any]], list[Judgement]]


def _gather() -> dict[str, Function]:
    """Every public function of the modules here is one that a check may name; a name twice is an error."""
    found: dict[str, Function] = {}
    for module in iter_modules(__path__, f"{__name__}."):
        loaded = import_module(module.name)
        for name, value in vars(loaded).items():
            if name.startswith("_") or getattr(value, "__module__", None) != module.name or isinstance(value, type):
                continue
            if name in found:
                raise RuntimeError(f"two judging functions are called {name}")
            found[name] = value
    return found


FUNCTIONS: dict[str, Function] = _gather()
