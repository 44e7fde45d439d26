"""From the assembled report to a page of sections, in the order a reader asks."""

from deqi.report.sections.page import build_page

__all__ = ["build_page"]
