"""Every type that goes into a verb or comes out of one."""

from deqi.api.library import Library
from deqi.api.look_up import Cited, Gaps
from deqi.api.requests import (
    AssessRequest,
    DemoRequest,
    NetworkRequest,
    PlanRequest,
    PoolRequest,
    ReportRequest,
    ScreenRequest,
    SparkRequest,
)
from deqi.api.results import Assessed, OnePerson, Screened
from deqi.errors import InputError
from deqi.evidence.benefits import BenefitCell, Evidence
from deqi.evidence.library import TrialLine
from deqi.evidence.outcomes import Benefit, Synthesis
from deqi.evidence.repool import Repooled
from deqi.evidence.table.contrasts import NetworkTable
from deqi.evidence.table.pooled import PooledTable
from deqi.evidence.table.reading import Table
from deqi.evidence.trials import TrialCard
from deqi.knowledge import Knowledge
from deqi.knowledge.atlas import PointCard
from deqi.knowledge.rules import Rule
from deqi.knowledge.tables.sources import Source
from deqi.knowledge.tables.vocabulary import Question
from deqi.knowledge.tables.words import Claim
from deqi.people.facts import Answer, Fact, Person
from deqi.people.files.settings import ClinicSettings
from deqi.report.blocks import Block, Figure, Page
from deqi.report.chain import Chain
from deqi.report.model import Report
from deqi.report.topics import Topic
from deqi.safety.cases.run import CasesReport
from deqi.safety.compare import Changes
from deqi.safety.document import AssessmentDocument
from deqi.safety.engine import Engine
from deqi.safety.explain import Explained
from deqi.safety.findings import Assessment, Finding
from deqi.safety.needling.plan import Needling, Plan
from deqi.safety.needling.shorthand import Jotted, Refused
from deqi.safety.plancheck.check import PlanCheck

__all__ = [
    "Answer",
    "AssessRequest",
    "Assessed",
    "Assessment",
    "AssessmentDocument",
    "Benefit",
    "BenefitCell",
    "Block",
    "CasesReport",
    "Chain",
    "Changes",
    "Cited",
    "Claim",
    "ClinicSettings",
    "DemoRequest",
    "Engine",
    "Evidence",
    "Explained",
    "Fact",
    "Figure",
    "Finding",
    "Gaps",
    "InputError",
    "Jotted",
    "Knowledge",
    "Library",
    "Needling",
    "NetworkRequest",
    "NetworkTable",
    "OnePerson",
    "Page",
    "Person",
    "Plan",
    "PlanCheck",
    "PlanRequest",
    "PointCard",
    "PoolRequest",
    "PooledTable",
    "Question",
    "Refused",
    "Repooled",
    "Report",
    "ReportRequest",
    "Rule",
    "ScreenRequest",
    "Screened",
    "Source",
    "SparkRequest",
    "Synthesis",
    "Table",
    "Topic",
    "TrialCard",
    "TrialLine",
]
