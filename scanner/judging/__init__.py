"""Judging: pure functions from facts to verdicts."""

from scanner.judging.judge import judge, speaks_of, worst
from scanner.judging.judgement import Judgement

__all__ = ["Judgement", "judge", "speaks_of", "worst"]
