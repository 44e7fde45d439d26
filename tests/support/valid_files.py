"""A valid example of each file that deqi reads, with words and identifiers planted in it; tests spoil them."""

from __future__ import annotations

from tests.support.resources import condition, observation, order, patient

PLANTED = "Quuxzanzibarplant"
"""Stands wherever a record holds words or an identifier, and never in what a reader says of it."""

PERSON = f"""sex: female
born: 1961-04-02
complete: [medications]
conditions:
  - {PLANTED}
  - {{name: breast cancer, since: 2019-03, status: past, site: left breast}}
  - {{set: pacemaker, status: current}}
medications:
  - {{name: warfarin, since: 2026-01, status: current}}
observations:
  - {{name: platelet count, value: 210, unit: "10*9/L", date: 2026-11-20}}
answers: {{pregnant: no, weeks-pregnant: {{value: 12, unit: wk, date: 2026-11-01}}}}
"""
ANSWERS = f"date: 2026-11-01\nanswers: {{pregnant: no, side: {{value: {PLANTED}, date: 2026-10-01}}}}\n"
SETTINGS = "complete: [medications, devices]\nsettings: {}\n"
PLAN = f"""{{"title": "{PLANTED}", "minutes": 30, "needlings": [
  {{"point": "ST36", "side": "both", "depth_mm": 15, "angle": "perpendicular"}}],
  "needles": {{"gauge_mm": 0.2, "lot": "{PLANTED}", "expiry": "2028-01-31"}}}}"""
TABLE = "study,ai,n1i,ci,n2i\nA,1,20,3,22\nB,4,50,6,51\nC,2,30,2,29\nD,7,80,12,78\n"


def resources() -> list[dict[str, object]]:
    whose = {"subject": {"reference": f"Patient/{PLANTED}", "display": PLANTED}}
    records = (condition(id="c", text={"div": PLANTED}), order(id="m"), observation(id="o"))
    return [patient(id=PLANTED), *(one | whose for one in records)]
