"""Nothing is kept that nobody uses: names of the code, and columns of the knowledge."""

from __future__ import annotations

import re

import msgspec
import pytest

from deqi.api import Library, look_up
from deqi.errors import InputError
from deqi.knowledge.tables import TABLES
from deqi.knowledge.tables.base import PROVENANCE
from tests.support import dead

pytestmark = pytest.mark.no_cover
CALLED_FROM_OUTSIDE = {
    r"deqi/cli/knowledge\.py sign_off": "a command",
    r"deqi/web/.*urls\.py (urlpatterns|handler\d+|to_python|to_url)": "read by Django",
    r"deqi/web/site/settings\.py [A-Z_0-9]+": "read by Django",
    r"deqi/web/site/\w+\.py process_exception": "called by Django",
    r"deqi/evidence/table/webtable\.py handle_\w+": "called by html.parser",
    r"deqi/screening/sql/dialects\.py visit_\w+": "called by ibis",
    r"deqi/screening/sql/columns\.py tables_of": "the other half of the proof that both engines agree",
    r"deqi/report/schema\.py (schema_text|PUBLISHED)": "a test holds the published schema to the code",
    r"deqi/report/decision/text\.py MOST_LINES": "a test holds the page to it",
    r"metafit/.* (_repr_html_|_repr_svg_|_repr_pretty_|to_frame|save)": "called by notebooks and by users",
}
"""Names that nothing in ``src`` reads, and who does."""

NOTES = ("note", "reason", "why", "decides", "derived")
"""Columns that tell a reviewer why a row is as it is; some tables show them to readers too."""

REVIEWED = {
    "techniques": ("its name for clinicians", ("name",)),
    "observations": ("on which side it is a hazard", ("hazardous",)),
    "drug_products": ("what the code is called, to check it by eye", ("display",)),
    "segments": ("the landmarks at its ends, in words", ("top", "bottom")),
    "points": ("how books class it", ("standard", "classes")),
    "point_anatomy": ("anatomy beside the nerves", ("surface", "subregion", "dermatome_basis", "risk_inferred")),
    "point_depths": (
        "what each textbook says; the lowest is read",
        ("cun_high", "mm_low", "mm_high", "cun_source_a", "cun_source_b", "cun_source_c", "sources_agree"),
    ),
    "point_names": ("whose name it is", ("scope",)),
    "region_hazards": ("whose the limit is; so far all are our own", ("cap_basis",)),
    "measured_depths": (
        "the measurement as its paper prints it; the millimetres made of it are read",
        ("place", "value_mm", "low_mm", "high_mm", "who"),
    ),
    "hazard_texts": ("what textbooks say beside their depth", ("safe_angle_text", "neuropathy_use")),
    "comparators": ("what it is called, and its place in a list", ("plain_name", "clinical_name", "order")),
    "trial_arms": ("what was done in the arms, as printed", ("points", "comparator_detail")),
    "trial_results": ("harms as the trial tells them, in words", ("adverse_acupuncture", "adverse_control")),
    "outcome_values": ("the arm's name and interval as printed", ("arm_label", "ci_low", "ci_high")),
    "published_pools": ("how the review pooled", ("n", "review_k", "model")),
    "published_pool_notes": ("how the review pooled", ("i2", "p", "reproducible")),
    "published_harm_pool_notes": (
        "how the review pooled",
        ("i2", "model_published", "model_inferred", "reproducible"),
    ),
    "indications": ("when it was measured", ("timepoint",)),
    "indication_details": (
        "the review behind another use",
        ("year", "design", "n_trials", "clinically_relevant", "role"),
    ),
    "harm_rows": ("what was counted, in the survey's words", ("subgroup", "definition", "serious", "counts")),
    "claims": ("how to say it to somebody", ("audience_note",)),
    "alternatives": ("which guidelines say so", ("guideline",)),
    "alternative_effects": ("when and how it was measured", ("weeks", "design")),
    "alternative_harms": ("the counts behind the difference", ("treated", "control", "nnh_low", "nnh_high")),
    "events": ("the rows that say how common it is", ("how_common_row",)),
}
"""By table, the columns for those who review or repeat the work, and why they are kept: ``deqi knowledge rows`` shows
them and nothing else reads them. A checker of types found them; the test below can only look for the name."""

EVERY_NUMBER = ("alternative_counts", "alternative_scores", "natural_courses")
"""Tables of which a report's row shows every number that is filled in."""

WHOLE = {
    "technique_hazards": "what went wrong with techniques, behind the rules about them",
    "stricta": "the items of STRICTA, to which plan files keep",
    "search_log": "where was looked, and when",
    "excluded": "what was left out, and why",
}
"""Tables for reviewers, shown by ``deqi knowledge rows``."""


def test_every_name_is_used() -> None:
    unused = {one for one in dead.unused() if not any(re.fullmatch(known, one) for known in CALLED_FROM_OUTSIDE)}
    assert unused == set(), "use it or remove it; if something outside calls it, say who"


def test_every_column_is_read_or_is_for_reviewers() -> None:
    read = dead.columns_read(apart=("knowledge/check", "knowledge/tables"))
    unread = [
        f"{name}.{field.name}"
        for name, spec in TABLES.items()
        if name not in (*WHOLE, *EVERY_NUMBER)
        for field in msgspec.structs.fields(spec.row)
        if field.name not in read and field.name not in (*PROVENANCE, *NOTES, *spec.key)
        if field.name not in REVIEWED.get(name, ("", ()))[1]
    ]
    assert unread == [], "read it, remove it, or say for which reviewer it is kept"


def test_what_is_for_reviewers_is_there() -> None:
    for table, (_, columns) in REVIEWED.items():
        assert set(columns) <= {field.name for field in msgspec.structs.fields(TABLES[table].row)}, table
    assert set(WHOLE) <= set(TABLES)


@pytest.mark.parametrize("table", TABLES)
def test_a_reviewer_can_read_every_column(table: str) -> None:
    """What a row holds and the look-up of whole rows leaves out is empty."""
    library = Library.load()
    spec = TABLES[table]
    shown = look_up.table(library, table).rows
    rows = library.knowledge.rows(spec.row)
    assert len(shown) == len(rows)
    for row, cells in zip(rows, shown.values(), strict=True):
        for field in msgspec.structs.fields(spec.row):
            value = getattr(row, field.name)
            assert (field.name in cells) == (value not in (None, "", ())), field.name


def test_what_is_no_table_or_row_is_said() -> None:
    library = Library.load()
    with pytest.raises(InputError, match="no such table"):
        look_up.table(library, "nothing")
    with pytest.raises(InputError, match="no such row in trials"):
        look_up.table(library, "trials", "nobody1999")
    assert next(iter(look_up.table(library, "excluded", "webster2000").rows["webster2000"])) == "entry"


def test_what_the_types_are_told_to_pass_over_has_a_reason() -> None:
    bare = [
        f"{path.relative_to(dead.SOURCE).as_posix()}:{number}"
        for path in dead.SOURCE.rglob("*.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"# type: ignore(\[[\w, -]+\])?\s*$", line)
    ]
    assert bare == []
