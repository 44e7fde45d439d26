"""Everything that can be wrong with an edition of the knowledge, found before it decides anything about a person."""

from deqi.knowledge.check.run import CheckReport, check_all
from deqi.knowledge.check.tables import Fault

__all__ = ["CheckReport", "Fault", "check_all"]
