"""Yuanjian (遠檢): automated technical compliance inspection. This package is the engine."""

__version__ = "0.1.0"
