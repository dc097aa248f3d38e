"""The report: one self-contained file that a person reads, offline or in print."""

from stillwatch.cli.report.page import render

__all__ = ["render"]
