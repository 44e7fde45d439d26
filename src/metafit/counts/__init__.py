"""Estimators that use counts themselves, with nothing added to zeros."""
