"""Sentences of the command line, as they read where there are no options."""

from __future__ import annotations

import re

_OPTION = re.compile(r"(?<![\w-])--(?=[a-z])")


def without_dashes(said: str) -> str:
    """``--measure RR`` is the field ``measure`` of a form or of a request."""
    return _OPTION.sub("", said)
