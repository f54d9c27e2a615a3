"""Runs every benchmark there is, one after the other: `python -m tests.benchmarks [runs]`. No test."""

import sys
from importlib import import_module
from pkgutil import iter_modules

from tests import benchmarks


def main(runs: int = 5) -> None:
    """Every module here but this one has a `main(runs)`."""
    for module in iter_modules(benchmarks.__path__):
        if module.name != "__main__":
            import_module(f"{benchmarks.__name__}.{module.name}").main(runs)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
