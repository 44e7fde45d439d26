"""The knowledge as shipped, and a copy to change."""

from tests.knowledge.conftest import copy, spoil

__all__ = ["copy", "spoil"]
