"""The inspection report as one HTML file, rendered from results.json and nothing else."""

from reports.html.report import render

__all__ = ["render"]
