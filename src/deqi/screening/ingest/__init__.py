"""Exports of hospitals to columns."""
