"""A person, answers and a plan given to ``deqi assess`` as files, as a user would; what it prints comes back."""

import contextlib
import csv
import dataclasses
import io
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from deqi.cli import main
from deqi.knowledge import load

AS_OF = "2026-11-24"

# Questions where *no* is the worrying answer; everything else is reassuring when answered no.
ADVERSE_WHEN_NO = frozenset(
    {
        "capacity-confirmed",
        "consent-given",
        "stimulator-charge-balanced",
        "pregnancy-weeks-known",
        "vasculitis-stable",
        "cidp-or-mmn-treated",
        "b12-treatment-started",
        "plan-details",
        "needles-details",
        "practitioner-details",
        "session-details",
        "plan-sides",
        "plan-current-pairs",
    }
)
# A clearance is a clinician's finding: nobody has one who was not asked for it.
CLEARANCE = "cleared-"


@dataclasses.dataclass(frozen=True)
class Ran:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def all_answered(given: dict[str, Any]) -> dict[str, Any]:
    """Every yes-no question answered so that nothing is of concern, but for the answers given."""
    reassuring = {
        row["question"]: "yes" if row["question"] in ADVERSE_WHEN_NO else "no"
        for row in rows("questions")
        if row["type"] == "yes-no" and not row["question"].startswith(CLEARANCE)
    }
    return reassuring | given


def asked_on_the_day() -> list[str]:
    """The yes-no questions of the day of the session."""
    return [row["question"] for row in rows("questions") if row["type"] == "yes-no" and row["stage"] == "session"]


def rows(table: str) -> list[dict[str, str]]:
    """A table of the knowledge as it stands in its file."""
    with (load().folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def assess(person: dict[str, Any], plan: dict[str, Any], answers: dict[str, Any] | None = None, *flags: str) -> Ran:
    """``deqi assess`` of the person with the plan on ``AS_OF``; JSON is YAML too, so the files are JSON."""
    given = {"person": person, "plan": plan}
    if answers:
        given["answers"] = {"date": AS_OF, "answers": answers}
    with tempfile.TemporaryDirectory() as folder:
        words = ["assess", "--as-of", AS_OF, *flags]
        for option, content in given.items():
            file = Path(folder) / f"{option}.json"
            file.write_text(json.dumps(content), encoding="utf-8")
            words += [f"--{option}", str(file)]
        return run(*words)


def run(*words: str) -> Ran:
    """``deqi WORDS`` in process."""
    out, err, before, code = io.StringIO(), io.StringIO(), sys.argv, 0
    sys.argv = ["deqi", *words]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main.run()
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        sys.argv = before
    return Ran(code, out.getvalue(), err.getvalue())


def place_of(needling: dict[str, Any]) -> str:
    """The point or the region of a needling, as written in the plan."""
    return str(needling.get("point") or needling.get("region") or needling.get("site"))
