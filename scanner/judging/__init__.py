"""Judging: pure functions from facts to verdicts."""

from scanner.judging.judge import judge, worst
from scanner.judging.judgement import Judgement

__all__ = ["Judgement", "judge", "worst"]
