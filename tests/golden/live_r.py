"""Golden numbers: every recorded call to R run again, and compared. `python -m tests.golden [FILE ...]`

A golden file (tests/golden/**/*.json) holds `source` (whose data, and what a paper printed), `program` (R and package
versions), `load` (R code that makes `dat`, empty if the calls need no data), `data` (the columns the
Python tests read; they must be in `dat`) and `calls`: `r` the exact call, `read` what is read from its result
`res`, `ours` the same call in deqi, `want` R's numbers, `rel` the relative tolerance. The Python tests read only the
files; this script needs R with metafor, metadat, jsonlite (and mvtnorm
for the ranks of networks).

`--record` writes R's numbers into `want`, and the columns and versions, for the files named.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
#: R against itself: the same call must give the same numbers, up to another processor's rounding.
SAME = 1e-9
#: Below this, differences are rounding noise.
NOISE = 1e-12

_R = """
suppressWarnings(suppressMessages({library(metafor); library(metadat); library(jsonlite)}))
doc <- fromJSON(commandArgs(TRUE)[1], simplifyVector = FALSE)
if (nzchar(doc$load)) eval(parse(text = doc$load))
numbers <- function(x) { x <- as.numeric(unlist(x)); ifelse(is.finite(x), sprintf("%.17g", x), "NaN") }
columns <- lapply(doc$columns, function(name) if (exists("dat")) numbers(dat[[name]]) else list())
names(columns) <- unlist(doc$columns)
wanted <- lapply(doc$calls, function(call) {
  res <- suppressWarnings(suppressMessages(eval(parse(text = call$r))))
  lapply(call$read, function(code) numbers(eval(parse(text = code))))
})
version <- function(p) paste(p, as.character(packageVersion(p)))
cat(toJSON(list(program = paste0("R ", getRversion(), ", ", version("metafor"), ", ", version("metadat")),
                columns = columns, want = wanted)))
"""


def run_r(doc: dict[str, Any]) -> dict[str, Any]:
    """What R says now: program, columns, and a list of named number lists."""
    with tempfile.TemporaryDirectory() as folder:
        script, question = Path(folder) / "golden.R", Path(folder) / "doc.json"
        script.write_text(_R)
        asked = {"load": doc["load"], "columns": list(doc["data"])}
        asked["calls"] = [{"r": call["r"], "read": call["read"]} for call in doc["calls"]]
        question.write_text(json.dumps(asked))
        done = subprocess.run(
            ["Rscript", "--vanilla", str(script), str(question)], capture_output=True, text=True, check=False
        )
    if done.returncode:
        raise RuntimeError(done.stderr.strip() or "Rscript failed")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _number(text: str) -> float | int:
    value = float(text)
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def as_numbers(values: list[str]) -> Any:
    """One number, or a list; NaN as null, because JSON has none."""
    numbers = [None if value == "NaN" else _number(value) for value in values]
    return numbers[0] if len(numbers) == 1 else numbers


def differences(recorded: Any, now: Any, noise: float = NOISE) -> float:
    """The largest relative difference; inf for another length or a NaN on one side only."""
    left = recorded if isinstance(recorded, list) else [recorded]
    right = now if isinstance(now, list) else [now]
    if len(left) != len(right):
        return float("inf")
    worst = 0.0
    for a, b in zip(left, right, strict=True):
        if a is None or b is None:
            worst = max(worst, 0.0 if a is b else float("inf"))
        elif abs(a - b) > noise:
            worst = max(worst, abs(a - b) / max(abs(a), abs(b)))
    return worst


def noise(name: str, rel: float) -> float:
    """The absolute difference nobody need explain: R's iterations stop at 1e-10, which shows beside a zero.

    A p value has no such excuse.
    """
    return NOISE if name in ("p", "q_p", "qm_p") else max(NOISE, rel / 100)


def check(path: Path) -> list[str]:
    """Sentences about what R no longer says."""
    doc = json.loads(path.read_text())
    answer = run_r(doc)
    complaints = []
    for name, column in doc["data"].items():
        now = as_numbers(answer["columns"][name])
        if differences(column, now) > SAME:
            complaints.append(f"{path.name}: data column {name} is no longer what the data set holds")
    for call, now in zip(doc["calls"], answer["want"], strict=True):
        # Fits by general optimisers repeat less exactly than they are compared.
        allowed = max(SAME, call["rel"] / 10)
        for name, values in now.items():
            off = differences(call["want"].get(name), as_numbers(values), noise(name, allowed))
            if off > allowed:
                complaints.append(f"{path.name}: {call['r']}: {name} differs by {off:.1e}")
    return complaints


def record(path: Path) -> None:
    """Write what R says into the file."""
    doc = json.loads(path.read_text())
    answer = run_r(doc)
    doc["program"] = answer["program"][0]
    doc["data"] = {name: as_numbers(answer["columns"][name]) for name in doc["data"]}
    for call, now in zip(doc["calls"], answer["want"], strict=True):
        call["want"] = {name: as_numbers(values) for name, values in now.items()}
    path.write_text(dump(doc))


def dump(doc: dict[str, Any]) -> str:
    """JSON with one line for each list of numbers, so that a difference can be read."""
    text = json.dumps(doc, indent=1)
    return (
        re.sub(
            r"\[[^\[\]{}\"]*\]", lambda m: re.sub(r"\s+", " ", m.group()).replace("[ ", "[").replace(" ]", "]"), text
        )
        + "\n"
    )


def _has_calls(path: Path) -> bool:
    """Other folders keep golden files of other kinds under the same name."""
    doc = json.loads(path.read_text())
    return isinstance(doc, dict) and {"load", "data", "calls"} <= doc.keys()


def main(arguments: list[str] | None = None) -> int:
    """Check (or record) golden files; 1 if anything differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.golden", description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--record", action="store_true", help="write R's numbers into the files named")
    given = parser.parse_args(arguments)
    if given.record and not given.files:
        parser.error("--record needs the files to write")
    complaints: list[str] = []
    calls = 0
    files = given.files or [path for path in sorted(HERE.rglob("*.json")) if _has_calls(path)]
    for path in files:
        if given.record:
            record(path)
        else:
            complaints += check(path)
        calls += len(json.loads(path.read_text())["calls"])
    print("\n".join([*complaints, f"{len(files)} files, {calls} calls, {len(complaints)} differences"]))
    return 1 if complaints else 0
